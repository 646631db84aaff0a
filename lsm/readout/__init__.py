"""Readouts that scikit-learn lacks."""
