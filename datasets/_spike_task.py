"""The common parts of tasks on spike patterns."""

import numpy as np
from sklearn.utils import Bunch

from lsm._validation import check_integer, check_number
from lsm.statistics import single_spikes

from ._spike_trains import jitter_spikes, pack_spikes

__all__ = ["balanced", "bunch", "in_a_row"]

_DESCR = """{title}
{line}
{text}

:Samples: {n_train} for training, {n_test} for testing
:Channels: {n_channels}
:Duration: {duration:g} ms in steps of {row_duration:g} ms
:Target: {meaning}
"""


def balanced(n_samples, n_classes, test_size, rng):
    """
    Draw the classes of some samples, in random order.

    The classes are balanced both in training and in testing: if they were balanced only over all
    samples, a class that is rare in training would be frequent in testing.
    """
    n_test = _n_test(n_samples, test_size)
    parts = (np.arange(n) % n_classes for n in (n_samples - n_test, n_test))
    return np.concatenate([rng.permutation(part) for part in parts])


def in_a_row(patterns, which, jitter, rng):
    """
    Put patterns end to end.

    Parameters
    ----------
    patterns : SpikeArray
        Patterns of equal length.
    which : int array of shape (n_samples, n_places)
        Pattern in each place.
    jitter : float
        Standard deviation of the jitter of each spike in ms; a spike stays in its place.
    rng : RandomState
        Random generator.

    Returns
    -------
    spikes : SpikeArray of shape (n_samples,)
    """
    n_samples, n_places = which.shape
    check_number("jitter", jitter, 0)
    copies = jitter_spikes(patterns[which.ravel()], jitter, random_state=rng)
    copy, step, channel = single_spikes(copies)
    sample, place = np.divmod(copy, n_places)
    length = int(patterns.n_rows[0])
    durations = np.full(n_samples, n_places * length)
    return pack_spikes(
        sample,
        place * length + step,
        channel,
        durations,
        patterns.n_channels,
        patterns.row_duration,
    )


def _n_test(n_samples, test_size):
    check_integer("n_samples", n_samples, 2)
    check_number("test_size", test_size, 0, 1, low_open=True, high_open=True)
    return min(max(round(test_size * n_samples), 1), n_samples - 1)


def bunch(data, target, test_size, title, text, meaning, **more):
    """Return a task with its description; its last samples are the test, as in :func:`balanced`."""
    n_test = _n_test(len(data), test_size)
    n_train = len(data) - n_test
    descr = _DESCR.format(
        title=title,
        line="-" * len(title),
        text=text,
        n_train=n_train,
        n_test=n_test,
        n_channels=data.n_channels,
        duration=data.n_rows[0] * data.row_duration,
        row_duration=data.row_duration,
        meaning=meaning,
    )
    return Bunch(
        data=data,
        target=target,
        train=np.arange(n_train),
        test=np.arange(n_train, len(data)),
        DESCR=descr,
        **more,
    )
