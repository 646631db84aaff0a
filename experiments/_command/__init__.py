"""What the command `lsm` reads: options from signatures, and experiments by their names."""
