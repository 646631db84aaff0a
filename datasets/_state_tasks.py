"""Tasks that need a state: bits to hold, a rule in force, a count, a pattern to go on with."""

from collections.abc import Sequence

import numpy as np
from sklearn.utils import Bunch, check_random_state

from lsm._validation import check_integer, check_number

from .._typing import RandomState
from ._state_task import ROW, Rows, bunch, held, onsets, pulses

__all__ = ["make_counter", "make_cued_patterns", "make_flip_flop", "make_switched_rule"]

GAP = 2  # times a pulse: shortest time between the starts of two pulses


def make_flip_flop(
    n_samples: int = 60,
    n_bits: int = 3,
    *,
    hold: float = 2000.0,
    duration: float = 20000.0,
    pulse: float = 100.0,
    row_duration: float = ROW,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a flip-flop of several bits: an output holds the sign of the last pulse of its input [1]_.

    Each bit has a channel of its own, with pulses of +1 or -1 at random times. The target of a bit
    is the sign of its last pulse, from the row in which that begins, however long ago that is. Half
    of the pulses repeat the sign before.

    Parameters
    ----------
    n_samples : int, default=60
        Number of samples.
    n_bits : int, default=3
        Number of bits.
    hold : float, default=2000.0
        Mean time between two pulses of a bit in ms.
    duration : float, default=20000.0
        Duration of a sample in ms.
    pulse : float, default=100.0
        Duration of a pulse in ms.
    row_duration : float, default=20.0
        Duration of a row in ms; other durations are rounded to whole rows.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    task : Bunch
        A dictionary with attributes:

        data : SpikeArray of shape (n_samples,)
            Currents of the channels.
        target : list of arrays of shape (n_rows, n_bits)
            Bits, -1 or 1; 0 before the first pulse.
        since : list of arrays of shape (n_rows,)
            Time in ms since the oldest event on which the right answer depends: here of the last
            pulses of all bits the one that is longest ago. NaN where no answer is asked for.
        feature_names, target_names : list of str
            Names of the channels and of the targets.
        DESCR : str
            Description of the task.

    References
    ----------
    .. [1] D. Sussillo, O. Barak (2013). Opening the black box: low-dimensional dynamics in
       high-dimensional recurrent neural networks. Neural Computation 25, 626-649.

    Examples
    --------
    >>> from lsm.datasets import make_flip_flop
    >>> task = make_flip_flop(5, n_bits=2, random_state=0)
    >>> len(task.data), task.data.n_channels, task.target[0].shape
    (5, 2, (1000, 2))
    """
    rows, length, rng = _begin(n_samples, duration, pulse, row_duration, random_state)
    n_bits = check_integer("n_bits", n_bits, 1)
    mean = rows.of("hold", hold, GAP * length)
    samples = []
    for _ in range(rows.n_samples):
        bits = [_bit(rows.n_rows, mean, length, rng) for _ in range(n_bits)]
        inputs, target, since = (np.column_stack(part) for part in zip(*bits, strict=True))
        samples.append((inputs, target, since.max(axis=1)))  # NaN before all bits are known
    names = [f"bit {i + 1}" for i in range(n_bits)]
    return bunch(
        "Flip-flop",
        f"Bits that are set by pulses of either sign, every {hold:g} ms on average.",
        samples,
        rows,
        feature_names=[f"pulses of {name}" for name in names],
        target_names=names,
        score="all bits have the right sign",
    )


def make_switched_rule(
    n_samples: int = 60,
    *,
    hold: float = 2000.0,
    change: float = 300.0,
    duration: float = 20000.0,
    pulse: float = 100.0,
    row_duration: float = ROW,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a task whose rule is switched by pulses: what to compute from two inputs [1]_.

    The inputs a and b are -1 or 1 and change at random times. A third channel has pulses. After a
    pulse of +1 the answer is a; after one of -1 it is a b: whether both are equal. So an answer
    combines the present inputs with a pulse that may be long ago.

    Parameters
    ----------
    n_samples : int, default=60
        Number of samples.
    hold : float, default=2000.0
        Mean time between two pulses in ms. Half of them repeat the rule before.
    change : float, default=300.0
        Mean time between two draws of an input in ms.
    duration : float, default=20000.0
        Duration of a sample in ms.
    pulse : float, default=100.0
        Duration of a pulse in ms.
    row_duration : float, default=20.0
        Duration of a row in ms; other durations are rounded to whole rows.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    task : Bunch
        A dictionary with attributes:

        data : SpikeArray of shape (n_samples,)
            Currents of the channels: a, b and the pulses.
        target : list of arrays of shape (n_rows, 2)
            The rule in force and the answer, -1 or 1; 0 before the first pulse.
        since : list of arrays of shape (n_rows,)
            Time in ms since the last pulse began; NaN before the first.
        feature_names, target_names : list of str
            Names of the channels and of the targets.
        DESCR : str
            Description of the task.

    References
    ----------
    .. [1] W. Maass, P. Joshi, E. D. Sontag (2007). Computational aspects of feedback in neural
       circuits. PLoS Computational Biology 3, e165.

    Examples
    --------
    >>> from lsm.datasets import make_switched_rule
    >>> task = make_switched_rule(5, random_state=0)
    >>> task.target[0].shape, task.target_names
    ((1000, 2), ['rule', 'answer'])
    """
    rows, length, rng = _begin(n_samples, duration, pulse, row_duration, random_state)
    mean, shortest = rows.of("hold", hold, GAP * length), rows.of("change", change)
    samples = []
    for _ in range(rows.n_samples):
        channel, rule, since = _bit(rows.n_rows, mean, length, rng)
        a, b = (_signs(rows.n_rows, shortest, rng) for _ in range(2))
        answer = np.where(rule > 0, a, a * b) * np.abs(rule)
        samples.append((np.column_stack([a, b, channel]), np.column_stack([rule, answer]), since))
    return bunch(
        "Switched rule",
        f"The answer is a or a b, as the last pulse says; a pulse every {hold:g} ms on average.",
        samples,
        rows,
        feature_names=["a", "b", "pulses of the rule"],
        target_names=["rule", "answer"],
        score="the answer has the right sign",
    )


def make_counter(
    n_samples: int = 60,
    modulus: int = 3,
    *,
    interval: float = 1000.0,
    duration: float = 20000.0,
    pulse: float = 100.0,
    row_duration: float = ROW,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a counter of pulses modulo a number, which never ends.

    The count begins at 0, and goes up by one in the row in which a pulse begins. It depends on all
    pulses since the start of the sample, so that no window of the input holds it.

    Parameters
    ----------
    n_samples : int, default=60
        Number of samples.
    modulus : int, default=3
        Number of states of the counter.
    interval : float, default=1000.0
        Mean time between two pulses in ms.
    duration : float, default=20000.0
        Duration of a sample in ms.
    pulse : float, default=100.0
        Duration of a pulse in ms.
    row_duration : float, default=20.0
        Duration of a row in ms; other durations are rounded to whole rows.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    task : Bunch
        A dictionary with attributes:

        data : SpikeArray of shape (n_samples,)
            Currents of one channel.
        target : list of arrays of shape (n_rows, modulus)
            1 for the present count, 0 for the others.
        since : list of arrays of shape (n_rows,)
            Time in ms since the start of the sample.
        feature_names, target_names : list of str
            Names of the channels and of the targets.
        DESCR : str
            Description of the task.

    Examples
    --------
    >>> from lsm.datasets import make_counter
    >>> task = make_counter(5, modulus=4, random_state=0)
    >>> task.target[0][0]
    array([1., 0., 0., 0.])
    """
    rows, length, rng = _begin(n_samples, duration, pulse, row_duration, random_state)
    modulus = check_integer("modulus", modulus, 2)
    mean = rows.of("interval", interval, GAP * length)
    samples = []
    for _ in range(rows.n_samples):
        starts = onsets(rows.n_rows, mean, GAP * length, rng)
        channel = pulses(rows.n_rows, starts, np.ones(len(starts)), length)
        count, _ = held(rows.n_rows, starts, 1 + np.arange(len(starts)))
        target = np.eye(modulus)[count.astype(int) % modulus]
        samples.append((channel[:, None], target, np.arange(float(rows.n_rows))))
    return bunch(
        "Counter",
        f"Pulses, every {interval:g} ms on average, are counted modulo {modulus}.",
        samples,
        rows,
        feature_names=["pulses"],
        target_names=[f"count {k}" for k in range(modulus)],
        score="the largest output is that of the count",
    )


def make_cued_patterns(
    n_samples: int = 60,
    frequencies: Sequence[float] = (0.5, 1.0, 2.0),
    *,
    hold: float = 2000.0,
    duration: float = 20000.0,
    pulse: float = 100.0,
    row_duration: float = ROW,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make waves to generate, each of which goes on from its cue to the next [1]_.

    Each frequency has a channel, in which a pulse is the cue to generate a wave of that frequency
    from its phase zero. Between two cues the input is silent.

    Parameters
    ----------
    n_samples : int, default=60
        Number of samples.
    frequencies : sequence of float, default=(0.5, 1.0, 2.0)
        Frequencies of the waves in Hz.
    hold : float, default=2000.0
        Mean time between two cues in ms.
    duration : float, default=20000.0
        Duration of a sample in ms.
    pulse : float, default=100.0
        Duration of a cue in ms.
    row_duration : float, default=20.0
        Duration of a row in ms; other durations are rounded to whole rows.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    task : Bunch
        A dictionary with attributes:

        data : SpikeArray of shape (n_samples,)
            Currents of the channels.
        target : list of arrays of shape (n_rows, 2 + n_frequencies)
            Sine and cosine of the wave, and 1 for the frequency of the last cue, 0 for the others;
            all are 0 before the first cue.
        since : list of arrays of shape (n_rows,)
            Time in ms since the last cue began; NaN before the first.
        feature_names, target_names : list of str
            Names of the channels and of the targets.
        DESCR : str
            Description of the task.

    References
    ----------
    .. [1] W. Maass, P. Joshi, E. D. Sontag (2007). Computational aspects of feedback in neural
       circuits. PLoS Computational Biology 3, e165.

    Examples
    --------
    >>> from lsm.datasets import make_cued_patterns
    >>> task = make_cued_patterns(5, frequencies=(1.0, 2.0), random_state=0)
    >>> task.target_names
    ['sine', 'cosine', '1 Hz', '2 Hz']
    """
    rows, length, rng = _begin(n_samples, duration, pulse, row_duration, random_state)
    if np.ndim(frequencies) != 1 or len(frequencies) == 0:
        raise ValueError(f"frequencies must be a sequence of numbers, got {frequencies!r:.80}")
    fastest = 500.0 / rows.row_duration  # of which two rows are a period
    known = [check_number("frequencies", f, 0, fastest, low_open=True) for f in frequencies]
    mean, hertz = rows.of("hold", hold, GAP * length), np.array(known)
    samples = []
    for _ in range(rows.n_samples):
        starts = onsets(rows.n_rows, mean, GAP * length, rng)
        which = rng.randint(len(hertz), size=len(starts))
        cues = [pulses(rows.n_rows, starts, which == k, length) for k in range(len(hertz))]
        number, since = held(rows.n_rows, starts, 1 + which)
        chosen = np.eye(1 + len(hertz))[number.astype(int)][:, 1:]
        angle = 2 * np.pi * (chosen @ hertz) * np.nan_to_num(since) * rows.row_duration / 1000
        cued = chosen.sum(axis=1)
        wave = np.column_stack([np.sin(angle) * cued, np.cos(angle) * cued])
        samples.append((np.column_stack(cues), np.hstack([wave, chosen]), since))
    names = [f"{f:g} Hz" for f in known]
    return bunch(
        "Cued patterns",
        f"Waves of {', '.join(names)} go on from cue to cue, {hold:g} ms on average.",
        samples,
        rows,
        feature_names=[f"cue of {name}" for name in names],
        target_names=["sine", "cosine", *names],
        score="sine and cosine are together less than 0.5 away from the wave",
    )


def _begin(n_samples, duration, pulse, row_duration, random_state):
    """Return the rows of a task, the rows of a pulse, and the random generator."""
    rows = Rows(n_samples, duration, row_duration)
    return rows, rows.of("pulse", pulse), check_random_state(random_state)


def _bit(n_rows, mean, length, rng):
    """Return a channel of pulses of either sign, the last sign, and the rows since its pulse."""
    starts = onsets(n_rows, mean, GAP * length, rng)
    signs = rng.choice([-1.0, 1.0], len(starts))
    return pulses(n_rows, starts, signs, length), *held(n_rows, starts, signs)


def _signs(n_rows, mean, rng):
    """Return a signal of -1 or 1, drawn anew after `mean` rows on average."""
    starts = np.concatenate([[0], onsets(n_rows, mean, 1, rng)])
    return held(n_rows, starts, rng.choice([-1.0, 1.0], len(starts)))[0]
