"""Pieces of a wiring: inhibitory neurons, values for pairs of neurons, delays, sparse arrays."""

import numpy as np
from scipy import sparse

from .._checked import check_value
from .._jit import njit
from .._validation import check_reals

__all__ = [
    "as_csr", "check_delay", "check_pairs", "choose_inhibitory", "csr", "draw_delays",
    "scale_by_pair",
]  # fmt: skip

PAIRS = ("EE", "EI", "IE", "II")  # source, then target


def choose_inhibitory(n_neurons, fraction, rng):
    """Draw which neurons are inhibitory: a rounded share of them."""
    inhibitory = np.zeros(n_neurons, dtype=bool)
    chosen = rng.permutation(n_neurons)[: round(fraction * n_neurons)]
    inhibitory[chosen] = True
    return inhibitory


def check_pairs(name, value, bound):
    """Return the values of the pairs EE, EI, IE and II, given as one number or as four.

    The bounds of each are `bound`, as in :class:`lsm._checked.Checked`.
    """
    several = isinstance(value, tuple | list) or np.ndim(value) > 0
    values = value if several else (value,) * 4
    if len(values) != 4:
        raise ValueError(f"{name} must be a number or four, for {', '.join(PAIRS)}, got {value!r}")
    for pair, number in zip(PAIRS, values, strict=True):
        check_value(f"{name}[{pair}]", number, bound)
    return np.array(values, dtype=float)


def check_delay(name, delay, *, of_input=False):
    """Return a delay in ms as a list of one, two or four numbers.

    They are one delay, the ends of a uniform distribution, or the delays of the pairs EE, EI, IE
    and II. Delays of the input may be zero, and have no pairs.
    """
    bound = ">= 0" if of_input else "> 0"
    if not isinstance(delay, tuple | list):
        check_value(name, delay, bound)
        return [float(delay)]
    if len(delay) == 4 and not of_input:
        return check_pairs(name, delay, bound)
    if len(delay) != 2:
        four = "" if of_input else f", or four numbers, for {', '.join(PAIRS)}"
        raise ValueError(f"{name} must be a number or two ends{four}, got {delay!r}")
    for end in delay:
        check_value(name, end, bound)
    low, high = map(float, delay)
    if high < low:
        raise ValueError(f"{name} must go from low to high, got {delay!r}")
    return [low, high]


def draw_delays(delay, indptr, targets, inhibitory, rng):
    """Draw the delays of a pattern.

    Parameters
    ----------
    delay : list of 1, 2 or 4 floats
        As :func:`check_delay` returned it.
    indptr, targets : int arrays
        The pattern, see :meth:`lsm.topology.Topology.connect`.
    inhibitory : bool array of shape (n_neurons,)
        Which neurons are inhibitory.
    rng : numpy.random.Generator
        Random generator.

    Returns
    -------
    delays : float or float32 array of the shape of `targets`
        In ms; a float if all are equal.
    """
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


def as_csr(name, matrix):
    """Return a float32 copy of a user's matrix as CSR, sorted, without zeros and duplicates."""
    rule = f"{name} must be a matrix of real numbers"
    try:
        if not sparse.issparse(matrix):
            matrix = check_reals(rule, matrix)
            if matrix.ndim != 2:
                raise ValueError(f"{rule}, got shape {matrix.shape}")
        elif matrix.dtype.kind not in "iuf":
            raise ValueError(f"{rule}, got {matrix!r}")
        with np.errstate(over="ignore"):  # refused below
            array = sparse.csr_array(matrix, dtype=np.float32, copy=True)
    except ValueError as error:
        raise TypeError(str(error)) from None
    if 0 in array.shape:
        raise ValueError(f"{name} must have at least one neuron, got shape {array.shape}")
    array.sum_duplicates()
    array.eliminate_zeros()
    if not np.isfinite(array.data).all():
        raise ValueError(
            f"{name} must be finite, not NaN or infinity, and at most 3.4e38 (float32)"
        )
    return array


def csr(data, indices, indptr, shape):
    """Assemble a CSR array without the copies that the checks of SciPy make."""
    if indptr[-1] <= np.iinfo(np.int32).max:
        indptr = indptr.astype(np.int32)
    array = sparse.csr_array(shape, dtype=np.float32)
    array.data, array.indices, array.indptr = data, indices, indptr
    return array


@njit
def scale_by_pair(data, indptr, targets, inhibitory, factors):
    """Multiply the value of each synapse by the factor of its pair: EE, EI, IE or II."""
    for pre in range(len(inhibitory)):
        of_source = factors[2 * inhibitory[pre] :]
        for k in range(indptr[pre], indptr[pre + 1]):
            data[k] *= of_source[int(inhibitory[targets[k]])]
