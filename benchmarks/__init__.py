"""Kernels against a C reference: `python -m benchmarks`, see README.md here."""
