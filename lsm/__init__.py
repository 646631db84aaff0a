"""Liquid state machines."""
