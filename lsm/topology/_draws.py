"""Compiled draws: bits that cost a nanosecond, subsets without replacement, transposition.

A million neurons with a hundred synapses each take one draw a synapse and more, so the generator
is inlined where it is used. It is SplitMix64 [1]_: add `STEP` to a state of 64 bits, and `mix`
it. The state starts at a seed that a NumPy generator gives, see :func:`seed_of`, so that the
same generator gives the same network.

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

# The wirings compile these into their own cached code, which numba does not renew after an edit
# here: delete `__pycache__` then.
# All in uint64: with a signed number numba would go through float64.
STEP = np.uint64(0x9E3779B97F4A7C15)
_FACTORS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_11, _27, _30, _31 = (np.uint64(bits) for bits in (11, 27, 30, 31))


def seed_of(rng):
    """Draw the start of a state of 64 bits from a NumPy generator."""
    return rng.integers(2**64, dtype=np.uint64)


@njit
def mix(state):
    """Return the 64 random bits of a state."""
    bits = (state ^ (state >> _30)) * _FACTORS[0]
    bits = (bits ^ (bits >> _27)) * _FACTORS[1]
    return bits ^ (bits >> _31)


@njit
def unit(bits):
    """Turn random bits into a number from 0 to 1, without 1, that grows with them."""
    return np.int64(bits >> _11) * 2.0**-53


@njit
def exponential(bits):
    """Turn random bits into a number of the exponential distribution of mean one."""
    return -math.log(1 - unit(bits))


def room_for(expected):
    """Return space for so many targets on average, if each is drawn independently.

    Twelve standard deviations more will never come up; what is not filled costs no memory, and
    `resize` gives it back without a copy.
    """
    return np.empty(int(expected + 12 * np.sqrt(expected) + 100), dtype=np.int32)


def regular(targets):
    """Return the pattern of neurons that all have as many targets, `(indptr, targets)`."""
    n_rows, degree = targets.shape
    return np.arange(n_rows + 1, dtype=np.int64) * degree, targets.ravel()


@njit
def pick(n_rows, degree, n_columns, skip_self, state):
    """Draw for each row different columns, each subset as likely as any other.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    degree : int
        Columns of a row, at most as many as there are.
    n_columns : int
        Number of columns.
    skip_self : bool
        Whether row i leaves out column i.
    state : uint64
        Of the generator, see :func:`seed_of`.

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
    """Choose by looking at each option once: the way where many of them are chosen."""
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
    """Choose by drawing until all are different: the way where few of many are chosen."""
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
    """Sort random bits: into about as many buckets as there are draws, then by insertion."""
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
    """Return the rows of each column, `(indptr, rows)`, from the columns of each row."""
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
