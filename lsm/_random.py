"""Named random generators of one seed."""

import numpy as np
from sklearn.utils import check_random_state

__all__ = ["generators"]


def generators(random_state, names):
    """Create one independent random generator for each name.

    Each part of a liquid draws from a generator of its own, so that changing one part does not
    redraw the others.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        As in scikit-learn.
    names : iterable of str
        Names of the generators. The order does not matter.

    Returns
    -------
    generators : dict of str to numpy.random.Generator
    """
    try:
        source = check_random_state(random_state)
    except ValueError:
        raise ValueError(
            "random_state must be an integer from 0 to 2**32 - 1, a RandomState instance or None, "
            f"got {random_state!r:.80}"
        ) from None
    entropy = source.randint(0, 2**32, size=4, dtype=np.uint64)
    return {name: np.random.default_rng([*entropy.tolist(), *name.encode()]) for name in names}
