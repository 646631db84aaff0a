"""Encoders of signals as input to a liquid, one code a file."""
