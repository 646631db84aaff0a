"""Progress bar and stage timings."""

import contextlib
import time

import numpy as np
from tqdm.auto import tqdm

from lsm import Liquid

__all__ = ["Stages", "load_kernel"]


class Stages:
    """Progress bar over named stages, which also adds up the time of each.

    Attributes
    ----------
    seconds : dict of str to float
        Total time of the stages of each name.
    """

    def __init__(self):
        self.seconds = {}
        # Only for a terminal, and removed at the end: the printed result is the table.
        self._bar = tqdm(disable=None, leave=False, bar_format="{desc} {bar} {n}/{total}")

    def expect(self, total):
        """Set the number of stages to come, which is the length of the bar."""
        self._bar.reset(total)

    @contextlib.contextmanager
    def stage(self, name, detail=""):
        """Time the work in a `with` block, and move the bar at its end."""
        self._bar.set_description(f"{name} {detail}".strip())
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
        self._bar.update()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._bar.close()


def load_kernel():
    """Compile the kernel, or load it from the disk, so that no stage has to."""
    Liquid(n_neurons=8, calibration=None, random_state=0).fit_transform(np.ones((2, 20, 1)))
