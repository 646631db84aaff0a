"""Scripts for NEST and Brian2: the spikes of the tools' own runs, and refusals.

`python -m tests.reference.elsewhere` runs the scripts, and recorded these spikes.
"""

import ast
from dataclasses import replace

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from lsm import Feedback, Liquid, LSMRegressor
from lsm.formats import to_brian2, to_nest, to_nir
from lsm.formats._brian2_models import NEURONS, SYNAPSES
from lsm.formats._nest_models import MODELS
from lsm.formats.brian2 import brian2_script
from lsm.formats.nest import nest_script
from lsm.neurons import GLIF, LIF, LeakyTanh, StochasticLIF
from lsm.synapses import Alpha, Biexponential, Delta, Sampled, TsodyksMarkram
from tests.reference.elsewhere import (
    CASES,
    RECORDED,
    SCRIPTS,
    export,
    fingerprint,
    make_network,
    ours,
    shared,
)

PAIRS = [
    (tool, name) for tool in SCRIPTS for name in CASES
    if tool == "brian2" or CASES[name].exact is not None
]  # fmt: skip
# The share of spikes that are within 1 ms in NEST, which integrates these in its own way.
AT_LEAST = 0.85


@pytest.fixture(scope="module")
def recorded():
    return {tool: dict(np.load(RECORDED / f"{tool}.npz")) for tool in SCRIPTS}


@pytest.mark.parametrize(("tool", "name"), PAIRS)
def test_the_script_is_the_one_that_the_tool_has_run(tool, name, recorded):
    digest, floats = fingerprint(tool, CASES[name])
    assert digest == str(recorded[tool][f"{name}: digest"])
    np.testing.assert_allclose(floats, recorded[tool][f"{name}: floats"], rtol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_the_spikes_of_the_tools_are_those_of_this_package(name, recorded):
    case = CASES[name]
    spikes = ours(*make_network(case))
    assert spikes.shape[1] >= 10
    np.testing.assert_array_equal(recorded["brian2"][f"{name}: spikes"], spikes)
    if case.exact:
        np.testing.assert_array_equal(recorded["nest"][f"{name}: spikes"], spikes)
    elif case.exact is not None:
        _, share = shared(spikes, recorded["nest"][f"{name}: spikes"], case.dt)
        assert share >= AT_LEAST


def test_every_model_that_a_tool_has_is_among_the_cases():
    pairs = {(type(case.neurons), type(case.synapses)) for case in CASES.values()}
    assert {pair[0] for pair in pairs} == set(NEURONS)
    assert {pair[1] for pair in pairs} == {*SYNAPSES, Sampled}
    in_nest = {
        (type(case.neurons), type(case.synapses))
        for case in CASES.values() if case.exact is not None
    }  # fmt: skip
    assert in_nest == set(MODELS)


@pytest.mark.parametrize(("tool", "name"), PAIRS)
def test_a_script_is_valid_and_names_no_array_that_is_not_there(tool, name):
    text, arrays = export(tool, *make_network(CASES[name]))
    read = {
        node.slice.value for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "DATA"
        and isinstance(node.slice, ast.Constant)
    }  # fmt: skip
    assert "bias" in read
    assert read <= set(arrays)


X = np.random.default_rng(0).poisson(0.1, (3, 50, 4))
FOR_NIR = {"neurons": LIF(refractory=0.0), "dtype": "float64", "random_state": 0}


@pytest.mark.parametrize(("write", "make"), [(to_brian2, brian2_script), (to_nest, nest_script)])
def test_the_liquid_of_a_pipeline_is_written_with_its_input(write, make, tmp_path):
    liquid = Liquid(40, **FOR_NIR).fit(X)
    path = write(make_pipeline(FunctionTransformer(), liquid), str(tmp_path / "net.py"), X)
    assert path == tmp_path / "net.py"
    text, arrays = make(liquid.network_, liquid.to_spikes(X))
    assert path.read_text() == text
    with np.load(tmp_path / "net.npz") as written:
        assert set(written) == set(arrays)
        for name, values in arrays.items():
            np.testing.assert_array_equal(written[name], values)


@pytest.mark.parametrize("write", [to_brian2, to_nest])
def test_a_path_that_is_none_is_refused_before_anything_is_written(write, tmp_path):
    liquid = Liquid(40, **FOR_NIR).fit(X)
    with pytest.raises(ValueError, match=r"name of a Python script, got '.*net': give '.*net.py'"):
        write(liquid, tmp_path / "net", X)
    with pytest.raises(ValueError, match=r"replace the module nest .* as '.*network_nest.py'"):
        write(liquid, tmp_path / "nest.py", X)
    with pytest.raises(FileNotFoundError, match="lies in a folder that does not exist: make"):
        write(liquid, tmp_path / "none" / "net.py", X)
    with pytest.raises(TypeError, match=r"path must be a path that ends in \.py, got 3"):
        write(liquid, 3, X)
    with pytest.raises(TypeError, match="estimator must be a fitted Liquid"):
        write(LIF(), tmp_path / "net.py", X)
    assert not list(tmp_path.iterdir())


def test_a_liquid_with_feedback_is_refused_with_a_way_out(tmp_path):
    model = LSMRegressor(Liquid(40, **FOR_NIR)).fit(X, [0.0, 1.0, 2.0])
    assert to_nir(model)
    model.set_params(feedback=Feedback())
    for write in (to_brian2, to_nest, lambda model, path, X: to_nir(model)):
        with pytest.raises(
            ValueError, match=r"feedback=Feedback\(\) from its readout, .* model.liquid_"
        ):
            write(model, tmp_path / "net.py", X)
    assert to_nir(model.liquid_)


def changed(name="LIF, Exponential", **parts):
    """Return a network of a case with other parts, and its input."""
    case = CASES[name]
    return make_network(case._replace(**parts))


class Own(LIF):
    pass


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_what_is_random_or_sends_no_spikes_is_refused(script):
    with pytest.raises(ValueError, match=r"StochasticLIF neurons.* fit a liquid of LIF\(\)"):
        script(*changed(neurons=StochasticLIF()))
    with pytest.raises(ValueError, match="spikes, which LeakyTanh neurons do not send"):
        script(*changed(neurons=LeakyTanh(), synapses=Delta()))
    network, spikes = changed()
    with pytest.raises(ValueError, match="Liquid.noise=0.5, .* fit the liquid with noise=0"):
        script(replace(network, noise=0.5), spikes)
    with pytest.raises(ValueError, match="Own"):
        script(*changed(neurons=Own()))


@pytest.mark.parametrize(
    ("parts", "message", "remedy"),
    [
        (
            {"dt": 0.3333},
            "NEST counts time in 0.001 ms, of which Liquid.dt=0.3333 ms is no multiple: set anothe",
            {"dt": 0.333},
        ),
        (
            {"neurons": GLIF(2, refractory=0.0), "synapses": Alpha()},
            "glif_psc has a refractory period of at least a step: set GLIF.refractory to 1 or more",
            {"neurons": GLIF(2, refractory=1.0)},
        ),
        (
            {"synapses": Biexponential(tau_decay_exc=1.0)},
            "no Biexponential with tau_rise_exc = tau_decay_exc: take Alpha",
            {"synapses": Alpha()},
        ),
        (
            {"neurons": LIF(5.0), "synapses": Biexponential()},
            "a time constant that equals LIF.tau_m, as one of sign exc does: change it a little",
            {"neurons": LIF(5.001)},
        ),
    ],
)
def test_what_nest_lacks_is_refused_with_a_way_out(parts, message, remedy):
    with pytest.raises(ValueError, match=message):
        nest_script(*changed(**parts))
    assert nest_script(*changed(**parts | remedy))
    assert brian2_script(*changed(**parts))


def test_a_pair_of_models_that_nest_lacks_is_refused_by_name():
    network, spikes = changed(synapses=Sampled())
    message = "no model like LIF neurons with Sampled synapses. It has LIF with Delta, .*to_brian2"
    with pytest.raises(ValueError, match=message):
        nest_script(network, spikes)
    assert brian2_script(network, spikes)


def test_a_model_that_nest_integrates_in_another_way_is_said_to_differ():
    network, spikes = changed("AdEx, Conductance")
    with pytest.warns(UserWarning, match="NEST's aeif_cond_exp solves .* to_brian2 gives the same"):
        nest_script(network, spikes)


def test_short_term_plasticity_and_counts_of_spikes_are_carried():
    dynamic = TsodyksMarkram(U=0.3, D=200.0, F=50.0)
    network, spikes = changed(dynamic=dynamic)
    assert spikes.amplitudes.max() > 1
    _, arrays = brian2_script(network, spikes)
    np.testing.assert_array_equal(arrays["event_amplitude"], spikes.amplitudes)
    assert set(arrays["use"]) == {0.3}
    text, arrays = nest_script(network, spikes)
    assert '"tsodyks2_synapse"' in text
    assert set(arrays["recovery"]) == {200.0}


def test_sampled_synapses_may_be_of_one_step():
    text, _ = brian2_script(*changed(synapses=Sampled((2.0,))))
    assert "current = drive + due_0 + 2.0 * exc + 2.0 * inh" in text
