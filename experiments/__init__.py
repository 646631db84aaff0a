"""Experiments: whole studies, run by the command `lsm`."""
