"""The command line: options from signatures, and the streams and signals of a command."""
