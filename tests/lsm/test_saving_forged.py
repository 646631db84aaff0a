"""Files of somebody who knows the format, with the right checksum, lead to a refusal."""

import pickle
import re
import resource
from pathlib import Path
from zipfile import ZIP_BZIP2

import numpy as np
import pytest

import lsm
from lsm import Liquid, LSMRegressor, SpikeArray
from lsm.kernel import Correlation
from lsm.readout import RLS
from tests.helpers.forged_models import (
    array,
    call,
    dict_of,
    forge,
    forge_schema,
    members,
    node,
    npy,
    text,
    tuple_of,
)

X = np.random.default_rng(0).poisson(0.05, (10, 60, 4))


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def liquid():
    return Liquid(20, dtype="float64", random_state=0).fit(X)


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
            damaged = getattr(spikes, name).copy()
            damaged[2] = 10**6
            setattr(spikes, name, damaged)
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
        for field, value in ((scratch.cursor["now"], 3), (scratch.cursor["n_fired"], 10**6)):
            kept = field.copy()
            field[...] = value
            lsm.save(stream, "model")
            field[...] = kept
            with pytest.raises(ValueError, match="^model is damaged"):
                lsm.load("model")
        lsm.save(model, "model")
        smaller = Correlation.of(np.zeros((3, 3)))
        for name, value in (("coef_", np.zeros(3)), ("correlation_", smaller)):
            found = lsm.load("model")
            setattr(found.readout_, name, value)
            with pytest.raises(ValueError, match="shape|mismatch"):
                found.partial_fit([series], [series[:, 0]])
