"""A ball, movements and an arm: tasks, rivals, and pictures."""
