"""Tasks on sequences of spike patterns: to remember, to combine and to order them."""

from itertools import permutations

import numpy as np
from sklearn.utils import Bunch, check_random_state

from lsm._validation import check_integer

from .._typing import RandomState
from ._checks import check_pair
from ._spike_task import balanced, bunch, in_a_row
from ._spike_trains import check_steps, make_poisson_trains

__all__ = [
    "make_delayed_parity",
    "make_pattern_order",
    "make_spike_templates",
    "make_template_xor",
]


def make_spike_templates(
    n_samples: int = 1000,
    n_channels: int = 1,
    *,
    n_segments: int = 4,
    n_templates: int = 2,
    segment: float = 250.0,
    rate: float = 20.0,
    jitter: float = 4.0,
    row_duration: float = 1.0,
    test_size: float = 0.25,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make the task of Maass, Natschläger & Markram [1]_: recognise the template in each segment.

    Every segment has its own templates, which are Poisson trains. A sample has a random template in
    each segment, jittered. At the end of a sample late segments are easy to classify, and early
    ones need memory. Traces of the channels with a time constant of some segments suffice for all.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of samples.
    n_channels : int, default=1
        Number of channels.
    n_segments : int, default=4
        Number of segments.
    n_templates : int, default=2
        Number of templates of each segment.
    segment : float, default=250.0
        Length of a segment in ms.
    rate : float, default=20.0
        Rate of the templates in Hz.
    jitter : float, default=4.0
        Standard deviation of the jitter of each spike in ms; a spike stays in its segment.
    row_duration : float, default=1.0
        Duration of a row in ms.
    test_size : float, default=0.25
        Share of the samples for the test.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    task : Bunch
        A dictionary with attributes:

        data : SpikeArray of shape (n_samples,)
            Spike trains.
        target : ndarray of shape (n_samples, n_segments), int
            Which template each segment holds. A column is a task of its own.
        train, test : ndarray of int
            Indices of the samples to train on and to test on.
        templates : SpikeArray of shape (n_segments * n_templates,)
            Template j of segment i is number `i * n_templates + j`.
        DESCR : str
            Description of the task.

    References
    ----------
    .. [1] W. Maass, T. Natschläger, H. Markram (2002). Real-time computing without stable
       states: a new framework for neural computation based on perturbations. Neural
       Computation 14, 2531-2560.

    Examples
    --------
    >>> from lsm.datasets import make_spike_templates
    >>> task = make_spike_templates(400, n_channels=4, random_state=0)
    >>> task.data
    SpikeArray(n_samples=400, n_channels=4, duration=1 s, row_duration=1 ms, 30442 spikes)
    >>> task.target.shape, len(task.train), len(task.test)
    ((400, 4), 300, 100)
    """
    check_integer("n_segments", n_segments, 1)
    check_steps("segment", segment, row_duration)
    check_integer("n_templates", n_templates, 2)
    rng = check_random_state(random_state)
    n_samples = check_integer("n_samples", n_samples, 2)
    target = rng.randint(n_templates, size=(n_samples, n_segments))
    templates = make_poisson_trains(
        n_segments * n_templates,
        n_channels,
        segment,
        rate,
        row_duration=row_duration,
        random_state=rng,
    )
    which = np.arange(n_segments) * n_templates + target
    return bunch(
        in_a_row(templates, which, jitter, rng),
        target,
        test_size,
        "Spike templates",
        f"In each of {n_segments} segments of {segment:g} ms one of {n_templates} templates of "
        f"{rate:g} Hz, jittered by {jitter:g} ms.",
        "for each segment the number of its template",
        templates=templates,
    )


def make_template_xor(
    n_samples: int = 1000,
    n_channels: int = 1,
    *,
    n_segments: int = 2,
    segments: tuple[int, int] = (0, 1),
    segment: float = 250.0,
    rate: float = 20.0,
    jitter: float = 4.0,
    row_duration: float = 1.0,
    test_size: float = 0.25,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a task: decide whether two segments hold templates of the same number.

    The samples are those of :func:`make_spike_templates` with two templates. Each template is as
    frequent in both classes, so no linear function of the spikes separates them.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of samples.
    n_channels : int, default=1
        Number of channels.
    n_segments : int, default=2
        Number of segments.
    segments : (int, int), default=(0, 1)
        Indices of the two segments that count.
    segment : float, default=250.0
        Length of a segment in ms.
    rate : float, default=20.0
        Rate of the templates in Hz.
    jitter : float, default=4.0
        Standard deviation of the jitter of each spike in ms; a spike stays in its segment.
    row_duration : float, default=1.0
        Duration of a row in ms.
    test_size : float, default=0.25
        Share of the samples for the test.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    task : Bunch
        As of :func:`make_spike_templates`, but for

        target : ndarray of shape (n_samples,), int
            0 where the two numbers are equal, 1 where they differ; equally often.
    """
    n_segments = check_integer("n_segments", n_segments, 2)
    check_steps("segment", segment, row_duration)
    one, other = (
        check_integer("segments", i, 0, n_segments - 1) for i in check_pair("segments", segments)
    )
    if one == other:
        raise ValueError(f"segments must be two different ones, got {segments!r}")
    rng = check_random_state(random_state)
    target = balanced(n_samples, 2, test_size, rng)
    bits = rng.randint(2, size=(len(target), n_segments))
    bits[:, other] = bits[:, one] ^ target
    templates = make_poisson_trains(
        n_segments * 2, n_channels, segment, rate, row_duration=row_duration, random_state=rng
    )
    return bunch(
        in_a_row(templates, np.arange(n_segments) * 2 + bits, jitter, rng),
        target,
        test_size,
        "Exclusive or of two templates",
        f"In each of {n_segments} segments of {segment:g} ms one of 2 templates of {rate:g} Hz, "
        f"jittered by {jitter:g} ms.",
        f"whether the numbers of the templates in segments {one} and {other} differ",
        templates=templates,
    )


def make_delayed_parity(
    n_samples: int = 1000,
    n_channels: int = 4,
    *,
    n_bits: int = 3,
    delay: int = 0,
    segment: float = 50.0,
    rate: float = 40.0,
    jitter: float = 1.0,
    row_duration: float = 1.0,
    test_size: float = 0.25,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a task: decide whether the sum of some past bits is odd [1]_.

    A bit is one of two templates, which are the same for all bits. Given all bits but one, both
    classes are equally likely, so no linear function of the spikes separates them.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of samples.
    n_channels : int, default=4
        Number of channels.
    n_bits : int, default=3
        Number of bits that count, at least 2.
    delay : int, default=0
        Number of random bits after these.
    segment : float, default=50.0
        Length of a bit in ms.
    rate : float, default=40.0
        Rate of the templates in Hz.
    jitter : float, default=1.0
        Standard deviation of the jitter of each spike in ms; a spike stays in its bit.
    row_duration : float, default=1.0
        Duration of a row in ms.
    test_size : float, default=0.25
        Share of the samples for the test.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    task : Bunch
        A dictionary with attributes:

        data : SpikeArray of shape (n_samples,)
            Spike trains.
        target : ndarray of shape (n_samples,), int
            Sum of the bits, modulo 2; as often 0 as 1.
        train, test : ndarray of int
            Indices of the samples to train on and to test on.
        bits : ndarray of shape (n_samples, n_bits + delay), int
            The bits that count, then those that do not.
        templates : SpikeArray of shape (2,)
            The templates of 0 and 1.
        DESCR : str
            Description of the task.

    References
    ----------
    .. [1] N. Bertschinger, T. Natschläger (2004). Real-time computation at the edge of chaos in
       recurrent neural networks. Neural Computation 16, 1413-1436.
    """
    check_integer("n_bits", n_bits, 2)
    check_steps("segment", segment, row_duration)
    check_integer("delay", delay, 0)
    rng = check_random_state(random_state)
    target = balanced(n_samples, 2, test_size, rng)
    bits = rng.randint(2, size=(len(target), n_bits + delay))
    bits[:, 0] = (bits[:, 1:n_bits].sum(axis=1) + target) % 2
    templates = make_poisson_trains(
        2, n_channels, segment, rate, row_duration=row_duration, random_state=rng
    )
    return bunch(
        in_a_row(templates, bits, jitter, rng),
        target,
        test_size,
        "Delayed parity",
        f"{n_bits} bits that count and {delay} that do not, each one of 2 templates of {rate:g} Hz "
        f"and {segment:g} ms, jittered by {jitter:g} ms.",
        f"the sum of the first {n_bits} bits, modulo 2",
        bits=bits,
        templates=templates,
    )


def make_pattern_order(
    n_samples: int = 1000,
    n_channels: int = 10,
    *,
    n_patterns: int = 3,
    pattern: float = 50.0,
    rate: float = 40.0,
    jitter: float = 1.0,
    row_duration: float = 1.0,
    test_size: float = 0.25,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a task: recognise the order of some patterns.

    A sample has every pattern once. The classes are the even and the odd permutations. With three
    or more patterns each is equally frequent at each place in both classes, so no linear function
    of the spikes separates them; with two patterns linear traces do.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of samples.
    n_channels : int, default=10
        Number of channels.
    n_patterns : int, default=3
        Number of patterns, from 2 to 6. Three patterns have two cyclic orders.
    pattern : float, default=50.0
        Length of a pattern in ms.
    rate : float, default=40.0
        Rate of the patterns in Hz.
    jitter : float, default=1.0
        Standard deviation of the jitter of each spike in ms; a spike stays in its pattern.
    row_duration : float, default=1.0
        Duration of a row in ms.
    test_size : float, default=0.25
        Share of the samples for the test.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    task : Bunch
        A dictionary with attributes:

        data : SpikeArray of shape (n_samples,)
            Spike trains.
        target : ndarray of shape (n_samples,), int
            0 for even permutations, such as (0, 1) and (1, 2, 0), 1 for odd ones.
        train, test : ndarray of int
            Indices of the samples to train on and to test on.
        order : ndarray of shape (n_samples, n_patterns), int
            The permutations.
        patterns : SpikeArray of shape (n_patterns,)
            The patterns, before any jitter.
        DESCR : str
            Description of the task.
    """
    check_integer("n_patterns", n_patterns, 2, 6)
    check_steps("pattern", pattern, row_duration)
    rng = check_random_state(random_state)
    orders = np.array(list(permutations(range(n_patterns))))
    order = orders[balanced(n_samples, len(orders), test_size, rng)]
    patterns = make_poisson_trains(
        n_patterns, n_channels, pattern, rate, row_duration=row_duration, random_state=rng
    )
    return bunch(
        in_a_row(patterns, order, jitter, rng),
        (np.linalg.det(np.eye(n_patterns)[order]) < 0).astype(int),
        test_size,
        "Order of patterns",
        f"{n_patterns} patterns of {rate:g} Hz and {pattern:g} ms in any order, jittered by "
        f"{jitter:g} ms.",
        "whether the order is an odd permutation",
        order=order,
        patterns=patterns,
    )
