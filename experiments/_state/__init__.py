"""Tasks that need a state: their samples and scores, the models, and pictures."""
