"""Mutated input for every parser of files and samples from elsewhere."""
