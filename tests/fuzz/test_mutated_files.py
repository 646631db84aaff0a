"""Damaged and hostile input of every parser: refused by name, in little memory, or read right."""

import random
import subprocess
import sys
import tracemalloc
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lsm import SpikeArray
from lsm.formats import from_tonic
from tests.fuzz.mutations import mutate
from tests.fuzz.parsers import PARSERS, fault
from tests.helpers.sources import ROOT

MOST_MEMORY = 32 * 2**20  # bytes; the inputs have under 100 kB
RUNS = {
    **{"ts": 3000, "uci": 3000, "laser": 1500, "json": 2000, "wav": 3000, "tar": 1000, "zip": 1500},
    **{"from_events": 1000, "SpikeArray": 2000, "from_sparse": 600, "from_tonic": 1000},
    **{"from_neo": 600, "from_aeon": 1500},
}


@pytest.mark.parametrize("name", PARSERS)
def test_valid_contents_are_read(name):
    for content in PARSERS[name].seeds:
        PARSERS[name].read(content)
        assert fault(PARSERS[name], content) is None


@pytest.mark.parametrize("name", RUNS)
def test_a_mutated_content_is_read_or_refused_by_name(name):
    parser, rng = PARSERS[name], random.Random(name)
    n_refused = 0
    tracemalloc.start()
    try:
        for _ in range(RUNS[name]):
            content = mutate(rng.choice(parser.seeds), rng)
            tracemalloc.reset_peak()
            reason = fault(parser, content)
            assert reason is None, (reason, content)
            assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY, content
            n_refused += is_refused(parser, content)
    finally:
        tracemalloc.stop()
    assert 0.02 < n_refused / RUNS[name] < 1  # or the mutations would be too mild, or too wild


def is_refused(parser, content):
    try:
        parser.read(content)
    except (ValueError, TypeError, OSError):
        return True
    return False


def test_mutated_hdf5_ends_in_no_crash_and_no_endless_loop():
    command = [sys.executable, "-m", "tests.fuzz.campaign", "hdf5", "--mutate", "--runs", "400"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1:] == ["hdf5: 400 inputs, 0 faults"], (
        done.stdout + done.stderr
    )


def test_every_parser_is_mutated():
    assert set(RUNS) | {"hdf5"} == set(PARSERS)


def test_a_fault_is_found():
    class Broken:
        names = "x.ts"

        @staticmethod
        def read(content):
            if content == b"crash":
                raise IndexError("list index out of range")
            if content == b"nameless":
                raise ValueError("could not convert string to float")
            return [np.array([1.0, np.inf])]

    assert fault(Broken, b"crash") == "IndexError: list index out of range"
    assert fault(Broken, b"nameless").startswith("no name in ValueError")
    assert fault(Broken, b"1e999") == "a number that is not finite"


# --------------------------------------------------------------------------- drawn by hypothesis

NUMBERS = st.one_of(
    st.floats(0, 20), st.floats(), st.integers(-5, 2**40), st.sampled_from([2.0**31, 1e300, 86.4e6])
)
SPIKES = st.lists(st.tuples(NUMBERS, st.one_of(st.integers(0, 3), st.integers())), max_size=6)


def read_or_refused(call, names):
    """Return the result of a call, or None if its error names an argument."""
    try:
        return call()
    except (ValueError, TypeError) as error:
        message = str(error)
    assert any(name in message for name in names), message
    return None


@settings(max_examples=150)
@given(
    st.lists(SPIKES, min_size=1, max_size=3),
    st.one_of(st.integers(1, 5), st.integers()),
    st.one_of(st.none(), NUMBERS),
    st.one_of(st.sampled_from([1.0, 0.1]), st.floats()),
)
def test_events_are_counted_as_by_hand_or_refused(samples, n_channels, durations, row_duration):
    events = [tuple(map(list, zip(*spikes, strict=True))) or ([], []) for spikes in samples]
    packed = read_or_refused(
        lambda: SpikeArray.from_events(events, n_channels, durations, row_duration=row_duration),
        ("sample", "events", "durations", "n_channels", "row_duration"),
    )
    if packed is None:
        return
    for spikes, (times, channels) in zip(samples, packed.to_events(), strict=True):
        rows = np.rint(times / row_duration).astype(int)
        found = Counter(zip(rows.tolist(), channels.tolist(), strict=True))
        # Within the rounding error that a time just before the end of a row may have.
        by_hand = Counter((int(time / row_duration + 1e-9), channel) for time, channel in spikes)
        assert found == by_hand


@settings(max_examples=150)
@given(st.data())
def test_fields_of_tonic_give_pixels_or_an_error(data):
    kinds = st.one_of(arrays.integer_dtypes(), arrays.floating_dtypes(), arrays.boolean_dtypes())
    dtype = [(name, data.draw(kinds)) for name in "txyp"[: data.draw(st.integers(1, 4))]]
    recording = data.draw(arrays.arrays(np.dtype(dtype), data.draw(st.integers(0, 4))))
    size = tuple(data.draw(st.integers(1, 4)) for _ in range(3))
    packed = read_or_refused(
        lambda: from_tonic([recording], size, out_of_range="drop"),
        ("recording", "sample", "events"),
    )
    assert packed is None or packed.n_channels == np.prod(size)
    assert packed is None or len(packed.rows) <= len(recording)


@settings(max_examples=200)
@given(
    *[arrays.arrays(np.int64, st.integers(0, 3), elements=st.integers(-1, 4)) for _ in range(4)],
    st.one_of(st.none(), arrays.arrays(float, st.integers(0, 3))),
    st.booleans(),
)
def test_a_spike_array_is_valid_or_refused(rows, channels, offsets, n_rows, amplitudes, graded):
    packed = read_or_refused(
        lambda: SpikeArray(rows, channels, amplitudes, offsets, n_rows, 3, graded=graded),
        ("row", "channel", "offsets", "amplitude", "sample"),
    )
    if packed is None:
        return
    total = sum(packed.to_dense(i).sum(dtype=float) for i in range(len(packed)))
    held = len(rows) if amplitudes is None else amplitudes.astype(np.float32).sum(dtype=float)
    assert total == pytest.approx(held, rel=1e-5)
