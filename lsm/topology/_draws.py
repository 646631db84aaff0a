"""Compiled draws: bits that cost a nanosecond, subsets without replacement, transposition.

A million neurons with a hundred synapses each take one draw a synapse and more, so the generator
is inlined where it is used. It is SplitMix64 [1]_: add `STEP` to a state of 64 bits, and `mix`
it. The state starts at a seed that a NumPy generator gives, see :func:`seed_of`, so that the
same generator gives the same network, on every machine and with any number of threads.

References
----------
.. [1] G. L. Steele, D. Lea, C. H. Flood (2014). Fast splittable pseudorandom number generators.
   OOPSLA 2014, 453-472.
"""

import numpy as np

from .._jit import njit

__all__ = ["STEP", "mix", "pick", "seed_of", "transpose", "unit"]

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
def pick(counts, edges, skip_self, state):
    """Draw different targets for each row, from each block of the columns.

    Parameters
    ----------
    counts : int array of shape (n_rows, n_blocks)
        How many targets of a row lie in each block, at most as many as there are.
    edges : int array of shape (n_blocks + 1,)
        Block b is the columns `edges[b]:edges[b + 1]`.
    skip_self : bool
        Whether column i is no target for row i.
    state : uint64
        Of the generator, see :func:`seed_of`.

    Returns
    -------
    indptr : int64 array of shape (n_rows + 1,)
    targets : int32 array of shape (counts.sum(),)
        Targets of row i are `targets[indptr[i]:indptr[i + 1]]`, sorted.
    """
    n_rows, n_blocks = counts.shape
    indptr = np.zeros(n_rows + 1, dtype=np.int64)
    longest = 1
    for row in range(n_rows):
        indptr[row + 1] = indptr[row]
        for block in range(n_blocks):
            indptr[row + 1] += counts[row, block]
            longest = max(longest, counts[row, block])
    targets = np.empty(indptr[-1], dtype=np.int32)
    scratch = (
        np.empty(longest, np.uint64),
        np.empty(longest, np.uint64),
        np.empty(2 * longest + 2, np.int64),
    )
    first = 0
    for row in range(n_rows):
        for block in range(n_blocks):
            low, high = edges[block], edges[block + 1]
            skip = skip_self and low <= row < high
            chosen = targets[first : first + counts[row, block]]
            if 4 * len(chosen) > high - low:
                state = _walk(chosen, high - low - skip, state)
            else:
                state = _scatter(chosen, high - low - skip, scratch, state)
            for k in range(len(chosen)):
                chosen[k] += low
                chosen[k] += skip and chosen[k] >= row
            first += len(chosen)
    return indptr, targets


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
    drawn, ordered, first = scratch
    count, n_chosen = 0, len(chosen)
    while count < n_chosen:
        for k in range(count, n_chosen):
            state += STEP
            drawn[k] = mix(state)
        _sort(drawn[:n_chosen], ordered, first)
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
def transpose(indptr, targets, n_columns):
    """Turn the rows of a pattern into its columns; both sorted."""
    starts = np.zeros(n_columns + 1, dtype=np.int64)
    for target in targets:
        starts[target + 1] += 1
    for column in range(n_columns):
        starts[column + 1] += starts[column]
    place, sources = starts[:-1].copy(), np.empty(len(targets), dtype=np.int32)
    for row in range(len(indptr) - 1):
        for target in targets[indptr[row] : indptr[row + 1]]:
            sources[place[target]] = row
            place[target] += 1
    return starts, sources
