"""Files of models: everything that the package fits comes back in a new process, bit by bit."""

import pickle
import subprocess
import sys
from collections import deque
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse, stats
from sklearn import config_context
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV, SGDRegressor
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import lsm
from lsm import (
    Feedback,
    Forecaster,
    Liquid,
    LiquidEnsemble,
    LSMClassifier,
    LSMRegressor,
    Memory,
    RandomFeatures,
    Snapshots,
    SpikeArray,
    encoding,
    neurons,
    plasticity,
    row_scorer,
    synapses,
    topology,
)  # fmt: skip
from lsm.encoding import PerRow
from lsm.kernel import GENERATORS, Recipe
from lsm.memory import content_of
from lsm.readout import (
    RLS,
    HoldOutRidge,
    KernelRidgeClassifier,
    PDeltaClassifier,
    PDeltaRegressor,
    ResidualRidge,
    WindowedRidge,
    WindowedRidgeClassifier,
    WithinClassWhitener,
)  # fmt: skip
from tests.helpers.models import models_of

# Of liquids that are too small to be of use.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

RNG = np.random.default_rng(0)
SPIKES = RNG.poisson(0.05, (24, 60, 6))
LABELS = np.array(["low", "high"])[np.arange(24) % 2]
SIGNALS = [np.cumsum(RNG.normal(size=(40 + i, 2)), axis=0) for i in range(12)]
CLASSES = np.arange(12) % 3
SERIES, TARGET = RNG.normal(size=(240, 2)), np.cumsum(RNG.normal(size=240))
HALF = SERIES[:120], TARGET[:120]


def liquid(**params):
    return Liquid(20, dtype="float64", random_state=0).set_params(**params)


def classifier(**params):
    return LSMClassifier(liquid(), RidgeClassifierCV()).set_params(**params)


def online(feedback=None, readout=None):
    model = LSMRegressor(liquid(), readout or RLS(), feedback, washout=5)
    return model.partial_fit([HALF[0]], [HALF[1]])


def searched(search, **options):
    grid = {"liquid__neurons__tau_m": [10.0, (30.0, 20.0)], "readout__alphas": [[0.1, 1.0], [1.0]]}
    return search(classifier(), grid, cv=2, **options).fit(SPIKES, LABELS)


# A fitted model, its method, and the arguments.
FITTED = {
    "liquid": lambda: (liquid().fit(SPIKES), "transform", SPIKES),
    "liquid of floats": lambda: (Liquid(20, random_state=1).fit(SPIKES), "transform", SPIKES),
    "liquid with spikes": lambda: (liquid(output="spikes").fit(SPIKES), "transform", SPIKES),
    "trajectory": lambda: (liquid().fit(SPIKES), "trajectory", SPIKES),
    "no calibration": lambda: (liquid(calibration=None).fit(SPIKES), "transform", SPIKES),
    "distributions": lambda: (
        liquid(neurons__tau_m=stats.uniform(20, 10), neurons__v_reset=(0.0, 0.5)).fit(SPIKES),
        "fit_transform", SPIKES,
    ),
    "noise and a stimulus": lambda: (
        liquid(noise=0.1, stimulus=SpikeArray.from_dense(SPIKES[:5]), initial="random").fit(SPIKES),
        "fit_transform", SPIKES,
    ),
    "snapshots": lambda: (
        liquid(snapshots=Snapshots(n=(1, 2), feature="trace", tau=(10.0, 30.0))).fit(SPIKES),
        "transform", SPIKES,
    ),
    "random state": lambda: (
        liquid(random_state=np.random.RandomState(3)).fit(SPIKES), "fit_transform", SPIKES,
    ),
    "learning": lambda: (
        liquid(plasticity=plasticity.PairSTDP(), homeostasis=plasticity.Rewiring()).fit(SPIKES),
        "partial_fit", SPIKES,
    ),
    "given networks": lambda: (
        Liquid(
            topology=topology.FixedWeights(sparse.coo_array(RNG.normal(size=(9, 9)))),
            inputs=topology.FixedInputs(RNG.normal(size=(6, 9))), dtype="float64", random_state=0,
        ).fit(SPIKES),
        "fit_transform", SPIKES,
    ),
    "short-term plasticity": lambda: (
        liquid(
            topology=topology.Column((5, 2, 2)), n_neurons="auto",
            short_term_plasticity=synapses.TsodyksMarkram(),
        ).fit(SPIKES),
        "transform", SPIKES,
    ),
    "classifier": lambda: (classifier().fit(SPIKES, LABELS), "predict", SPIKES),
    "classifier of signals": lambda: (
        LSMClassifier(liquid()).fit(SIGNALS, CLASSES), "decision_function", SIGNALS,
    ),
    "classifier at rows": lambda: (
        LSMClassifier(liquid()).fit([SERIES], [TARGET > 0]), "predict", [SERIES],
    ),
    "logistic regression": lambda: (
        classifier(readout=LogisticRegression(class_weight={"low": 1, "high": 2})).fit(
            SPIKES, LABELS
        ),
        "predict_proba", SPIKES,
    ),
    "regressor": lambda: (
        LSMRegressor(liquid()).fit(SPIKES, np.arange(24.0)), "predict", SPIKES,
    ),
    "regressor at rows": lambda: (
        LSMRegressor(liquid()).fit([SERIES], [TARGET]), "predict", [SERIES],
    ),
    "feedback": lambda: (
        LSMRegressor(liquid(), HoldOutRidge(), Feedback(), washout=5).fit([SERIES], [TARGET]),
        "predict", [SERIES],
    ),
    "force": lambda: (
        LSMRegressor(liquid(), RLS(), Feedback(delay=3.0), washout=5).fit([SERIES], [TARGET]),
        "predict", [SERIES],
    ),
    "generator": lambda: (
        LSMRegressor(liquid(), HoldOutRidge(), Feedback(), washout=5).fit([SERIES], [TARGET]),
        "score", [SERIES], [TARGET],
    ),
    "online": lambda: (online(), "partial_fit", [SERIES[120:]], [TARGET[120:]]),
    "online with feedback": lambda: (
        online(Feedback(delay=3.0)), "partial_fit", [SERIES[120:]], [TARGET[120:]],
    ),
    "online, another readout": lambda: (
        online(Feedback(), SGDRegressor(random_state=0)), "partial_fit", [SERIES[120:]],
        [TARGET[120:]],
    ),
    "forecaster": lambda: (
        Forecaster([1, 5], liquid=Liquid(20, random_state=0)).fit(SERIES), "forecast", 7,
    ),
    "ensemble": lambda: (
        LSMClassifier(LiquidEnsemble(2, Liquid(20), random_state=0)).fit(SIGNALS, CLASSES),
        "predict", SIGNALS,
    ),
    "random features": lambda: (
        LSMClassifier(RandomFeatures(30, random_state=0)).fit(SPIKES, LABELS), "predict", SPIKES,
    ),
    "kernel readout": lambda: (
        make_pipeline(
            liquid(sparse_output=False), StandardScaler(), WithinClassWhitener(),
            KernelRidgeClassifier(),
        ).fit(SPIKES, LABELS),
        "decision_function", SPIKES,
    ),
    "pipeline": lambda: (
        make_pipeline(
            FeatureUnion([("a", liquid()), ("b", liquid(random_state=1))]), SelectKBest(k=5),
            SVC(),
        ).fit(SPIKES, LABELS),
        "predict", SPIKES,
    ),
    "per row": lambda: (
        LSMClassifier(liquid(), encoder=PerRow(StandardScaler())).fit(SIGNALS, CLASSES),
        "predict", SIGNALS,
    ),
    "grid search": lambda: (searched(GridSearchCV, scoring="f1_macro"), "predict", SPIKES),
    "search of several scores": lambda: (
        searched(GridSearchCV, scoring=["accuracy", "f1_macro"], refit="accuracy"), "score", SPIKES,
        LABELS,
    ),
    "random search": lambda: (
        RandomizedSearchCV(
            classifier(), {"liquid__neurons__tau_m": stats.loguniform(5, 50)}, n_iter=2, cv=2,
            random_state=np.random.RandomState(0),
        ).fit(SPIKES, LABELS),
        "fit", SPIKES, LABELS,
    ),
    "search at rows": lambda: (
        GridSearchCV(
            LSMRegressor(liquid(), HoldOutRidge()), {"washout": [0]},
            cv=2, scoring=row_scorer("neg_mean_absolute_error"),
        ).fit([SERIES[:80], SERIES[80:160], SERIES[160:]], [TARGET[:80], TARGET[80:160],
                                                             TARGET[160:]]),
        "score", [SERIES], [TARGET],
    ),
}  # fmt: skip

AGAIN = """
import sys
import lsm
for path in sys.argv[1:]:
    model, method, *arguments = lsm.load(path)
    lsm.save(getattr(model, method)(*arguments), path + ".out")
"""


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """The outputs of each model after `fit`, and those in a new process."""
    folder, expected = tmp_path_factory.mktemp("models"), {}
    for number, (name, make) in enumerate(FITTED.items()):
        case = make()
        lsm.save(case, folder / f"{number}.skops")
        model, method, *arguments = case
        expected[name] = (folder / f"{number}.skops.out", getattr(model, method)(*arguments))
    paths = [str(folder / f"{number}.skops") for number in range(len(FITTED))]
    subprocess.run([sys.executable, "-W", "ignore", "-c", AGAIN, *paths], check=True)
    return {name: (lsm.load(path), outputs) for name, (path, outputs) in expected.items()}


def learnt(value):
    """Return an output, or what an estimator has learnt, in a form that can be compared."""
    if not hasattr(value, "get_params"):
        return value
    names = [name for name in vars(value) if name.endswith("_") and name not in TIMES]
    return {name: learnt(getattr(value, name)) for name in names}


TIMES = ("cv_results_", "refit_time_")


@pytest.mark.parametrize("name", FITTED)
def test_a_model_goes_on_in_a_new_process_as_in_this_one(name, again):
    found, expected = map(learnt, again[name])
    assert content_of(found) == content_of(expected)


def draw(**parts):
    """Draw a network from models, without a run."""
    recipe = {
        "neurons": neurons.LIF(), "synapses": synapses.Exponential(),
        "topology": topology.ErdosRenyi(), "inputs": topology.RandomInput(), "n_neurons": 12,
    }  # fmt: skip
    rngs = {name: np.random.default_rng(i) for i, name in enumerate(GENERATORS)}
    return Recipe(**recipe | parts).draw(rngs, 5, False)


WIRINGS = {
    topology.FixedWeights: {"matrix": RNG.normal(size=(12, 12))},
    topology.FixedInputs: {"matrix": RNG.normal(size=(5, 12))},
    topology.Column: {"shape": (3, 2, 2)},
}


def drawn_parts():
    """Every neuron, synapse, wiring and rule, with the name of the part of a liquid."""
    for model in models_of(neurons):
        spiking = {} if model.spiking else {"synapses": synapses.Delta()}
        yield {"neurons": model(), **spiking}
    for model in models_of(synapses):
        if hasattr(model, "needs_potential"):
            yield {"synapses": model()}
    yield {"short_term_plasticity": synapses.TsodyksMarkram()}
    for model in models_of(topology):
        if model not in (topology.Weights,):
            part = "inputs" if issubclass(model, topology.InputWiring) else "topology"
            yield {part: model(**WIRINGS.get(model, {}))}


def test_every_network_comes_back(tmp_path):
    networks = [draw(**parts) for parts in drawn_parts()]
    lsm.save(networks, tmp_path / "networks")
    assert len(networks) > 25
    for found, expected in zip(lsm.load(tmp_path / "networks"), networks, strict=True):
        assert content_of(found) == content_of(expected)


@pytest.mark.parametrize("rule", models_of(plasticity), ids=lambda rule: rule.__name__)
def test_every_rule_comes_back(rule, tmp_path):
    lsm.save(rule(), tmp_path / "rule")
    assert content_of(lsm.load(tmp_path / "rule")) == content_of(rule())


@pytest.mark.parametrize("encoder", models_of(encoding), ids=lambda encoder: encoder.__name__)
def test_every_encoder_comes_back(encoder, tmp_path):
    is_sound = issubclass(encoder, encoding.SoundEncoder)
    X = [RNG.normal(size=4000) for _ in range(2)] if is_sound else SIGNALS
    encoder = encoder()
    if "random_state" in encoder.get_params():
        encoder.set_params(random_state=0)
    lsm.save(encoder.fit(X), tmp_path / "encoder")
    found = lsm.load(tmp_path / "encoder")
    assert content_of(found.transform(X)) == content_of(encoder.transform(X))


@pytest.mark.parametrize(
    "readout",
    [
        RLS(), HoldOutRidge(), ResidualRidge(), WindowedRidge(), WindowedRidgeClassifier(),
        WithinClassWhitener(), KernelRidgeClassifier(), PDeltaClassifier(random_state=0),
        PDeltaRegressor(random_state=0), RandomForestClassifier(3, random_state=0),
    ],
    ids=lambda readout: type(readout).__name__,
)  # fmt: skip
def test_every_readout_comes_back(readout, tmp_path):
    X, y = RNG.normal(size=(60, 8)), np.arange(60) % 3
    lsm.save(readout.fit(X, y), tmp_path / "readout")
    found = lsm.load(tmp_path / "readout", trusted=["sklearn.tree._tree.Tree"])
    method = "predict" if hasattr(readout, "predict") else "transform"
    np.testing.assert_array_equal(getattr(found, method)(X), getattr(readout, method)(X))


def test_samples_arrays_and_containers_come_back(tmp_path):
    shared = np.arange(3)
    value = {
        "samples": SpikeArray.from_dense(SPIKES[:3]), 1: [shared, shared], (2, "a"): {True: None},
        "floats": [np.inf, -0.0, 1e-310, np.float32(0.1), np.nan], "text": "\ud800ü", "b": b"\0x",
        "arrays": [
            np.asfortranarray(RNG.normal(size=(3, 4))), np.array(["a", "bc"]), np.ones((0, 3)),
            np.array([1, None, "x", (1, 2)], dtype=object), np.zeros((2, 2), dtype=object),
            np.ma.masked_equal([1, 2, 3], 2), np.array(5.0), RNG.normal(size=6)[::2],
            np.arange(4, dtype=">i2"), np.datetime64("2020-01-01", "D"), np.array([1 + 2j]),
        ],
        "sparse": [
            sparse.coo_array(RNG.poisson(0.5, (5, 4))).asformat(form)
            for form in ("csr", "csc", "coo")
        ],
        "others": [
            range(2, 9, 3), slice(1, None), frozenset([1]), {1, 2}, deque([1, 2], maxlen=2),
            Path("a/b"), 2 + 3j, np.dtype("f4"), np.float64, float, partial(np.add, 1), np.exp,
        ],
    }  # fmt: skip
    lsm.save(value, tmp_path / "value")
    found = lsm.load(tmp_path / "value")
    assert found[1][0] is found[1][1]
    assert found["arrays"][0].flags.f_contiguous
    assert found["others"].pop(-2)(2) == value["others"].pop(-2)(2)
    assert str(found) == str(value)
    for one, other in zip(found["arrays"], value["arrays"], strict=True):
        assert one.dtype == other.dtype
        assert one.dtype == object or one.tobytes() == other.tobytes()


def test_generators_go_on(tmp_path):
    rngs = [np.random.Generator(bits(7)) for bits in (
        np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64, np.random.PCG64DXSM
    )]  # fmt: skip
    rngs += [rngs[0].spawn(2)[1], np.random.RandomState(5)]
    for rng in rngs:
        rng.standard_normal(5)
    lsm.save(rngs, tmp_path / "rngs")
    for found, rng in zip(lsm.load(tmp_path / "rngs"), rngs, strict=True):
        np.testing.assert_array_equal(found.standard_normal(700), rng.standard_normal(700))
        if hasattr(rng, "spawn"):
            assert found.spawn(1)[0].random() == rng.spawn(1)[0].random()


def test_requests_for_metadata_and_memory_come_back(tmp_path):
    with config_context(enable_metadata_routing=True):
        readout = RidgeClassifierCV().set_fit_request(sample_weight=True)
        model = LSMClassifier(liquid(memory=Memory(tmp_path / "memory")), readout)
        lsm.save(model, tmp_path / "model")
        found = lsm.load(tmp_path / "model")
        weights = np.arange(24.0)
        for one in (found, model):
            one.fit(SPIKES, LABELS, sample_weight=weights)
    assert found.liquid.memory.folder == tmp_path / "memory"
    np.testing.assert_array_equal(found.readout_.coef_, model.readout_.coef_)


def test_saving_changes_nothing_and_equal_models_give_equal_files(tmp_path):
    model = classifier().fit(SPIKES, LABELS)
    before = pickle.dumps(model)
    lsm.save(model, tmp_path / "model")
    assert pickle.dumps(model) == before
    lsm.save(classifier().fit(SPIKES, LABELS), tmp_path / "equal")
    lsm.save(lsm.load(tmp_path / "model"), tmp_path / "again")
    for name in ("equal", "again"):
        assert (tmp_path / name).read_bytes() == (tmp_path / "model").read_bytes()
