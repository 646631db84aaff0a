"""Files that are not loaded, models that are not saved, and files that are never half written."""

import hashlib
import io
import itertools
import json
import os
import pickle
import re
import resource
import subprocess
import sys
import zipfile
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_STORED

import joblib
import numpy as np
import pytest
import skops.io
from scipy import stats
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.preprocessing import FunctionTransformer

import lsm
from lsm import Liquid, LSMRegressor, SpikeArray
from lsm.kernel import Correlation, Network
from lsm.neurons import LIF
from lsm.readout import RLS
from lsm.saving import FORMAT, MARK, PROTOCOL

RECORDED = Path(__file__).parents[1] / "data"
X = np.random.default_rng(0).poisson(0.05, (10, 60, 4))


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def liquid():
    return Liquid(20, dtype="float64", random_state=0).fit(X)


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def forge(path, contents, compression=ZIP_STORED):
    """Write a file as `save` does, with a checksum that is right."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
        archive.comment = MARK + 64 * b"0"
    content = buffer.getvalue()[:-64]
    Path(path).write_bytes(content + hashlib.sha256(content).hexdigest().encode())


NUMBERS = itertools.count(100)


def node(loader, name, **fields):
    module, _, attribute = name.rpartition(".")
    return {
        "__loader__": loader, "__module__": module, "__class__": attribute, "__id__": next(NUMBERS),
        **fields,
    }  # fmt: skip


def text(value):
    return node("JsonNode", "builtins.str", content=json.dumps(value), is_json=True)


def forge_schema(schema, protocol=PROTOCOL, **others):
    """Write a file of which the schema is forged."""
    lsm.save(None, "forged")
    schema = schema | {"protocol": protocol, "_skops_version": "0"}
    forge("forged", members("forged") | {"schema.json": json.dumps(schema)} | others)


def tuple_of(*parts):
    return node("TupleNode", "builtins.tuple", content=list(parts))


def call(*parts):
    return node("ConstructorFromReduceNode", "lsm._stand_ins.StandIn", content=tuple_of(*parts))


def dict_of(**parts):
    keys = [node("TypeNode", "builtins.str") for _ in parts]
    keys = node("ListNode", "builtins.list", content=keys)
    return node("DictNode", "builtins.dict", content=parts, key_types=keys)


def npy(shape, dtype="<f8", content=b""):
    buffer = io.BytesIO()
    header = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue() + content


def array(name="numpy.ndarray", file="a.npy"):
    return node("NdArrayNode", name, type="numpy", file=file)


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


HARM = text("touch hurt")
TEMPLATE = "open('hurt', 'w')"


class TestForged:
    """Files of somebody who knows the format, with the right checksum."""

    @pytest.mark.parametrize("schema", [
        node("FunctionNode", "os.system"),
        node("TypeNode", "os.system"),
        node("ConstructorFromReduceNode", "os.system", content=tuple_of(HARM)),
        node("ConstructorFromReduceNode", "subprocess.Popen", content=tuple_of(HARM)),
        node("ConstructorFromReduceNode", "lsm.liquid.Liquid", content=tuple_of(HARM)),
        node("ConstructorFromReduceNode", "numpy.ndarray", content=tuple_of(text(10**11))),
        node("PartialNode", "functools.partial", content={
            "func": node("FunctionNode", "numpy.exp"), "args": tuple_of(), "kwds": dict_of(),
            "namespace": text(None),
        }),
        node("MethodNode", "lsm.memory.Memory", content={
            "obj": node("ObjectNode", "lsm.memory.Memory", content=dict_of(folder=text("x"))),
            "func": "check",
        }),
        node("OperatorFuncNode", "operator.methodcaller", attrs=tuple_of(HARM)),
        node("SparseMatrixNode", "scipy.sparse._csr.csr_array", type="scipy", file="lsm.json"),
        node("RandomGeneratorNode", "numpy.random._generator.Generator", content={}),
        node("ObjectNode", "scipy.stats._continuous_distns.norm_gen", content=dict_of(
            _parse_arg_template=text(TEMPLATE)
        )),
        node("TypeNode", "lsm.saving.os"),
        node("FunctionNode", "lsm.saving.save"),
        node("FunctionNode", "sklearn.datasets._base.load_files"),
        node("FunctionNode", "numpy.save"),
        node("FunctionNode", "lsm.nothing.at_all"),
        node("ObjectNode", "sklearn.tree._tree.Tree", content=text(None)),
        node("ObjectNode", "collections.UserDict", content=dict_of(data=dict_of())),
        call(text("distribution"), text("norm_gen"), tuple_of(), dict_of()),
        call(text("distribution"), text("os"), tuple_of(), dict_of()),
        call(text("eval"), HARM),
        call(text("range"), text(0), text(10**9), text(1)),
        call(text("frozenset"), call(text("range"), text(0), text(10**9), text(1))),
        call(text("frozenset"), call(text("range"), text(0), text(9999), text(1))),
        call(text("partial"), node("FunctionNode", "os.system"), tuple_of(HARM), dict_of()),
        node("ObjectNode", "scipy.sparse._csr.csr_array", content=dict_of(_shape=text(1))),
        node("ObjectNode", "lsm.samples.States", content=dict_of(_shape=text(1))),
        node("ListNode", "lsm.liquid.Liquid", content=[]),
        node("SetNode", "lsm.liquid.Liquid", content=[]),
        node("TupleNode", "lsm.liquid.Liquid", content=[]),
        node("TypeNode", "numpy.f2py.__main__.main"),
        node("TypeNode", "sklearn.utils._testing.TempMemmap"),
        call(text("generator"), text("default_rng"), dict_of(), dict_of()),
        call(text("objects"), tuple_of(text(10**6), text(10**6)), tuple_of()),
        node("DictNode", "builtins.dict", content={"1": text(1)}, key_types=node(
            "ListNode", "builtins.list", content=[node("TypeNode", "builtins.bytes")]
        )),
        {"__loader__": ["JsonNode"], "__module__": "a", "__class__": "b"},
        {"__loader__": "JsonNode"},
        text(None) | {"content": "[" * 10**5},
        text(None) | {"content": "9" * 5000},
    ], ids=lambda schema: f"{schema['__loader__']} {schema.get('__class__')}")  # fmt: skip
    def test_no_code_runs(self, schema):
        forge_schema(schema)
        with pytest.raises(ValueError, match="^forged "):
            lsm.load("forged")
        assert not Path("hurt").exists()

    @pytest.mark.parametrize(("schema", "others"), [
        (array(), {"a.npy": npy((10**12,))}),
        (array(), {"a.npy": npy((10**6, 10**6), "<f4", bytes(100))}),
        (array(), {"a.npy": npy((), "|O", b"cos\nsystem\n(S'touch hurt'\ntR.")}),
        (array(), {"a.npy": npy((10**10,), "|V0") + b"x"}),
        (array(), {"a.npy": b"PK" + bytes(50)}),
        (array("numpy.void"), {"a.npy": npy((), "<i8", (10**12).to_bytes(8, "little"))}),
        (array("numpy.memmap"), {"a.npy": npy((), "<i8", bytes(8))}),
        (tuple_of(*(array() | {"__id__": i} for i in range(2))), {"a.npy": npy((1,), "|u1", b"1")}),
        (array(file="b.npy"), {"a.npy": b""}),
    ])  # fmt: skip
    def test_no_array_is_larger_than_the_file(self, schema, others):
        forge_schema(schema, **others)
        with pytest.raises(ValueError, match="^forged "):
            lsm.load("forged")

    def test_no_object_is_larger_than_the_file(self):
        laughs = text("ha") | {"__id__": 1}
        for number in range(2, 60):
            first = [laughs, {"__id__": number - 1}]
            laughs = tuple_of(*first) | {"__id__": number}
        forge_schema(call(text("frozenset"), laughs))
        with pytest.raises(ValueError, match="^forged "):
            lsm.load("forged")

    def test_no_archive_is_larger_than_the_file(self):
        lsm.save(None, "forged")
        contents = members("forged") | {"a.npy": bytes(10**8)}
        forge("forged", contents, ZIP_BZIP2)
        assert Path("forged").stat().st_size < 10**4
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(ValueError, match="its members are larger than the file"):
            lsm.load("forged")
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 50_000  # KiB

    def test_no_older_node_of_skops_is_read(self):
        function = {"module_path": "os", "function": "system"}
        for protocol in (0, 1, -1, "2", None):
            forge_schema(node("FunctionNode", "numpy.exp", content=function), protocol)
            with pytest.raises(ValueError, match="^forged is"):
                lsm.load("forged")

    def test_the_state_of_a_generator_is_checked(self):
        rng = np.random.Generator(np.random.MT19937(0))
        lsm.save(rng, "model")
        contents = members("model")
        schema = re.sub(r'"content":"62\d"', '"content":"9999"', contents["schema.json"].decode())
        forge("model", contents | {"schema.json": schema})
        with pytest.raises(ValueError, match="the state of MT19937 is invalid"):
            lsm.load("model")

    def test_the_pointers_of_a_matrix_are_checked_where_it_seems_empty(self):
        kind = node("TypeNode", "scipy.sparse._csr.csr_array")
        parts = [array(file=name) for name in ("data.npy", "indices.npy", "pointers.npy")]
        pointers = np.array([0, 10**6, 0]).tobytes()
        forge_schema(
            call(text("sparse"), kind, tuple_of(text(2), text(2)), *parts),
            **{"data.npy": npy((0,)), "indices.npy": npy((0,), "<i8")},
            **{"pointers.npy": npy((3,), "<i8", pointers)},
        )
        with pytest.raises(ValueError, match="has invalid indices"):
            lsm.load("forged")

    @pytest.mark.parametrize("damage", [
        lambda n: n.w.indices.__setitem__(0, 10**6),
        lambda n: n.w.indices.__setitem__(0, -1),
        lambda n: n.w_in.indptr.__setitem__(1, 10**6),
        lambda n: vars(n).update(bias=np.zeros(3)),
        lambda n: vars(n).update(initial=(np.zeros(3),)),
        lambda n: vars(n).update(delays=np.int32(0)),
        lambda n: vars(n).update(delays=np.ones(3, np.int32)),
        lambda n: vars(n).update(delays_in=np.int32(-5)),
        lambda n: vars(n).update(short_term=(np.ones(3),) * 3),
        lambda n: vars(n).update(lasting=np.ones((1, 3))),
        lambda n: vars(n).update(inhibitory=np.ones(3, bool)),
        lambda n: vars(n).update(w=n.w.tocsc()),
        lambda n: vars(n).update(neurons=RLS()),
        lambda n: vars(n).update(dt=0.0),
        lambda n: n.w.data.__setitem__(0, np.nan),
        lambda n: vars(n).update(bias=np.full(len(n.bias), "a")),
        lambda n: vars(n).update(delays=1.5),
        lambda n: n.parameters.update(tau_m=np.array(["a"])),
        lambda n: vars(n).update(inhibitory=np.full(len(n.bias), 3)),
    ])  # fmt: skip
    def test_a_network_leads_compiled_code_nowhere_else(self, damage, liquid):
        network = pickle.loads(pickle.dumps(liquid.network_))
        damage(network)
        lsm.save(network, "model")
        with pytest.raises(ValueError, match="^model is damaged"):
            lsm.load("model")

    def test_samples_lead_compiled_code_nowhere_else(self):
        for name in ("channels", "rows", "offsets"):
            spikes = SpikeArray.from_dense(X)
            getattr(spikes, name)[2] = 10**6
            lsm.save(spikes, "model")
            with pytest.raises(ValueError, match="^model is damaged"):
                lsm.load("model")

    def test_a_stream_and_a_readout_lead_compiled_code_nowhere_else(self):
        series = np.random.default_rng(0).normal(size=(30, 2))
        small = Liquid(9, dtype="float64", random_state=0)
        model = LSMRegressor(small, RLS(), lsm.Feedback(delay=3.0), washout=2)
        model.partial_fit([series], [series[:, 0]])
        stream = model._online._steps.stream
        scratch = stream.arrays[0]
        for array, value in ((scratch.cursor["now"], 3), (scratch.cursor["n_fired"], 10**6)):
            kept = array.copy()
            array[...] = value
            lsm.save(stream, "model")
            array[...] = kept
            with pytest.raises(ValueError, match="^model is damaged"):
                lsm.load("model")
        lsm.save(model, "model")
        smaller = Correlation.of(np.zeros((3, 3)))
        for name, value in (("coef_", np.zeros(3)), ("correlation_", smaller)):
            found = lsm.load("model")
            setattr(found.readout_, name, value)
            with pytest.raises(ValueError, match="shape|mismatch"):
                found.partial_fit([series], [series[:, 0]])


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
        name = f"{__name__}.members"
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
        (lambda: Liquid(memory=open(os.devnull)), r"Liquid\.memory .* _io\.TextIOWrapper"),  # noqa: SIM115
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
