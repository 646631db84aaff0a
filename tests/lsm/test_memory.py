"""The cache of states: shared entries, damaged entries, and the size of the folder."""

import errno
import json
import multiprocessing
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score

from lsm import (
    Calibration,
    Liquid,
    LSMClassifier,
    LSMRegressor,
    Memory,
    Snapshots,
    SpikeArray,
    _fitted,
    memory,
    simulator,
)
from lsm import calibration as calibration_module
from lsm._kept import Kept
from lsm.neurons import LIF
from lsm.plasticity import PairSTDP
from lsm.topology import ErdosRenyi


def make_samples(n_samples=20, n_steps=60, n_channels=6, seed=0):
    rng = np.random.default_rng(seed)
    rates = rng.uniform(0.02, 0.2, (4, n_channels))
    y = np.arange(n_samples) % 4
    counts = rng.poisson(rates[y][:, None, :], (n_samples, n_steps, n_channels))
    return SpikeArray.from_dense(counts), y


def make_liquid(folder, **params):
    defaults = {"n_neurons": 30, "calibration": None, "random_state": 0}
    return Liquid(**defaults | {"memory": folder} | params)


def entries(folder):
    return sorted(path for path in Path(folder, "lsm").rglob("*") if path.is_file())


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """Let no liquid of another test be kept in this process."""
    monkeypatch.setattr(_fitted, "KEPT", Kept(10**8))


@pytest.fixture
def simulated(monkeypatch):
    """Count the samples that are simulated, by purpose."""
    counts = {"states": 0, "calibration": 0}

    def counting(simulate, name):
        def counted(network, spikes, *args, **options):
            counts[name] += len(spikes)
            return simulate(network, spikes, *args, **options)

        return counted

    for module, name in ((simulator, "states"), (calibration_module, "calibration")):
        monkeypatch.setattr(module, "simulate", counting(module.simulate, name))
    return counts


@pytest.mark.filterwarnings("ignore:the liquid")
class TestStates:
    def test_a_sample_is_simulated_once(self, tmp_path, simulated):
        X, _ = make_samples()
        liquid = make_liquid(tmp_path).fit(X)
        first = liquid.transform(X)
        assert simulated["states"] == 20
        again = make_liquid(tmp_path).fit(X)
        order = np.array([3, 3, 0, 19])
        assert simulated["states"] == 20
        assert np.array_equal(again.transform(X[order]).toarray(), first.toarray()[order])
        assert simulated["states"] == 20

    @pytest.mark.parametrize("feature", ["count", "root_count", "trace", "membrane", "rank"])
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_cached_states_equal_computed_states(self, tmp_path, feature, dtype):
        X, _ = make_samples(5)
        params = {"dtype": dtype, "snapshots": Snapshots(n=(1, 2), feature=feature)}
        expected = make_liquid(None, **params).fit(X).transform(X)
        make_liquid(tmp_path, **params).fit(X).transform(X[[1, 3]])
        mixed = make_liquid(tmp_path, **params).fit(X).transform(X)
        assert mixed.dtype == expected.dtype
        for part in ("data", "indices", "indptr"):
            assert np.array_equal(getattr(mixed, part), getattr(expected, part))

    def test_states_of_rows_are_cached_too(self, tmp_path, simulated):
        X, _ = make_samples(4)
        y = [np.arange(60.0)] * 4
        expected = LSMRegressor(make_liquid(None)).fit(X, y).predict(X)
        simulated["states"] = 0
        model = LSMRegressor(make_liquid(tmp_path)).fit(X, y)
        assert np.array_equal(model.predict(X), expected)
        assert simulated["states"] == 4

    @pytest.mark.parametrize(
        "changed",
        [
            {"n_neurons": 31},
            {"random_state": 1},
            {"neurons": LIF(tau_m=21.0)},
            {"neurons": LIF(tau_m=stats.uniform(10, 20))},
            {"topology": ErdosRenyi(delay=2.0)},
            {"snapshots": Snapshots(n=2)},
            {"snapshots": Snapshots(feature="trace")},
            {"snapshots": Snapshots(feature="trace", tau=31.0)},
            {"dtype": "float64"},
            {"dt": 0.5},
            {"noise": 0.1},
            {"initial": "random"},
            {"calibration": Calibration()},
        ],
    )
    def test_settings_that_change_a_state_change_its_entry(self, tmp_path, simulated, changed):
        X, _ = make_samples()
        make_liquid(tmp_path).fit(X).transform(X)
        expected = make_liquid(None, **changed).fit(X).transform(X)
        simulated["states"] = 0
        for _ in range(2):
            states = make_liquid(tmp_path, **changed).fit(X).transform(X)
            assert simulated["states"] == 20
            assert np.array_equal(states.toarray(), expected.toarray())

    @pytest.mark.parametrize(
        "changed", [{"n_jobs": 2}, {"verbose": True}, {"memory": "a Memory"}, {"stimulus": "some"}]
    )
    def test_settings_that_keep_a_state_keep_its_entry(self, tmp_path, simulated, changed):
        X, _ = make_samples()
        make_liquid(tmp_path).fit(X).transform(X)
        values = {"a Memory": Memory(tmp_path), "some": X[:3]}
        changed = {name: values.get(value, value) for name, value in changed.items()}
        make_liquid(tmp_path, **changed).fit(X[:9]).transform(X)
        assert simulated["states"] == 20

    def test_lesions_of_a_fitted_liquid_are_seen(self, tmp_path):
        X, _ = make_samples()
        liquid = make_liquid(tmp_path, neurons=LIF(bias=20.0)).fit(X)
        before = liquid.transform(X)
        with pytest.raises(ValueError, match="read-only"):  # other liquids may share it
            liquid.network_.w_in.data[:] = 0
        liquid.network_ = replace(liquid.network_, w_in=0 * liquid.network_.w_in)
        after = liquid.transform(X)
        assert (after != before).sum() > 0
        liquid.memory = None
        assert (after != liquid.transform(X)).sum() == 0

    def test_another_version_of_the_code_computes_again(self, tmp_path, simulated, monkeypatch):
        X, _ = make_samples()
        liquid = make_liquid(tmp_path).fit(X)
        liquid.transform(X)
        monkeypatch.setattr(memory, "_code", lambda: b"another")
        liquid.transform(X)
        assert simulated["states"] == 40

    def test_a_sample_too_short_is_named_by_its_place(self, tmp_path):
        X, _ = make_samples()
        liquid = make_liquid(tmp_path, snapshots=Snapshots(at=[50.0], unit="ms")).fit(X)
        liquid.transform(X)
        mixed = [X.to_dense(0).astype(int), np.ones((40, 6), dtype=int)]
        with pytest.raises(ValueError, match="sample 1 lasts only 40 ms"):
            liquid.transform(mixed)

    def test_a_liquid_that_learns_caches_nothing(self, tmp_path, simulated):
        X, _ = make_samples()
        liquid = make_liquid(tmp_path, plasticity=PairSTDP()).fit(X)
        liquid.transform(X)
        liquid.transform(X)
        assert simulated["states"] == 40
        assert list(tmp_path.iterdir()) == []


class TestSearch:
    """Folds and settings of the readout share the states of a liquid."""

    def search(self, X, y, folder, n_settings=4, **params):
        model = LSMClassifier(make_liquid(folder, **params), RidgeClassifier())
        grid = {
            "liquid__random_state": [0, 1, 2],
            "readout__alpha": [0.1, 1.0, 10.0, 100.0][:n_settings],
        }
        search = GridSearchCV(model, grid, cv=KFold(5), refit=False)
        return search.fit(X, y).cv_results_["mean_test_score"]

    def test_a_grid_simulates_each_sample_once_for_each_liquid(self, tmp_path, simulated):
        X, y = make_samples(200)
        calibrated = {"calibration": Calibration(), "stimulus": X[:20]}
        scores = self.search(X, y, tmp_path, **calibrated)
        assert simulated["states"] == 3 * 200
        n_calibrations = simulated["calibration"]
        for seed in range(3):  # as often as one fit of each liquid
            liquid = make_liquid(None, random_state=seed, **calibrated).fit(X)
            assert liquid.calibrated_ is not None
        assert simulated["calibration"] == 2 * n_calibrations
        assert scores.min() > 0.5

    def test_the_scores_are_those_without_memory(self, tmp_path, simulated):
        X, y = make_samples(40)
        scores = self.search(X, y, tmp_path, 2, calibration=Calibration())
        # Folds calibrate on their own samples, so their liquids differ; settings still share.
        assert simulated["states"] == 3 * 5 * 40
        assert np.array_equal(scores, self.search(X, y, None, 2, calibration=Calibration()))

    def test_cross_validation_in_two_processes(self, tmp_path):
        X, y = make_samples(40)
        model = LSMClassifier(make_liquid(tmp_path, stimulus=X), RidgeClassifier())
        scores = cross_val_score(model, X, y, cv=4, n_jobs=2)
        model.set_params(liquid__memory=None)
        assert np.array_equal(scores, cross_val_score(model, X, y, cv=4))


@pytest.mark.filterwarnings("ignore:the liquid")
class TestEntries:
    @pytest.fixture
    def kept(self, tmp_path):
        """Return a fitted liquid, samples, and their states, which are cached."""
        X, _ = make_samples()
        liquid = make_liquid(tmp_path).fit(X)
        return liquid, X, liquid.transform(X).toarray()

    @pytest.mark.parametrize(
        "damaged",
        [
            lambda content, other: b"",
            lambda content, other: content[:10],
            lambda content, other: content[:-4],
            lambda content, other: content + b"\0\0\0\0",
            lambda content, other: content[:40] + bytes([content[40] ^ 1]) + content[41:],
            lambda content, other: bytes([content[0] ^ 1]) + content[1:],
            lambda content, other: other,  # whole, but of another sample
        ],
    )
    def test_a_damaged_entry_is_computed_again(self, tmp_path, kept, simulated, damaged):
        liquid, X, states = kept
        paths = entries(tmp_path)
        contents = [path.read_bytes() for path in paths]
        for path, content, other in zip(paths, contents, contents[-1:] + contents, strict=False):
            path.write_bytes(damaged(content, other))
        found = make_liquid(tmp_path).fit(X)
        assert found.health_ == liquid.health_
        assert np.array_equal(found.transform(X).toarray(), states)
        assert simulated["states"] == 20
        assert [path.read_bytes() for path in paths] == contents

    def test_a_process_killed_while_it_writes_leaves_no_valid_entry(
        self, tmp_path, kept, simulated, monkeypatch
    ):
        liquid, X, _ = kept
        liquid.set_params(snapshots=Snapshots(n=2))

        def killed(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", killed)
            with pytest.raises(KeyboardInterrupt):
                liquid.transform(X)
        simulated["states"] = 0
        liquid.transform(X)
        assert simulated["states"] == 20

    def test_a_full_disk_costs_only_time(self, tmp_path, monkeypatch):
        X, _ = make_samples()
        liquid = make_liquid(tmp_path).fit(X)

        def full(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "replace", full)
        with pytest.warns(UserWarning, match="states cannot be cached in .*: No space left"):
            states = liquid.transform(X)
        assert np.array_equal(states.toarray(), make_liquid(None).fit(X).transform(X).toarray())

    def test_the_folder_stays_within_its_bound_and_keeps_what_was_used_last(
        self, tmp_path, simulated
    ):
        X, _ = make_samples(60)
        liquid = make_liquid(Memory(tmp_path, max_bytes=30 * 30 * 4)).fit(X)
        mine = [tmp_path / "note.txt", tmp_path / "lsm" / "note", tmp_path / "lsm" / "x" / "a.csv"]
        for path in mine:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x" * 10_000)
            os.utime(path, (0, 0))

        def kept():
            return [path for path in entries(tmp_path) if path not in mine]

        liquid.transform(X[:10])
        for i, path in enumerate(kept()):
            os.utime(path, ns=(i, i))  # long ago
        liquid.transform(X[:5])  # uses them
        for i in range(10, 60):
            liquid.transform(X[[i]])
            liquid.transform(X[:5])
        assert simulated["states"] == 60
        names = {path.name for path in kept()}
        assert {X.digest(i) for i in range(5)} <= names
        assert not {X.digest(i) for i in range(5, 10)} & names
        total = sum(path.stat().st_size for path in kept())
        assert 30 * 30 * 4 / 2 < total <= 30 * 30 * 4 * 21 / 20
        assert all(path.exists() for path in mine)

    def test_processes_share_a_folder_that_is_too_small(self, tmp_path):
        X, _ = make_samples(30)
        expected = make_liquid(None).fit(X).transform(X).toarray()
        context = multiprocessing.get_context("spawn")
        with context.Pool(3) as pool:
            right = pool.starmap(_hammer, [(tmp_path, seed, expected) for seed in range(3)])
        assert right == [True] * 3

    def test_another_process_finds_the_entries(self, tmp_path, simulated):
        code = """
import sys
sys.path.insert(0, sys.argv[2])
from tests.lsm.test_memory import make_liquid, make_samples, LIF, stats, Calibration
X, y = make_samples()
neurons = LIF(tau_m=stats.uniform(10, 20), refractory=(3.0, 2.0))
make_liquid(sys.argv[1], calibration=Calibration(), neurons=neurons).fit(X).transform(X)
"""
        command = [sys.executable, "-c", code, str(tmp_path), str(Path(__file__).parents[2])]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": "1"})
        assert len(entries(tmp_path)) == 22  # calibration, health, and the samples
        X, _ = make_samples()
        neurons = LIF(tau_m=stats.uniform(10, 20), refractory=(3.0, 2.0))
        make_liquid(tmp_path, calibration=Calibration(), neurons=neurons).fit(X).transform(X)
        assert simulated == {"states": 0, "calibration": 0}

    def test_a_model_from_elsewhere_is_known_by_its_source(self, tmp_path, monkeypatch):
        monkeypatch.syspath_prepend(tmp_path)
        source = "from lsm.neurons import LIF\n\nclass Mine(LIF):\n    pass\n"
        hashes = []
        for name, text in (("one", source), ("two", source), ("three", source + "\nx = 1\n")):
            path = tmp_path / f"{name}.py"
            path.write_text(text)
            module = __import__(name)
            module.Mine.__module__ = module.Mine.__qualname__ = "mine"
            monkeypatch.setitem(sys.modules, "mine", module)
            hashes.append(memory.content_of(module.Mine()))
        assert hashes[0] == hashes[1] != hashes[2]

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ((1, 2), (12,)),
            (("a", "b"), ("ab",)),
            ((1,), (1.0,)),
            (([1], 2), ([1, 2],)),
            ((None,), (0,)),
            (({"a": 1},), ({"a": 2},)),
            ((np.zeros(4),), (np.zeros((2, 2)),)),
            ((np.zeros(4, np.float32),), (np.zeros(4, np.int32),)),
            ((LIF(),), (LIF(tau_m=21.0),)),
        ],
    )
    def test_content_that_differs_has_another_hash(self, one, other):
        assert memory.content_of(*one) != memory.content_of(*other)
        assert memory.content_of(*one) == memory.content_of(*one)

    def test_numbers_come_back_as_they_were(self, tmp_path):
        result = {"a": 0.1 + 0.2, "b": [1.0, float("nan")], "c": 5e-324}
        for compute in (lambda: result, pytest.fail):
            found = memory.recall(Memory(tmp_path), "kind", (1, 2), compute)
            assert json.dumps(found) == json.dumps(result)


def _hammer(folder, seed, expected):
    """Ask for states in random order from a folder that cannot hold them."""
    X, _ = make_samples(30)
    liquid = make_liquid(Memory(folder, max_bytes=8 * 136)).fit(X)
    rng = np.random.default_rng(seed)
    return all(
        np.array_equal(liquid.transform(X[rows]).toarray(), expected[rows])
        for rows in rng.integers(30, size=(40, 6))
    )


class TestParameters:
    def test_a_folder_or_a_memory_but_no_other(self, tmp_path):
        X, _ = make_samples()
        with pytest.raises(TypeError, match=r"Memory\.folder must be the path of a folder, got Me"):
            make_liquid(joblib.Memory(tmp_path)).fit(X)
        with pytest.raises(ValueError, match=r"Memory\.max_bytes must be an integer >= 1, got 0"):
            make_liquid(Memory(tmp_path, max_bytes=0)).fit(X)
        with pytest.raises(TypeError, match=r"Memory\.folder must be the path of a folder, got ''"):
            make_liquid("").fit(X)
        (tmp_path / "file").touch()
        with pytest.raises(OSError, match=r"Memory\.folder cannot be created: Not a directory"):
            make_liquid(tmp_path / "file" / "x").fit(X)

    def test_its_parameters_are_reachable_by_name(self, tmp_path):
        liquid = make_liquid(Memory(tmp_path)).set_params(memory__max_bytes=5)
        assert liquid.memory.max_bytes == 5
