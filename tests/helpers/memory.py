"""Peak memory of a block of a test."""

import tracemalloc
from contextlib import contextmanager
from types import SimpleNamespace


@contextmanager
def peak_memory():
    """Yield an object whose `n_bytes` is, after the block, the most that the block had taken."""
    peak = SimpleNamespace(n_bytes=0)
    tracemalloc.start()
    try:
        yield peak
    finally:
        peak.n_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
