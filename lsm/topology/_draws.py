"""Compiled draws: random bits, subsets without replacement, transposed patterns.

A million neurons with a hundred synapses each take at least one draw a synapse, so the random
generator is inlined where it is used, and a draw takes about a nanosecond. It is SplitMix64 [1]_:
add `STEP` to a state of 64 bits, and `mix` the state. A NumPy generator draws the first state, see
:func:`seed_of`, so the same generator gives the same network.

References
----------
.. [1] G. L. Steele, D. Lea, C. H. Flood (2014). Fast splittable pseudorandom number generators.
   OOPSLA 2014, 453-472.
"""

import math

import numpy as np

from .._jit import njit

__all__ = [
    "STEP", "exponential", "mix", "pick", "regular", "room_for", "seed_of", "transpose", "unit",
]  # fmt: skip

# The wirings compile these functions into their own cached code, which numba does not renew after
# an edit of this file: delete `__pycache__` then.
# All numbers are uint64: with a signed number numba would compute in float64.
STEP = np.uint64(0x9E3779B97F4A7C15)
_FACTORS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_11, _27, _30, _31 = (np.uint64(bits) for bits in (11, 27, 30, 31))


def seed_of(rng):
    """Draw the first state, of 64 bits, from a NumPy generator."""
    return rng.integers(2**64, dtype=np.uint64)


@njit
def mix(state):
    """Return the 64 random bits of a state."""
    bits = (state ^ (state >> _30)) * _FACTORS[0]
    bits = (bits ^ (bits >> _27)) * _FACTORS[1]
    return bits ^ (bits >> _31)


@njit
def unit(bits):
    """Convert random bits into a number in [0, 1) that increases with them."""
    return np.int64(bits >> _11) * 2.0**-53


@njit
def exponential(bits):
    """Convert random bits into a number of the exponential distribution with mean one."""
    return -math.log(1 - unit(bits))


def room_for(expected):
    """Return an array for the targets of independent connections, given their expected number.

    It has room for twelve standard deviations more than the mean. The part that is not filled
    takes no memory, and `resize` removes it without a copy.
    """
    return np.empty(int(expected + 12 * np.sqrt(expected) + 100), dtype=np.int32)


def regular(targets):
    """Return the pattern `(indptr, targets)` of neurons with equal numbers of targets."""
    n_rows, degree = targets.shape
    return np.arange(n_rows + 1, dtype=np.int64) * degree, targets.ravel()


@njit
def pick(n_rows, degree, n_columns, skip_self, state):
    """Draw a subset of the columns for each row; all subsets are equally likely.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    degree : int
        Number of columns of a row, at most the number of options.
    n_columns : int
        Number of columns.
    skip_self : bool
        Whether row i excludes column i.
    state : uint64
        State of the random generator, see :func:`seed_of`.

    Returns
    -------
    columns : int32 array of shape (n_rows, degree)
        Sorted in each row.
    """
    columns = np.empty((n_rows, degree), dtype=np.int32)
    scratch = np.empty((2, degree), np.uint64), np.empty(2 * degree + 2, np.int64)
    n_options = n_columns - skip_self
    for row in range(n_rows):
        chosen = columns[row]
        if 4 * degree > n_options:
            state = _walk(chosen, n_options, state)
        else:
            state = _scatter(chosen, n_options, scratch, state)
        if skip_self:
            for k in range(degree):
                chosen[k] += chosen[k] >= row
    return columns


@njit
def _walk(chosen, n_options, state):
    """Choose by one pass over all options, which is fast if many are chosen."""
    count = 0
    for option in range(n_options):
        if count == len(chosen):
            break
        state += STEP
        if unit(mix(state)) * (n_options - option) < len(chosen) - count:
            chosen[count] = option
            count += 1
    return state


@njit
def _scatter(chosen, n_options, scratch, state):
    """Choose by drawing until all are different, which is fast if few of many are chosen."""
    (drawn, ordered), first = scratch
    count, n_chosen = 0, len(chosen)
    while count < n_chosen:
        for k in range(count, n_chosen):
            state += STEP
            drawn[k] = mix(state)
        _sort(drawn, ordered, first)
        count = 0
        for k in range(n_chosen):
            option = int(unit(ordered[k]) * n_options)
            if count == 0 or option != chosen[count - 1]:
                chosen[count] = option
                drawn[count] = ordered[k]
                count += 1
    return state


@njit
def _sort(drawn, ordered, first):
    """Sort random bits, first into about as many buckets as draws, then by insertion."""
    n_buckets, shift = 2, np.uint64(63)
    while n_buckets < len(drawn):
        n_buckets *= 2
        shift -= np.uint64(1)
    first[: n_buckets + 1] = 0
    for bits in drawn:
        first[(bits >> shift) + np.uint64(1)] += 1
    for bucket in range(n_buckets):
        first[bucket + 1] += first[bucket]
    for bits in drawn:
        ordered[first[bits >> shift]] = bits
        first[bits >> shift] += 1
    for k in range(1, len(drawn)):
        bits, place = ordered[k], k
        while place > 0 and ordered[place - 1] > bits:
            ordered[place] = ordered[place - 1]
            place -= 1
        ordered[place] = bits


@njit
def transpose(columns, n_columns):
    """Transpose a pattern: return the rows of each column, `(indptr, rows)`."""
    indptr = np.zeros(n_columns + 1, dtype=np.int64)
    for column in columns.ravel():
        indptr[column + 1] += 1
    for column in range(n_columns):
        indptr[column + 1] += indptr[column]
    place, rows = indptr[:-1].copy(), np.empty(columns.size, dtype=np.int32)
    for row in range(len(columns)):
        for column in columns[row]:
            rows[place[column]] = row
            place[column] += 1
    return indptr, rows
