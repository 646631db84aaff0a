"""What holds for every model of every kind: it is an estimator, searched and refused by name."""

import warnings
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import uniform
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import check_estimator

from lsm import Liquid, LSMClassifier, Snapshots, neurons, plasticity, synapses, topology
from lsm.plasticity import Homeostasis, Rewiring, SynapticScaling
from lsm.topology import ErdosRenyi, FixedInputs, FixedWeights
from tests.helpers.models import models_of

MATRIX = ErdosRenyi(fan_out=5).draw(60, np.random.default_rng(0)).weights


# Models of which the default does nothing, or is not enough.
CHOSEN = {
    FixedInputs: FixedInputs(np.random.default_rng(0).normal(size=(5, 60)), delay=3.0),
    FixedWeights: FixedWeights(MATRIX),
    Homeostasis: Homeostasis(rewiring=Rewiring()),
    SynapticScaling: SynapticScaling(target_rate=20.0),
}


def models(folder, method):
    """Return an object of every exported class that has a method."""
    classes = set(models_of(folder)) - {topology.RandomInput, topology.Weights}
    classes = sorted(classes, key=lambda model: model.__name__)
    return [CHOSEN.get(model) or model() for model in classes if hasattr(model, method)]


def is_of_input(model):
    return isinstance(model, topology.InputWiring)


# Every model that its folder exports, by the parameter of a liquid that it is given as.
MODELS = [
    *(("neurons", model) for model in models(neurons, "reference_step")),
    *(("synapses", model) for model in models(synapses, "current")),
    ("short_term_plasticity", synapses.TsodyksMarkram()),
    *(("topology", model) for model in models(topology, "draw") if not is_of_input(model)),
    *(("inputs", model) for model in models(topology, "draw") if is_of_input(model)),
    *(("plasticity", rule) for rule in models(plasticity, "on_pre")),
    *(("homeostasis", rule) for rule in models(plasticity, "between")),
]
NAMES = [type(model).__name__ for _, model in MODELS]


def test_no_model_is_left_out():
    folders = (neurons, synapses, topology, plasticity)
    exported = {model.__name__ for folder in folders for model in models_of(folder)}
    # The first two are parts of parts, and EProp is given to an estimator.
    assert exported - {"RandomInput", "Weights", "EProp"} == set(NAMES)
    assert len(NAMES) == len(set(NAMES))


def liquid_of(slot, model):
    """Return a small liquid with a model, read by its potentials."""
    params = {slot: clone(model), "snapshots": Snapshots(feature="membrane"), "random_state": 0}
    if slot == "neurons" and not model.spiking:
        params["synapses"] = synapses.Delta()
    if slot == "plasticity":
        params["dtype"] = "float64"  # as in the tests of learning: no other kernel to compile
    return Liquid(getattr(model, "n_neurons", 60), **params)


def samples():
    rng = np.random.default_rng(0)
    return [rng.poisson(0.1, (60, 5)) for _ in range(12)]


def quietly(action, *args):
    """Let small liquids be of no use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return action(*args)


def number_of(model):
    """Return the name of a model's first number, what it is and what it may be instead."""
    for name, value in model.get_params().items():
        if isinstance(value, float) and 0 < value < np.inf:
            in_steps = name in ("delay", "refractory")
            # No power of two, for which calibration might make up exactly.
            return name, value, 2 * value if in_steps else 0.8 * value
        if name == "kernel_exc":
            return name, value, (*value, 0.5)
    raise AssertionError(f"{model!r} has no number to search")


@pytest.mark.parametrize(
    ("slot", "model"), [(slot, model) for slot, model in MODELS if model.get_params()]
)
def test_a_search_reaches_the_numbers_of_every_model(slot, model):
    X, y = samples(), np.arange(12) % 2
    name, *values = number_of(model)
    key = f"liquid__{slot}__{name}"
    search = GridSearchCV(LSMClassifier(liquid_of(slot, model)), {key: values}, cv=2)
    best = quietly(search.fit, X, y).best_estimator_
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    chosen = search.best_params_[key]
    assert best.liquid_.get_params()[f"{slot}__{name}"] == chosen
    (left,) = (value for value in values if value != chosen)
    other = quietly(clone(best).set_params(**{key: left}).fit, X, y)
    assert np.abs(best.liquid_.transform(X) - other.liquid_.transform(X)).max() > 0


# Neurons have this test, of liquids that suit each, in `test_neurons.py`; a matrix of input weights
# fits one number of channels, and the checks have several.
@pytest.mark.parametrize(
    ("slot", "model"),
    [(slot, model) for slot, model in MODELS if slot not in ("neurons", "inputs")],
)
def test_scikit_learn_contract(slot, model):
    estimator = liquid_of(slot, model).set_params(n_neurons=getattr(model, "n_neurons", 20))
    few = {"calibration": None, "snapshots": "auto", "static_steps": 20}
    quietly(check_estimator, estimator.set_params(**few))


# What a parameter of this name must not be, and how the refusal starts.
PROBABILITIES = ("probability", "within", "between", "forward", "backward", "rewiring", "share")
OUTSIDE = {
    **dict.fromkeys(("refractory",), (-1.0, "must be .*>= 0, got -1.0")),
    **dict.fromkeys(("delay", "capacitance", "resistance"), (-1.0, "must be .*>=? 0, got -1.0")),
    **dict.fromkeys(
        (*PROBABILITIES, "inhibitory", "U"), (1.5, "must be .*<= 1( or None)?, got 1.5")
    ),
    **dict.fromkeys(("v_reset", "c", "e_rev_inh"), (1e6, "must be below .*1000000.0")),
}


def refused(model):
    """Yield a model's parameters whose name says what they must not be, with such a value."""
    for name, value in model.get_params(deep=False).items():
        if name.startswith("tau"):
            yield name, -1.0, "must be .*> 0, got -1.0"
        elif name in OUTSIDE and not hasattr(value, "get_params"):
            yield name, *OUTSIDE[name]


REFUSED = [
    (slot, clone(model).set_params(**{name: value}), name, rule)
    for slot, model in MODELS
    for name, value, rule in refused(model)
    if (type(model), name) != (FixedWeights, "inhibitory")  # who, there, and not a share
]


@pytest.mark.parametrize(("slot", "model", "name", "rule"), REFUSED)
def test_a_parameter_outside_its_meaning_is_refused_by_name(slot, model, name, rule):
    liquid = liquid_of(slot, model)
    with pytest.raises(ValueError, match=rf"{type(model).__name__}\.{name} {rule}"):
        liquid.fit(samples())
    assert not hasattr(liquid, "network_")


@pytest.mark.parametrize(
    ("model", "used"),
    [(model, rounded) for slot, model in MODELS if slot == "topology" for rounded in (1, 3)],
)
def test_a_delay_between_steps_is_rounded_to_one_or_more(model, used):
    model = clone(model).set_params(delay={1: 0.3, 3: 2.7}[used])
    name = f"{type(model).__name__}.delay from {model.delay:g} to {used} ms"
    liquid = liquid_of("topology", model)
    with pytest.warns(UserWarning, match=name):
        liquid.fit(samples())
    assert np.all(liquid.network_.delays == used)


@pytest.mark.parametrize(
    ("slot", "model", "name"),
    [
        ("topology", ErdosRenyi(delay=3e9), "ErdosRenyi.delay"),
        ("inputs", topology.RandomInput(delay=3e9), "RandomInput.delay"),
        ("neurons", neurons.LIF(refractory=uniform(3e9, 1.0)), "refractory"),
    ],
)
def test_a_time_of_more_steps_than_can_be_counted_is_refused(slot, model, name):
    liquid = Liquid(20, **{slot: model}, random_state=0)
    with pytest.raises(ValueError, match=f"{name} of 3e.09 ms is more than 2147483647 steps of"):
        liquid.fit(samples())


def test_a_parameter_may_be_a_fraction():
    liquid = Liquid(20, neurons=neurons.LIF(tau_m=Fraction(41, 2)), random_state=0)
    assert quietly(liquid.fit, samples()).parameters_["tau_m"] == 20.5
