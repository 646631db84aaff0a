"""Tasks that need a state: their targets followed event by event, their form and their errors."""

import numpy as np
import pytest

from lsm import datasets

MAKERS = [
    datasets.make_counter,
    datasets.make_cued_patterns,
    datasets.make_delayed_match,
    datasets.make_flip_flop,
    datasets.make_kept_evidence,
    datasets.make_switched_rule,
]


def samples(task):
    """Yield inputs, targets and times of each sample."""
    for i in range(len(task.data)):
        yield task.data.to_dense(i), task.target[i], task.since[i]


def begins(channel):
    """Return whether a pulse begins at each row of a channel."""
    return (channel != 0) & (np.concatenate([[0.0], channel[:-1]]) == 0)


@pytest.mark.parametrize("maker", MAKERS)
def test_a_task_has_one_form_and_is_repeatable(maker):
    task, again, other = (maker(4, duration=5000.0, random_state=seed) for seed in (0, 0, 1))
    assert task.data.row_duration == 20.0
    assert task.data.graded
    assert task.data.n_channels == len(task.feature_names)
    for inputs, target, since in samples(task):
        assert len(inputs) == len(target) == len(since) == 250
        assert target.shape == (250, len(task.target_names))
        assert np.isfinite(target).all()
        assert np.abs(target).max() <= 1
        assert np.nanmin(since) >= 0
    assert ":Samples: 4 of 5 s, in rows of 20 ms" in task.DESCR
    np.testing.assert_array_equal(task.target[3], again.target[3])
    np.testing.assert_array_equal(task.data.to_dense(3), again.data.to_dense(3))
    assert not np.array_equal(task.target[0], other.target[0])


def test_a_bit_is_the_sign_of_its_last_pulse():
    task = datasets.make_flip_flop(3, n_bits=2, random_state=0)
    for inputs, target, since in samples(task):
        last, age = np.zeros(2), np.full(2, np.nan)
        for t, row in enumerate(inputs):
            age += 20.0
            for k in range(2):
                if begins(inputs[:, k])[t]:
                    last[k], age[k] = np.sign(row[k]), 0.0
            np.testing.assert_array_equal(target[t], last)
            np.testing.assert_equal(since[t], np.max(age))


def test_bits_are_held_for_as_long_as_asked():
    task = datasets.make_flip_flop(20, 1, hold=2000.0, duration=60_000.0, random_state=0)
    n_pulses = sum(begins(inputs[:, 0]).sum() for inputs, _, _ in samples(task))
    assert 20 * 60_000 / n_pulses == pytest.approx(2000, rel=0.1)
    changes = sum(np.count_nonzero(np.diff(target[:, 0])) for target in task.target)
    assert changes / n_pulses == pytest.approx(0.5, abs=0.06)
    (length,) = set(np.diff(np.flatnonzero(np.diff(np.abs(task.data.to_dense(0)[:, 0]))))[::2])
    assert length == 5  # rows of a pulse of 100 ms


def test_the_answer_follows_the_rule():
    for inputs, target, since in samples(datasets.make_switched_rule(3, random_state=0)):
        rule, age = 0.0, np.nan
        for t, (a, b, pulse) in enumerate(inputs):
            age += 20.0
            if begins(inputs[:, 2])[t]:
                rule, age = pulse, 0.0
            answer = {1.0: a, -1.0: a * b, 0.0: 0.0}[rule]
            assert target[t].tolist() == [rule, answer]
            np.testing.assert_equal(since[t], age)


def test_the_counter_counts():
    task = datasets.make_counter(3, modulus=4, random_state=0)
    for inputs, target, since in samples(task):
        count = np.cumsum(begins(inputs[:, 0])) % 4
        np.testing.assert_array_equal(target, np.eye(4)[count])
        np.testing.assert_array_equal(since, 20.0 * np.arange(1000))
        assert count.max() == 3


def test_a_wave_starts_with_its_cue():
    task = datasets.make_cued_patterns(3, (1.0, 2.5), random_state=0)
    for inputs, target, since in samples(task):
        known = np.isfinite(since)
        assert not target[~known].any()
        hertz = target[known, 2:] @ [1.0, 2.5]
        angle = 2 * np.pi * hertz * since[known] / 1000
        np.testing.assert_allclose(target[known, 0], np.sin(angle), atol=1e-9)
        np.testing.assert_allclose(target[known, 1], np.cos(angle), atol=1e-9)
        cued = begins(inputs.sum(axis=1))
        np.testing.assert_array_equal(since == 0, cued)
        np.testing.assert_array_equal(target[cued, 2:], inputs[cued])


def test_evidence_is_the_sum_of_the_pulses_since_the_start():
    task = datasets.make_kept_evidence(3, 3, delay=(200.0, 400.0), random_state=0)
    for inputs, target, since in samples(task):
        total, first, n = 0, None, 0
        for t in range(len(inputs)):
            start, left, right = (begins(inputs[:, k])[t] for k in range(3))
            if start:
                total, n = 0, 0
            if left or right:
                first, n, total = t if n == 0 else first, n + 1, total + int(right) - int(left)
            assert target[t, 0] == pytest.approx(total / 3)
            assert np.isfinite(since[t]) <= (n == 3)
            if np.isfinite(since[t]):
                assert since[t] == 20.0 * (t - first)
                assert total != 0
    assert np.isfinite(np.concatenate(task.since)).mean() > 0.1


def test_a_match_is_of_the_item_before():
    task = datasets.make_delayed_match(6, 3, delay=(200.0, 800.0), random_state=0)
    matches = []
    for inputs, target, since in samples(task):
        shown = np.flatnonzero(begins(inputs.sum(axis=1)))
        items = inputs[shown].argmax(axis=1)
        for first, second, item, other in zip(
            shown[::2], shown[1::2], items[::2], items[1::2], strict=False
        ):
            assert 200 <= 20 * (second - first - 5) <= 800
            inside = slice(first, second + 5)
            assert (target[inside, item] == 1).all()
            assert (target[second : second + 5, 3] == (1 if item == other else -1)).all()
            assert not target[first:second, 3].any()
            asked = np.flatnonzero(np.isfinite(since[inside])) + first
            assert asked.tolist() == [t for t in range(second + 2, second + 5) if t < 1000]
            assert since[asked[0]] == 20.0 * (asked[0] - first - 5)
            matches.append(item == other)
    assert np.mean(matches) == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize("maker", MAKERS)
def test_a_sample_may_be_too_short_for_any_event(maker):
    task = maker(20, duration=20.0, random_state=0)
    assert {part.shape[0] for part in task.target} == {1}
    assert all(np.isnan(part).all() or part.tolist() == [0.0] for part in task.since)


@pytest.mark.parametrize(
    ("maker", "params", "message"),
    [
        ("make_flip_flop", {"hold": 100.0}, "hold must be a finite number >= 200, got 100.0"),
        ("make_flip_flop", {"n_bits": 0}, "n_bits must be an integer >= 1, got 0"),
        ("make_flip_flop", {"pulse": 1.0}, "pulse must be a finite number >= 20, got 1.0"),
        ("make_flip_flop", {"duration": -1.0}, "duration must be a finite number >= 20"),
        ("make_counter", {"modulus": 1}, "modulus must be an integer >= 2, got 1"),
        ("make_counter", {"n_samples": 0}, "n_samples must be an integer >= 1, got 0"),
        ("make_counter", {"interval": np.nan}, "interval must be a finite number >= 200"),
        ("make_cued_patterns", {"frequencies": ()}, "frequencies must be a sequence of numbers"),
        ("make_cued_patterns", {"frequencies": (1.0, 30.0)}, "frequencies must be .* <= 25"),
        ("make_kept_evidence", {"n_pulses": 4}, "n_pulses must be odd, .* got 4"),
        (
            "make_kept_evidence",
            {"delay": 300.0},
            "delay must be the shortest and the longest delay",
        ),
        (
            "make_delayed_match",
            {"delay": (900.0, 200.0)},
            "delay must be the shortest delay and then",
        ),
        ("make_delayed_match", {"n_items": 1}, "n_items must be an integer >= 2, got 1"),
        ("make_switched_rule", {"change": 0.0}, "change must be a finite number >= 20, got 0.0"),
        ("make_switched_rule", {"row_duration": 0.0}, "row_duration must be a finite number > 0"),
    ],
)
def test_bad_input_is_named(maker, params, message):
    with pytest.raises(ValueError, match=message):
        getattr(datasets, maker)(**{"n_samples": 2} | params)
