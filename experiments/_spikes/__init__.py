"""Spike patterns: tasks, liquids and their rivals, and pictures."""
