"""Bounds of parameters, and the check of every part: complete, within bounds, by name."""

import re

import numpy as np
import pytest
from scipy import stats
from sklearn.base import clone

from lsm import encoding, neurons, plasticity, synapses, topology
from lsm._checked import Checked, bounds_of, check_value, parse
from lsm.neurons import LIF, NeuronModel
from lsm.plasticity import Homeostasis, IntrinsicPlasticity, Rewiring, SampleRule, SpikeRule
from lsm.synapses import SynapseModel, TsodyksMarkram
from lsm.topology import Column, ErdosRenyi, FixedInputs, FixedWeights, RandomInput, Weights
from tests.helpers.models import models_of

FOLDERS = (neurons, synapses, topology, plasticity, encoding)
CLASSES = [cls for folder in FOLDERS for cls in models_of(folder)]
OF_MATRICES = (FixedInputs, FixedWeights)
PARTS = [cls(np.eye(3)) if cls in OF_MATRICES else cls() for cls in CLASSES]
BASES = [
    (neurons, NeuronModel, LIF),
    (synapses, SynapseModel, synapses.Exponential),
    (topology, topology.Topology, topology.Ring),
    (topology, topology.InputWiring, RandomInput),
    (plasticity, SpikeRule, plasticity.PairSTDP),
    (plasticity, SampleRule, Rewiring),
    (encoding, encoding.Encoder, encoding.RateEncoder),
    (encoding, encoding.SoundEncoder, encoding.LyonEncoder),
]


@pytest.mark.parametrize(("folder", "base", "model"), BASES)
def test_a_base_class_is_exported_and_documented(folder, base, model):
    assert base.__name__ in folder.__all__
    assert getattr(folder, base.__name__) is base
    assert issubclass(model, base)
    for method in set(vars(base)) - set(vars(Checked)):
        if callable(getattr(base, method)) and not method.startswith("_"):
            assert len(getattr(base, method).__doc__) > 40, method


@pytest.mark.parametrize("part", PARTS, ids=repr)
def test_every_part_is_valid_by_default_and_says_so_alone(part):
    assert part.check() is None


def invalid(name, bound, parameters):
    """Yield values of a parameter that its bounds do not allow."""
    yield object()
    if isinstance(bound, tuple) or parse(bound).kind == "boolean":
        yield "no such word"
        return
    bounds, limits = parse(bound), parse(bound).limits
    yield "many"
    yield np.nan
    if "low" in limits:
        yield limits["low"] - 1
    if "high" in limits and np.isfinite(limits["high"]):
        yield limits["high"] + 1 if limits["high"] < 1e9 else 2 * limits["high"]
    if limits.get("low_open"):
        yield limits["low"]
    for sign, other in bounds.relations:
        yield parameters[other] + (1 if "<" in sign else -1)


REFUSED = [
    (part, name, value)
    for part in PARTS
    for name, bound in bounds_of(type(part)).items()
    for value in invalid(name, bound, part.get_params(deep=False))
]


@pytest.mark.parametrize(("part", "name", "value"), REFUSED)
def test_an_invalid_value_is_refused_by_name(part, name, value):
    owner = type(part).__name__
    with pytest.raises((TypeError, ValueError), match=rf"^{owner}\.{name} must be"):
        clone(part).set_params(**{name: value}).check()


def test_refused_values_are_of_every_folder_and_kind():
    assert len(REFUSED) > 400
    owners = {type(part) for part, _, _ in REFUSED}
    without = {
        "Delta",
        "Sampled",
        "Homeostasis",
        "FixedInputs",
        "FixedWeights",
    }  # whose checks are their own
    assert {cls.__name__ for cls in CLASSES} - {cls.__name__ for cls in owners} == without


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (LIF(tau_m=(20.0, -1.0)), "LIF.tau_m must be a finite number > 0, got -1.0"),
        (LIF(tau_m=[20.0, 30.0, 0.0]), "LIF.tau_m must be a finite number > 0, got 0.0"),
        (LIF(v_reset=(0.0, 1.0)), "LIF.v_reset must be below v_threshold, got v_reset=.0.0, 1.0"),
        (LIF(tau_m=np.ones((2, 2))), r"LIF.tau_m must be .* got shape \(2, 2\)"),
        (LIF(tau_m={"a": 1}), "LIF.tau_m must be a number, an .* got {'a': 1}"),
        (neurons.GLIF(level=[1, 2.5, 3]), "GLIF.level must be an integer >= 1 and <= 5, got 2.5"),
        (synapses.Sampled(kernel_inh=None), "Sampled.kernel_inh must be a list of numbers, got"),
        (TsodyksMarkram(U=(0.5, 0.5)), "TsodyksMarkram.U must be a number, or four"),
        (TsodyksMarkram(D=-1.0), "TsodyksMarkram.D must be a finite number > 0, got -1.0"),
        (Column(lam=(1.0, 1.0, 0.0, 1.0)), r"Column.lam\[IE\] must be a finite number > 0"),
        (Column(shape=(3, 0)), "Column.shape must be an integer >= 1, got 0"),
        (ErdosRenyi(fan_out=None), "ErdosRenyi takes one of fan_out, fan_in and probability"),
        (ErdosRenyi(fan_in=3, probability=0.1), "ErdosRenyi takes one of"),
        (ErdosRenyi(weights=None), r"ErdosRenyi.weights must be an object such as Weights\(\)"),
        (ErdosRenyi(weights=Weights(gain=-1)), "Weights.gain must be a finite number >= 0, got -1"),
        (ErdosRenyi(delay=-1.0), "ErdosRenyi.delay must be a finite number > 0, got -1.0"),
        (topology.Modular(modules=()), "Modular.modules must be a number of blocks or their sizes"),
        (topology.Layered(layers=0), "Layered.layers must be an integer >= 1, got 0"),
        (RandomInput(weight=None), "RandomInput.weight must be a number >= 0 or 'auto', got None"),
        (RandomInput(delay=-1.0), "RandomInput.delay must be a finite number >= 0, got -1.0"),
        (RandomInput(distribution="uniform"), "RandomInput.cv must be at most 0.577 for a uniform"),
        (FixedWeights([[1.0, 2.0]]), "FixedWeights.matrix has shape .* give a square matrix"),
        (FixedWeights(np.eye(2), [True, True]), r"FixedWeights.matrix\[0, 0\] is 1, but neuron 0"),
        (IntrinsicPlasticity((1.0, 0.0)), "IntrinsicPlasticity.target_rate must be .*> 0, got 0.0"),
        (Homeostasis(rewiring=Rewiring(share=2.0)), "Rewiring.share must be .*<= 1, got 2.0"),
        (encoding.RateEncoder(dt=-1.0), "RateEncoder.dt must be a finite number > 0, got -1.0"),
        (encoding.RateEncoder(duration=0), "RateEncoder.duration must be a finite number > 0"),
        (encoding.PhaseEncoder(limits=(1, 0)), "PhaseEncoder.limits must be 'auto' or a pair"),
        (encoding.PhaseEncoder(limits=None), "PhaseEncoder.limits must be 'auto' or a pair"),
        (encoding.LatencyEncoder(tau_m=5.0), "LatencyEncoder.threshold must be .*> 0 and < 1"),
        (encoding.LyonEncoder(hop=0.1), "LyonEncoder.hop must be a finite number >= 0.125"),
        (
            encoding.PopulationEncoder(encoder=encoding.RateEncoder(max_rate=-1.0)),
            "RateEncoder.max_rate must be above min_rate",
        ),
    ],
)
def test_a_part_alone_refuses_what_needs_no_network(part, message):
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        part.check()


def test_draws_are_checked_when_they_are_drawn():
    for values in (stats.norm(0, 10), stats.uniform(-1, 0.5)):
        neuron = LIF(tau_m=values)
        neuron.check()
        with pytest.raises(ValueError, match="LIF.tau_m must be a finite number > 0, got -"):
            neuron.draw(np.zeros(50, bool), 1.0, np.random.default_rng(0))
    neuron = LIF(v_reset=stats.uniform(0, 2))
    neuron.check()
    with pytest.raises(ValueError, match="LIF.v_reset must be below v_threshold, got v_reset=<"):
        neuron.draw(np.zeros(50, bool), 1.0, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("bound", "allowed", "refused"),
    [
        ("> 0", (1e-9, 5, np.float32(2)), (0, -1.0, np.inf, np.nan, "1", None, True)),
        (">= 0 and < 1", (0, 0.999), (1, 1.0, -1e-9)),
        ("> 2 and <= inf", (np.inf, 2.1), (2, -np.inf, np.nan)),
        ("integer >= 2 and <= 4", (2, 3, np.int64(4)), (1, 5, 2.0, "2", True)),
        ("integer >= 0 or 'auto' or None", (0, "auto", None), (-1, "none", 0.5)),
        ("number", (-1e300, 0), (np.nan, "0")),
        ("boolean", (True, np.bool_(False)), (0, "yes", None)),
        (("one", "two", None), ("one", None), ("three", 1, True, ["one"])),
        ("< other or 'auto'", (-5, 5e9, "auto"), ("other", None)),
    ],
)
def test_bounds_allow_what_they_say(bound, allowed, refused):
    for value in allowed:
        check_value("Owner.name", value, bound)
    for value in refused:
        with pytest.raises((TypeError, ValueError), match="^Owner.name must be"):
            check_value("Owner.name", value, bound)


WRONG = ["positive", ">0", "> 0 and", "=> 1", "> 0 or one", "> one two", "integer > 0"]


@pytest.mark.parametrize("bound", WRONG)
def test_bounds_are_read_to_the_letter(bound):
    with pytest.raises(ValueError, match=f"^'{re.escape(bound)}' is no bound: write comparisons"):
        parse(bound)


def test_bounds_of_base_classes_hold_too():
    class Strict(LIF):
        bounds = {"tau_m": "> 10"}

    assert bounds_of(Strict) == bounds_of(LIF) | {"tau_m": "> 10"}
    with pytest.raises(ValueError, match="Strict.tau_m must be a finite number > 10, got 5.0"):
        Strict(tau_m=5.0).check()
    with pytest.raises(ValueError, match="Strict.refractory must be a finite number >= 0, got -1"):
        Strict(refractory=-1.0).check()
