"""A SpikeArray in other forms: its text, spike times, and a table."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lsm import Liquid, SpikeArray

ROW_DURATIONS = st.sampled_from([0.1, 0.3, 1.0, 1 / 0.36, 20.0])
RASTERS = st.lists(
    st.integers(1, 40).flatmap(
        lambda n: arrays(np.int64, (n, 3), elements=st.integers(0, 3), fill=st.just(0))
    ),
    min_size=1,
    max_size=4,
)


@given(RASTERS, ROW_DURATIONS)
def test_spike_times_make_the_same_spikes_again(samples, row_duration):
    spikes = SpikeArray.from_dense(samples, row_duration=row_duration)
    again = SpikeArray.from_events(
        spikes.to_events(), 3, spikes.n_rows * row_duration, row_duration=row_duration
    )
    assert [again.digest(i) for i in range(len(samples))] == [
        spikes.digest(i) for i in range(len(samples))
    ]


def test_spike_times_are_in_ms_and_repeated_for_several_spikes():
    spikes = SpikeArray.from_dense([[[0, 2], [1, 0]], [[0, 0]]], row_duration=0.5)
    events = [(times.tolist(), channels.tolist()) for times, channels in spikes.to_events()]
    assert events == [([0.0, 0.0, 0.5], [1, 1, 0]), ([], [])]


def test_currents_have_no_spike_times_but_a_table():
    currents = SpikeArray.from_dense([np.array([[0.0, -1.5]]), np.array([[2.0, 0.0]] * 2)])
    with pytest.raises(ValueError, match="graded currents .* to_frame"):
        currents.to_events()
    assert currents.to_frame().to_dict("list") == {
        "sample": [0, 1, 1],
        "time": [0.0, 0.0, 1.0],
        "channel": [1, 0, 0],
        "amplitude": [-1.5, 2.0, 2.0],
    }


@given(RASTERS, ROW_DURATIONS)
def test_the_table_sums_to_the_samples(samples, row_duration):
    frame = SpikeArray.from_dense(samples, row_duration=row_duration).to_frame()
    for i, sample in enumerate(samples):
        part = frame[frame["sample"] == i]
        rows = np.rint(part["time"] / row_duration).astype(int)
        dense = np.zeros_like(sample)
        np.add.at(dense, (rows, part["channel"]), part["amplitude"].astype(int))
        np.testing.assert_array_equal(dense, sample)


def test_a_missing_pandas_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="to_frame needs the package pandas: pip install pandas"):
        SpikeArray.from_dense([np.eye(2)]).to_frame()


def test_the_text_names_size_durations_and_kind():
    spikes = SpikeArray.from_dense([np.full((2, 3), 2), np.ones((3, 3), int)])
    assert repr(spikes) == (
        "SpikeArray(n_samples=2, n_channels=3, duration=2 to 3 ms, row_duration=1 ms, 21 spikes)"
    )
    currents = SpikeArray.from_dense([np.full((1500, 1), 0.5)] * 2, row_duration=0.8)
    assert repr(currents) == (
        "SpikeArray(n_samples=2, n_channels=1, duration=1.2 s, row_duration=0.8 ms, 3000 currents)"
    )
    assert "duration=0.8 ms, row_duration=0.8 ms, 1 current)" in repr(
        currents.pieces([0], [0], [1])
    )
    assert repr(currents[[]]) == (
        "SpikeArray(n_samples=0, n_channels=1, row_duration=0.8 ms, 0 currents)"
    )


@pytest.mark.parametrize(
    "join",
    [
        lambda S: SpikeArray.concatenate([S, S]),
        lambda S: np.concatenate([S, S]),
        lambda S: [S[0], S[1], S[0], S[1]],
        lambda S: list(S) + list(S),
    ],
)
def test_recordings_that_are_put_together_stay_spikes(join):
    S = SpikeArray.from_dense(np.random.default_rng(0).poisson(0.05, (2, 100, 4)))
    liquid = Liquid(30, random_state=0).fit(S)
    together = liquid.to_spikes(join(S))
    assert not together.graded
    assert [together.digest(i) for i in range(4)] == [S.digest(i % 2) for i in range(4)]
    assert not Liquid(30, random_state=0).fit(join(S)).network_.graded


def test_a_notebook_shows_size_durations_and_rates():
    spikes = SpikeArray.from_dense([[[2, 0], [1, 0]], [[0, 0]] * 3], row_duration=10)
    shown = spikes._repr_html_()
    for cells in (
        ("samples", "2"), ("duration of a sample", "20 to 30 ms"), ("spikes", "3"),
        ("mean rate of a channel", "30 Hz"),  # 3 spikes of 2 channels in 50 ms
        ("channels without events", "1"),
    ):  # fmt: skip
        assert "<tr><td>{}</td><td>{}</td></tr>".format(*cells) in shown
    currents = SpikeArray.from_dense([np.full((3, 2), -0.5)])
    assert "<td>currents</td><td>6</td>" in currents._repr_html_()
    assert "Hz" not in currents._repr_html_()
    for empty in (spikes[[]], SpikeArray.from_events([([], [])], 2, 5)):
        assert "<td>spikes</td><td>0</td>" in empty._repr_html_()
