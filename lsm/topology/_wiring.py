"""What every wiring returns, and the pieces that it is put together from."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from .._jit import njit
from .._validation import check_number

__all__ = [
    "Wiring", "check_delay", "check_pairs", "choose_inhibitory", "csr", "draw_delays",
    "scale_by_pair",
]  # fmt: skip

PAIRS = ("EE", "EI", "IE", "II")  # source, then target


class Wiring(NamedTuple):
    """A drawn network.

    Attributes
    ----------
    weights : scipy.sparse.csr_array of shape (n_neurons, n_neurons), float32
        `weights[pre, post]`, sorted within rows; rows of inhibitory neurons are not positive and
        the others not negative (Dale's law), unless the weights are meant to be of either sign.
    inhibitory : bool array of shape (n_neurons,)
        Which neurons are inhibitory.
    delays : float or float32 array of shape (nnz,)
        Delay of each synapse in ms, in the order of `weights.data`; a float where all are equal.
    positions : float array of shape (n_neurons, 3) or None
        Where the neurons are, for wirings that have a space.
    """

    weights: sparse.csr_array
    inhibitory: np.ndarray
    delays: float | np.ndarray
    positions: np.ndarray | None = None


def choose_inhibitory(n_neurons, fraction, rng):
    """Choose which neurons are inhibitory: a rounded share of them, at random."""
    inhibitory = np.zeros(n_neurons, dtype=bool)
    chosen = rng.permutation(n_neurons)[: round(fraction * n_neurons)]
    inhibitory[chosen] = True
    return inhibitory


def check_pairs(name, value, low=None, high=None, **bounds):
    """Return the values of the pairs EE, EI, IE, II; one number serves all four."""
    several = isinstance(value, tuple | list) or np.ndim(value) > 0
    values = value if several else (value,) * 4
    if len(values) != 4:
        raise ValueError(f"{name} must be a number or four, for {', '.join(PAIRS)}, got {value!r}")
    return np.array(
        [
            check_number(f"{name}[{pair}]", number, low, high, **bounds)
            for pair, number in zip(PAIRS, values, strict=True)
        ]
    )


def check_delay(name, delay, *, of_input=False):
    """Return one delay in ms, two ends of a uniform distribution, or a value for each pair.

    Delays of the input may be zero, and there are no pairs of neurons.
    """
    low_open = not of_input
    if not isinstance(delay, tuple | list):
        return [check_number(name, delay, 0, low_open=low_open)]
    if len(delay) == 4 and not of_input:
        return check_pairs(name, delay, 0, low_open=low_open)
    if len(delay) != 2:
        four = "" if of_input else f", or four numbers, for {', '.join(PAIRS)}"
        raise ValueError(f"{name} must be a number or two ends{four}, got {delay!r}")
    low, high = (check_number(name, end, 0, low_open=low_open) for end in delay)
    if high < low:
        raise ValueError(f"{name} must go from low to high, got {delay!r}")
    return [low, high]


def draw_delays(delay, indptr, targets, inhibitory, rng):
    """Draw the delays of a pattern from what `check_delay` returned; see :class:`Wiring`."""
    if len(set(delay)) == 1:
        return float(delay[0])
    delays = np.ones(len(targets), dtype=np.float32)
    if len(delay) == 4:
        scale_by_pair(delays, indptr, targets, inhibitory, np.float32(delay))
        return delays
    rng.random(dtype=np.float32, out=delays)
    delays *= np.float32(delay[1] - delay[0])
    delays += np.float32(delay[0])
    return delays


def csr(data, indices, indptr, shape):
    """Assemble a CSR array without checks that copy."""
    if indptr[-1] <= np.iinfo(np.int32).max:
        indptr = indptr.astype(np.int32)
    array = sparse.csr_array(shape, dtype=np.float32)
    array.data, array.indices, array.indptr = data, indices, indptr
    return array


@njit
def scale_by_pair(data, indptr, targets, inhibitory, factors):
    """Multiply each synapse's value by the factor of its pair: EE, EI, IE or II."""
    for pre in range(len(inhibitory)):
        of_source = factors[2 * inhibitory[pre] :]
        for k in range(indptr[pre], indptr[pre + 1]):
            data[k] *= of_source[int(inhibitory[targets[k]])]
