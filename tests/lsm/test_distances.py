"""Distances between spike trains, against closed forms and the laws of a metric."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from lsm import SpikeArray
from lsm.distances import van_rossum, victor_purpura

TRAIN = st.lists(st.tuples(st.integers(0, 39), st.integers(0, 1)), max_size=8)
TRAINS = st.lists(TRAIN, min_size=3, max_size=3)
DISTANCES = [van_rossum, victor_purpura]


def pack(*trains, n_channels=2, dt=1.0):
    """Pack trains given as lists of (time, channel)."""
    events = [tuple(np.array(train, dtype=int).reshape(-1, 2).T) for train in trains]
    return SpikeArray.from_events(events, n_channels, 40.0, row_duration=dt)


@pytest.mark.parametrize("tau", [3.0, 10.0, 100.0])
@pytest.mark.parametrize("interval", [0, 1, 7, 39])
def test_van_rossum_distance_of_two_spikes(tau, interval):
    distances = van_rossum(pack([(0, 0)], [(interval, 0)], []), tau)
    assert distances[0, 1] == pytest.approx(np.sqrt(1 - np.exp(-interval / tau)), abs=1e-7)
    assert distances[0, 2] == pytest.approx(np.sqrt(1 / 2))
    assert distances[1, 2] == pytest.approx(np.sqrt(1 / 2))


def test_van_rossum_distance_is_its_integral():
    one, other, tau = [2, 5, 5, 30], [3, 12, 29], 6.0

    def squared_difference(t):
        traces = [sum(np.exp((s - t) / tau) for s in train if s <= t) for train in (one, other)]
        return (traces[0] - traces[1]) ** 2

    edges = sorted({*one, *other, 400})
    pairs = zip(edges[:-1], edges[1:], strict=True)
    integral = sum(quad(squared_difference, a, b)[0] for a, b in pairs)
    given = van_rossum(pack([(t, 0) for t in one], [(t, 0) for t in other]), tau)[0, 1]
    assert given == pytest.approx(np.sqrt(integral / tau), rel=1e-6)


def test_distances_do_not_depend_on_the_step_or_on_when_samples_end():
    times = [([2.0, 9.0], [0, 1]), ([4.0, 9.0, 11.0], [0, 0, 1])]
    for distance in DISTANCES:
        coarse, fine, longer = (
            distance(SpikeArray.from_events(times, 2, durations, row_duration=dt))
            for durations, dt in ((12.0, 1.0), (12.0, 0.5), ([12.0, 30.0], 1.0))
        )
        np.testing.assert_allclose(fine, coarse)
        np.testing.assert_allclose(longer, coarse)


def test_graded_signals_count_as_spikes_of_their_amplitudes():
    graded = SpikeArray.from_dense([np.array([[0.0], [2.0]]), np.array([[-1.0], [0.0]])])
    expected = np.sqrt((4 + 1) / 2 + 2 * np.exp(-1 / 10.0))
    assert van_rossum(graded)[0, 1] == pytest.approx(expected)
    with pytest.raises(ValueError, match="graded currents"):
        victor_purpura(graded)


@pytest.mark.parametrize(
    ("one", "other", "cost", "expected"),
    [
        ([], [3, 8], 0.3, 2),  # add both
        ([5], [8], 0.3, 0.9),  # move one
        ([5], [15], 0.3, 2),  # too far to move
        ([1, 20, 30], [2, 30], 0.5, 1.5),
        ([1, 20, 30], [9, 35], 0.0, 1),  # numbers of spikes
        ([5, 5], [5], 1.0, 1),
        ([0, 10], [2, 12], 0.25, 1.0),
    ],
)
def test_victor_purpura_distance_of_known_trains(one, other, cost, expected):
    spikes = pack([(t, 0) for t in one], [(t, 0) for t in other])
    assert victor_purpura(spikes, cost)[0, 1] == pytest.approx(expected)


def test_a_spike_in_another_channel_is_another_spike():
    spikes = pack([(5, 0)], [(5, 1)])
    assert van_rossum(spikes)[0, 1] == pytest.approx(1)  # the root of 1/2 + 1/2
    assert victor_purpura(spikes)[0, 1] == 2


@pytest.mark.parametrize("distance", DISTANCES)
@given(trains=TRAINS)
def test_distances_are_metrics(distance, trains):
    distances = distance(pack(*trains))
    np.testing.assert_array_equal(distances, distances.T)
    np.testing.assert_array_equal(np.diag(distances), 0)
    assert distances[0, 2] <= distances[0, 1] + distances[1, 2] + 1e-6
    different = sorted(trains[0]) != sorted(trains[1])
    assert (distances[0, 1] > 1e-6) == different


@given(trains=TRAINS)
def test_victor_purpura_goes_from_counting_spikes_to_counting_coincidences(trains):
    spikes = pack(*trains)
    counts = [np.bincount([c for _, c in train], minlength=2) for train in trains]
    free = np.abs(counts[0] - counts[1]).sum()
    assert victor_purpura(spikes, cost=0.0)[0, 1] == free
    both = sum(min(trains[0].count(spike), trains[1].count(spike)) for spike in set(trains[0]))
    dear = len(trains[0]) + len(trains[1]) - 2 * both
    assert victor_purpura(spikes, cost=5.0)[0, 1] == dear


@pytest.mark.parametrize(("distance", "bad"), [(van_rossum, 0.0), (victor_purpura, -1.0)])
def test_bad_parameters_are_refused(distance, bad):
    with pytest.raises(ValueError, match=r"(tau|cost) must be a finite number"):
        distance(pack([]), bad)
    with pytest.raises(ValueError, match="spikes is empty"):
        distance(pack([])[:0])
    with pytest.raises(TypeError, match="spikes must be a SpikeArray, got ndarray"):
        distance(np.ones((1, 5, 3)))
