"""Series and patterns: tasks, settings of the networks, linear taps, and pictures."""
