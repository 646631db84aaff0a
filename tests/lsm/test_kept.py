"""Results that a process keeps change nothing but the time that it takes."""

import copy
import gc
import pickle
from unittest import mock

import numpy as np
import pytest

from lsm import Liquid, SpikeArray, spikes
from lsm._kept import Kept, arrays_of, hash_kept
from lsm.kernel import Recipe
from lsm.memory import content_of
from lsm.neurons import LIF
from lsm.topology import FixedWeights


def test_results_are_read_only_copies():
    mine, kept = {"w": np.arange(4.0)}, Kept(10**6)
    result = kept.get("a", lambda: mine)
    assert kept.get("a", lambda: None) is result
    with pytest.raises(ValueError, match="read-only"):
        result["w"][0] = 1
    mine["w"][0] = 7  # still the user's own
    assert result["w"][0] == 0
    assert len(list(arrays_of(result))) == 1


def test_the_least_recently_used_results_go_first():
    kept = Kept(100)
    for key in "abcabde":
        kept.get(key, lambda: np.zeros(3))
    assert kept.n_bytes == 96
    computed = np.ones(3)
    assert kept.get("a", lambda: computed).sum() == 0
    assert kept.get("c", lambda: computed).sum() == 3
    assert kept.get("big", lambda: np.zeros(4)).flags.writeable  # too large: not kept
    assert pickle.loads(pickle.dumps(kept)).n_bytes == 0


def test_the_hash_of_an_array_is_kept_while_nobody_can_change_it():
    compute = mock.Mock(side_effect=[b"1", b"2", b"3", b"4"])
    array = np.zeros(1000)
    assert [hash_kept(array, compute), hash_kept(array, compute)] == [b"1", b"2"]
    array.setflags(write=False)
    assert [hash_kept(array, compute), hash_kept(array, compute)] == [b"3", b"3"]
    view = array[:]
    del array
    gc.collect()
    assert hash_kept(view, compute) == b"4"


def test_a_change_of_an_array_changes_the_content():
    array = np.zeros(1000)
    before = content_of(array)
    array[3] = 1
    assert content_of(array) != before


@pytest.fixture(scope="module")
def data():
    return SpikeArray.from_dense(np.random.default_rng(0).poisson(0.05, (12, 60, 6)))


def fitted(data, tmp_path, **params):
    """Fit a liquid; return it, and the number of networks that were drawn."""
    with mock.patch.object(Recipe, "draw", autospec=True, side_effect=Recipe.draw) as draw:
        liquid = Liquid(30, memory=tmp_path, **({"random_state": 0} | params)).fit(data)
    return liquid, draw.call_count


def test_a_liquid_is_drawn_once_and_stays_the_same(data, tmp_path):
    plain = Liquid(30, random_state=0).fit(data)
    first, n_first = fitted(data, tmp_path / "a")
    again, n_again = fitted(data, tmp_path / "b")
    assert (n_first, n_again) in ((1, 0), (0, 0))  # another test may have drawn it
    assert again.calibrated_ == plain.calibrated_
    assert again.health_ == plain.health_
    np.testing.assert_array_equal(again.transform(data).toarray(), plain.transform(data).toarray())
    again.network_.neurons.set_params(tau_m=1.0)
    again.parameters_["tau_m"] = 1.0
    other, n_other = fitted(data, tmp_path / "c")
    assert n_other == 0
    assert other.network_.neurons.tau_m == plain.network_.neurons.tau_m
    assert other.parameters_["tau_m"] == plain.parameters_["tau_m"]


@pytest.mark.parametrize(
    "params",
    [
        {"random_state": None},
        {"random_state": 1},
        {"neurons": LIF(tau_m=21.0)},
        {"dt": 0.5},
        {"calibration__input_rate": 20.0},
        {"stimulus": [np.ones((30, 6), int)]},
    ],
)
def test_another_liquid_is_drawn_anew(data, tmp_path, params):
    fitted(data, tmp_path)
    liquid = Liquid(30, memory=tmp_path, random_state=0).set_params(**params)
    if "stimulus" in params:
        liquid.set_params(calibration=None)
    with mock.patch.object(Recipe, "draw", autospec=True, side_effect=Recipe.draw) as draw:
        liquid.fit(data)
        liquid.fit(data)
    assert draw.call_count == (2 if params.get("random_state", 0) is None else 1)


def test_weights_of_the_user_stay_writable(data, tmp_path):
    W = np.random.default_rng(0).normal(size=(30, 30))
    fitted(data, tmp_path, topology=FixedWeights(W))
    W[0, 0] = 1.0


def test_a_digest_is_made_once_for_all_selections(data):
    packed = SpikeArray.from_dense([data.to_dense(i).astype(int) for i in range(4)])
    with mock.patch.object(spikes, "digest_of", side_effect=spikes.digest_of) as made:
        chosen = packed[[3, 1]]
        found = [chosen.digest(0), chosen.digest(1)]
        assert [packed.digest(3), packed[1:].digest(0)] == found
        assert copy.deepcopy(packed).digest(-1) == found[0]
    assert made.call_count == 2
    assert found == [data.digest(3), data.digest(1)]


def test_arrays_of_samples_are_read_only_copies():
    rows = np.array([0, 1], np.int32)
    packed = SpikeArray(rows, rows, None, np.array([0, 2]), [3], 2)
    rows[0] = 1
    assert packed.rows.tolist() == [0, 1]
    for array in (packed.rows, packed[[0]].rows, pickle.loads(pickle.dumps(packed)).rows):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
