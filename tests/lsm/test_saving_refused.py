"""Files that are not loaded, models that are not saved, and files that are never half written."""

import itertools
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest
import skops.io
from scipy import stats
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.preprocessing import FunctionTransformer

import lsm
from lsm import Liquid
from lsm.kernel import Network
from lsm.neurons import LIF
from lsm.saving import FORMAT
from tests.helpers.forged_models import (
    forge,
    members,
)

RECORDED = Path(__file__).parents[1] / "data"
X = np.random.default_rng(0).poisson(0.05, (10, 60, 4))


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def liquid():
    return Liquid(20, dtype="float64", random_state=0).fit(X)


class TestDamaged:
    def test_every_bit_counts(self):
        lsm.save(LIF(), "model")
        whole = Path("model").read_bytes()
        for place, bit in itertools.product(range(0, len(whole), 3), (0, 5)):
            content = bytearray(whole)
            content[place] ^= 1 << bit
            Path("model").write_bytes(content)
            with pytest.raises(ValueError, match="^model (is damaged|was not written)"):
                lsm.load("model")

    def test_every_length_counts(self):
        lsm.save(LIF(), "model")
        whole = Path("model").read_bytes()
        for length in {*range(0, len(whole), 5), *range(len(whole) - 150, len(whole))}:
            Path("model").write_bytes(whole[:length])
            with pytest.raises(ValueError, match="^model (is damaged|was not written)"):
                lsm.load("model")
        Path("model").write_bytes(whole + b"0")
        with pytest.raises(ValueError, match="^model was not written by lsm.save"):
            lsm.load("model")

    @pytest.mark.parametrize("write", [
        lambda: Path("m").write_bytes(b"cos\nsystem\n(S'touch hurt'\ntR."),
        lambda: Path("m").write_text("hello"),
        lambda: Path("m").write_bytes(pickle.dumps(LIF())),
        lambda: joblib.dump(LIF(), "m"),
        lambda: skops.io.dump(LIF(), "m"),
        lambda: Path("m").mkdir(),
        lambda: os.mkfifo("m"),
        lambda: Path("m").symlink_to("/dev/zero"),
    ])  # fmt: skip
    def test_other_files_are_refused(self, write):
        write()
        with pytest.raises(ValueError, match="^m (was not written by lsm.save|is not a file)"):
            lsm.load("m")
        assert not Path("hurt").exists()

    def test_a_missing_file_is_missing(self):
        with pytest.raises(FileNotFoundError, match="nothing"):
            lsm.load("nothing")

    def test_another_format_is_named_with_its_version(self):
        lsm.save(LIF(), "model")
        contents = members("model")
        stamp = json.loads(contents["lsm.json"])
        assert stamp["format"] == FORMAT
        assert {"python", "numpy", "scipy", "scikit-learn", "numba", "skops"} == {
            *stamp["versions"]
        }
        for changed, expected in (
            (stamp | {"format": 99, "version": "7.1"}, "has format 99, written by version '7.1'"),
            ({}, "KeyError: 'format'"),
            ([], "TypeError"),
        ):
            forge("model", contents | {"lsm.json": json.dumps(changed)})
            with pytest.raises(ValueError, match=f"^model .*{expected}"):
                lsm.load("model")
        del contents["lsm.json"]
        forge("model", contents)
        with pytest.raises(ValueError, match="^model is damaged, .* 'lsm.json'"):
            lsm.load("model")


class TestTrusted:
    @pytest.fixture
    def own(self, monkeypatch, request):
        """Return a class of a module of the user."""
        name = f"own_models_{id(request)}"
        Path(f"{name}.py").write_text(
            "from lsm.neurons import LIF\nopen('imported', 'w')\nclass Leaky(LIF):\n    pass\n"
        )
        monkeypatch.syspath_prepend(os.getcwd())
        yield __import__(name).Leaky
        sys.modules.pop(name, None)

    def test_own_types_are_named_and_not_imported_unless_they_are_trusted(self, own):
        lsm.save(own(tau_m=7.0), "model")
        name = f"{own.__module__}.Leaky"
        del sys.modules[own.__module__]
        Path("imported").unlink()
        with pytest.raises(ValueError, match=rf"^model holds .*: {name}\. .* trusted=\['{name}'\]"):
            lsm.load("model")
        assert not Path("imported").exists()
        found = lsm.load("model", trusted=[name])
        assert (type(found).__name__, found.tau_m) == ("Leaky", 7.0)
        assert lsm.load("model", trusted=[type(found)]).tau_m == 7.0

    def test_a_module_that_is_not_found_is_named(self, own, monkeypatch):
        lsm.save(own(), "model")
        monkeypatch.setattr(sys, "path", sys.path[1:])
        del sys.modules[own.__module__]
        with pytest.raises(ValueError, match=f"needs the module '{own.__module__}', .*PYTHONPATH"):
            lsm.load("model", trusted=[f"{own.__module__}.Leaky"])

    def test_own_functions_too(self):
        lsm.save(FunctionTransformer(members), "model")
        name = f"{members.__module__}.members"
        with pytest.raises(ValueError, match=name):
            lsm.load("model")
        assert lsm.load("model", trusted=[members]).func is members

    def test_trees_are_trusted_by_name(self):
        forest = RandomForestClassifier(2, random_state=0).fit(X[:, 0], np.arange(10) % 2)
        lsm.save(forest, "model")
        with pytest.raises(ValueError, match=r"trusted=\['sklearn.tree._tree.Tree'\]"):
            lsm.load("model")

    @pytest.mark.parametrize("model", [LogisticRegression(), SGDClassifier(loss="log_loss")])
    def test_losses_need_no_trust(self, model):
        model.fit(X[:, 0], np.arange(10) % 2)
        lsm.save(model, "model")
        assert (lsm.load("model").coef_ == model.coef_).all()

    @pytest.mark.parametrize("trusted", [True, "a.B", 3, [3], LIF])
    def test_what_it_takes(self, trusted):
        lsm.save(LIF(), "model")
        with pytest.raises(TypeError, match="trusted must be a list of names of types"):
            lsm.load("model", trusted=trusted)


class Odd:
    def __reduce__(self):
        return Odd, ()


class TestNotSaved:
    @pytest.mark.parametrize(("model", "expected"), [
        (lambda: FunctionTransformer(lambda x: x), r"FunctionTransformer\.func .*<lambda> is not"),
        (lambda: Liquid(memory=open(os.devnull)), r"Liquid\.memory .* _io\.TextIOWrapper"),  # noqa: SIM115 - never closed on purpose
        (lambda: {"a": [Odd()]}, rf"dict\['a'\]\[0\] .* {__name__}\.Odd"),
        (lambda: type("Local", (LIF,), {})(), "Local is not found by its name"),
        (lambda: {1: np.zeros(1, dtype=[("x", object)])}, "an array of the type"),
    ])  # fmt: skip
    def test_the_part_is_named_and_no_file_is_left(self, model, expected):
        Path("model").write_text("before")
        with pytest.raises(TypeError, match=expected):
            lsm.save(model(), "model")
        assert os.listdir() == ["model"]
        assert Path("model").read_text() == "before"

    def test_a_part_that_contains_itself(self):
        part = []
        part.append(part)
        with pytest.raises(ValueError, match=r"list\[0\] cannot be saved: it contains itself"):
            lsm.save(part, "model")

    def test_distributions_of_the_user(self):
        class Own(stats.rv_continuous):
            pass

        with pytest.raises(TypeError, match=r"LIF\.tau_m .* not a distribution of scipy.stats"):
            lsm.save(LIF(tau_m=Own(name="norm")()), "model")


class TestWritten:
    def test_a_file_is_replaced_when_the_new_one_is_whole(self, monkeypatch):
        lsm.save(LIF(tau_m=1.0), "model")

        def half(value, file):
            file.write(b"half")
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(skops.io, "dump", half)
            with pytest.raises(KeyboardInterrupt):
                lsm.save(LIF(tau_m=2.0), "model")
        assert os.listdir() == ["model"]
        assert lsm.load("model").tau_m == 1.0

    def test_a_killed_process_leaves_the_old_file(self):
        lsm.save(LIF(tau_m=1.0), "model")
        code = (
            "import os, lsm, skops.io\n"
            "skops.io.dump = lambda value, file: (file.write(b'half'), file.flush(), os._exit(9))\n"
            "lsm.save(None, 'model')"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
        assert lsm.load("model").tau_m == 1.0

    def test_a_link_is_replaced_and_not_followed(self):
        Path("precious").write_text("mine")
        Path("model").symlink_to("precious")
        lsm.save(LIF(), "model")
        assert not Path("model").is_symlink()
        assert Path("precious").read_text() == "mine"

    @pytest.mark.parametrize("path", ["none/model", "folder", "file/model"])
    def test_a_place_that_cannot_be_written_is_named(self, path):
        Path("folder").mkdir()
        Path("file").touch()
        with pytest.raises(OSError, match=rf"cannot save a model: .*'{path}'"):
            lsm.save(LIF(), path)
        assert sorted(os.listdir()) == ["file", "folder"]


@pytest.mark.parametrize("path", sorted(RECORDED.glob("format-*.skops")), ids=lambda p: p.stem)
def test_a_file_of_each_format_predicts_what_it_did_when_it_was_written(path):
    expected = json.loads(path.with_suffix(".json").read_text())
    model, samples = lsm.load(path)
    np.testing.assert_allclose(model.decision_function(samples), expected, rtol=1e-9)


def test_there_is_a_recorded_file_of_this_format():
    assert (RECORDED / f"format-{FORMAT}.skops").exists()


def test_a_network_of_pickle_is_checked_too(liquid):
    network = pickle.loads(pickle.dumps(liquid.network_))
    assert isinstance(network, Network)
    vars(network).update(bias=np.zeros(3))
    with pytest.raises(ValueError, match="a network is damaged"):
        pickle.loads(pickle.dumps(network))
