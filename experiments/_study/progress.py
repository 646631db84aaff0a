"""Tell who waits what is going on, and how long each stage took."""

import contextlib
import sys
import threading
import time

import numpy as np
from tqdm.auto import tqdm

from lsm import Liquid

__all__ = ["Stages", "warm_up"]

PATIENCE = 2.0  # s; a compiled kernel loads in less


class Stages:
    """A progress bar over named stages, which also adds up their times.

    Parameters
    ----------
    total : int
        How many stages there will be.

    Attributes
    ----------
    seconds : dict of str to float
        Time spent in the stages of each name.
    """

    def __init__(self, total):
        self.seconds = {}
        # Only for a terminal, and gone when done: what is printed is the table.
        self._bar = tqdm(
            total=total, disable=None, leave=False, bar_format="{desc} {bar} {n}/{total}"
        )

    @contextlib.contextmanager
    def stage(self, name, detail=""):
        """Time what happens in a `with` block, and move the bar when it is over."""
        self._bar.set_description(f"{name} {detail}".strip())
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
        self._bar.update()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._bar.close()


def warm_up():
    """Compile or load the kernel, and say so if that takes long."""
    message = "compiling the kernel, once per environment, about 15 s"
    timer = threading.Timer(PATIENCE, lambda: print(message, file=sys.stderr, flush=True))
    timer.daemon = True
    timer.start()
    try:
        Liquid(n_neurons=8, calibration=None, random_state=0).fit_transform(np.ones((2, 20, 1)))
    finally:
        timer.cancel()
