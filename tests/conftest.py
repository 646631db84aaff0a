"""Settings that hold for every test."""

import matplotlib
from hypothesis import settings

# No test needs a screen.
matplotlib.use("Agg")

# The first example of a property may compile a kernel, so time is no failure; and a run that
# passed here must pass for whoever runs it next.
settings.register_profile("lsm", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("lsm")
