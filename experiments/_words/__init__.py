"""Recordings of words, the models compared on them, and pictures."""
