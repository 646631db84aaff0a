"""Files of models: everything that the package fits comes back in a new process, bit by bit."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse, stats
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV, SGDRegressor
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import lsm
from lsm import (
    Calibration, Feedback, Forecaster, Liquid, LiquidEnsemble, LSMClassifier, LSMRegressor, Memory,
    RandomFeatures, Snapshots, SpikeArray, encoding, neurons, plasticity, row_scorer, synapses,
    topology,
)  # fmt: skip
from lsm.encoding import PerRow
from lsm.kernel import GENERATORS, Recipe
from lsm.memory import content_of
from lsm.readout import (
    RLS, HoldOutRidge, KernelRidgeClassifier, ResidualRidge, WindowedRidge,
    WindowedRidgeClassifier, WithinClassWhitener,
)  # fmt: skip
from tests.helpers.models import models_of

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
            topology=topology.FixedWeights(sparse.random_array((9, 9), rng=RNG, format="coo")),
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
            SVC(probability=False),
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
    """What each model does after it was fitted, and what it does in a new process."""
    folder, expected = tmp_path_factory.mktemp("models"), {}
    for number, (name, make) in enumerate(FITTED.items()):
        case = make()
        lsm.save(case, folder / f"{number}.skops")
        model, method, *arguments = case
        expected[name] = (folder / f"{number}.skops.out", getattr(model, method)(*arguments))
    paths = [str(folder / f"{number}.skops") for number in range(len(FITTED))]
    subprocess.run([sys.executable, "-W", "ignore", "-c", AGAIN, *paths], check=True)
    return {name: (lsm.load(path), outputs) for name, (path, outputs) in expected.items()}


def same(one, other):
    """Return whether two outputs, or fitted models, are the same to the last bit."""
    return content_of(one) == content_of(other)


@pytest.mark.parametrize("name", FITTED)
def test_a_model_goes_on_in_a_new_process_as_in_this_one(name, again):
    found, expected = again[name]
    if hasattr(expected, "get_params"):  # what it has learnt
        found, expected = vars(found), vars(expected)
    assert same(found, expected)
