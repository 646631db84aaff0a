"""Does the liquid help? Tasks whose answer is known, and every kind of model."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge, RidgeClassifierCV
from sklearn.model_selection import GroupKFold, KFold, LeaveOneGroupOut, ShuffleSplit
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from lsm import (
    Feedback,
    Liquid,
    LiquidEnsemble,
    LSMClassifier,
    LSMRegressor,
    RandomFeatures,
    Snapshots,
    SpikeArray,
    compare,
    row_scorer,
)
from lsm.comparison import Comparison
from lsm.comparison.models import controls_of
from lsm.encoding import PerRow
from lsm.neurons import LIF
from tests.helpers.samples import graded_samples, spike_samples

NAMES = [
    "model",
    "without recurrence",
    "static random features",
    "no liquid, window means",
    "majority class",
]


def small(n=60, **params):
    return Liquid(n, random_state=0, **params)


def rows_of(comparison):
    return {row.model: row for row in comparison.table.itertuples()}


def waves(n=60):
    """Sines of two amplitudes: a projection that is not linear tells them apart, and no mean."""
    rng, t = np.random.default_rng(0), np.arange(40)
    y = np.arange(n) % 2
    sines = [np.sin(t / 2 + rng.uniform(0, 6)) * (1 + label) for label in y]
    return [sine[:, None] for sine in sines], y


@pytest.fixture(scope="module")
def of_waves():
    X, y = waves()
    return compare(LSMClassifier(small()), X, y)


def test_a_task_without_time_is_solved_by_static_random_features(of_waves):
    assert list(of_waves.table["model"]) == NAMES
    rows = rows_of(of_waves)
    assert rows["model"].score > 0.9
    assert rows["static random features"].score > 0.9
    assert rows["majority class"].score == 0.5
    assert rows["majority class"].low > 0
    assert rows["static random features"].low <= 0
    assert not of_waves.verdict[0].startswith("The liquid helps")


def test_a_window_of_past_rows_needs_no_liquid():
    u = np.random.default_rng(0).uniform(-1, 1, 1500)
    y = np.abs(np.convolve(u, np.ones(3) / 3)[:1500])  # of present and past, and not linear
    model = LSMRegressor(small(150), washout=10)
    comparison = compare(model, [u[:, None]], [y])
    rows = rows_of(comparison)
    assert {"no liquid, taps", "present input"} <= rows.keys()
    assert rows["no liquid, taps"].low > 0
    # Static units read the last rows, too, which is all that the targets depend on.
    assert rows["static random features"].score > rows["no liquid, taps"].score + 0.5
    assert rows["static random features"].low <= 0
    assert not comparison.verdict[0].startswith("The liquid helps")


def test_random_labels_are_learnt_by_nothing():
    X, _ = waves()
    y = np.random.default_rng(1).integers(0, 2, len(X))
    comparison = compare(LSMClassifier(small()), X, y)
    assert comparison.verdict[0].startswith(
        "The model is not significantly better than 'majority class'"
    )


def test_scores_are_those_of_a_cross_validation(of_waves):
    from sklearn.model_selection import cross_val_score

    X, y = waves()
    by_hand = cross_val_score(LSMClassifier(small()), X, y, cv=5)
    np.testing.assert_array_equal(of_waves.scores["model"], by_hand)
    static = RandomFeatures(60, random_state=0)
    by_hand = cross_val_score(LSMClassifier(static), X, y, cv=5)
    np.testing.assert_array_equal(of_waves.scores["static random features"], by_hand)
    row = rows_of(of_waves)["static random features"]
    differences = of_waves.scores["model"] - of_waves.scores["static random features"]
    assert row.difference == pytest.approx(differences.mean())


def test_at_rows_the_scores_are_those_of_the_row_scorer():
    from sklearn.model_selection import cross_val_score

    X = graded_samples(6)
    y = [x[:, :2] ** 2 for x in X]
    model = LSMRegressor(small(), Ridge(), washout=20)
    comparison = compare(model, X, y, cv=KFold(3), scoring="neg_mean_absolute_error")
    scorer = row_scorer("neg_mean_absolute_error")
    by_hand = cross_val_score(model, X, y, cv=KFold(3), scoring=scorer)
    np.testing.assert_allclose(comparison.scores["model"], by_hand)
    assert len(comparison.scores.dropna(axis=1).columns) == 5
    assert comparison.scoring == "neg_mean_absolute_error"


def test_a_series_is_split_by_time():
    u = np.random.default_rng(0).uniform(-1, 1, (400, 1))
    labels = np.where(u[:, 0] > 0, "up", "down")
    comparison = compare(LSMClassifier(small()), [u], [labels], cv=3)
    assert len(comparison.scores) == 3
    model = LSMClassifier(small()).fit([u[:100]], [labels[:100]])
    scored = model.predict([u[:200]])[0][100:] == labels[100:200]
    assert comparison.scores["model"][0] == pytest.approx(scored.mean())
    with pytest.raises(ValueError, match="groups are for splits by sample"):
        compare(LSMClassifier(small()), [u], [labels], groups=[1])


def test_a_scaler_before_the_model_stays():
    X = graded_samples(4, scale=100.0)
    model = make_pipeline(PerRow(StandardScaler()), LSMRegressor(small(), Ridge()))
    comparison = compare(model, X, [x[:, 0] for x in X], cv=2)
    assert not comparison.scores.isna().any(axis=None)
    assert rows_of(comparison)["present input"].score > 0.99
    with pytest.raises(TypeError, match="has no states at rows, got LiquidEnsemble"):
        compare(LSMRegressor(LiquidEnsemble(2)), X, [x[:, 0] for x in X], cv=2)


def test_groups_stay_whole():
    X, y = waves(24)
    groups = np.repeat(list("abcd"), 6)
    model = LSMClassifier(small())
    comparison = compare(model, X, y, groups=groups)
    assert len(comparison.scores) == 4
    alone = compare(model, X, y, cv=LeaveOneGroupOut(), groups=groups)
    np.testing.assert_array_equal(
        np.sort(comparison.scores["model"]), np.sort(alone.scores["model"])
    )
    with pytest.raises(ValueError, match="cv puts samples of group a into both parts"):
        compare(model, X, y, cv=KFold(5), groups=groups)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        compare(model, X, y, groups=groups[1:])
    regression = compare(LSMRegressor(small()), X, y.astype(float), cv=2, groups=groups)
    assert list(regression.table["model"])[-1] == "mean"
    rows = compare(
        LSMRegressor(small()), X[:6], [x[:, 0] for x in X[:6]], cv=GroupKFold(2), groups=groups[3:9]
    )
    assert len(rows.scores) == 2


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(small(snapshots=Snapshots(n=2)), RidgeClassifierCV()),
        make_pipeline(make_union(small(), small(40, neurons=LIF(tau_m=5.0))), RidgeClassifierCV()),
        LSMClassifier(LiquidEnsemble(2, small(30), random_state=0)),
        LSMClassifier(small(snapshots=Snapshots(n=2, feature="root_count")), RidgeClassifierCV()),
    ],
)
def test_every_model_with_a_readout_has_all_controls(model):
    X, y = waves(20)
    comparison = compare(model, X, y, cv=2)
    assert list(comparison.table["model"]) == NAMES
    assert not comparison.table["score"].isna().any()


def test_every_form_of_samples():
    spikes, y = spike_samples(), np.arange(12) % 2
    packed = compare(LSMClassifier(small()), SpikeArray.from_dense(spikes), y, cv=2)
    listed = compare(LSMClassifier(small()), spikes, y, cv=2)
    np.testing.assert_array_equal(packed.scores, listed.scores)
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(12, 4)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        comparison = compare(LSMClassifier(small()), table, pd.Series(y), cv=2)
    assert not comparison.scores.isna().any(axis=None)


def test_the_random_features_have_the_size_the_channels_and_the_windows_of_the_liquid():
    model = LSMClassifier(small(77, snapshots=Snapshots(n=3), dt=0.5)).set_params(
        liquid__inputs__fan_in=2
    )
    static = controls_of(model, rows=False)["static random features"].liquid
    assert (static.n_units, static.inputs.fan_in, static.snapshots.n) == (77, 2, 3)
    assert (static.dt, static.random_state) == (0.5, 0)
    default = controls_of(LSMClassifier(), rows=False)["static random features"]
    assert default.liquid.n_units == 1000
    column = LSMClassifier(Liquid.maass2002())
    assert controls_of(column, rows=False)["static random features"].liquid.n_units == 135


def test_a_control_that_fails_is_named():
    X, y = waves(20)
    roots = FunctionTransformer(_root_of_positive)
    model = make_pipeline(small(sparse_output=False), roots, RidgeClassifierCV())
    comparison = compare(model, X, y, cv=2)
    row = rows_of(comparison)["no liquid, window means"]
    assert np.isnan(row.score)
    assert "'no liquid, window means' failed: no roots of negative numbers" in comparison.verdict
    assert "failed" in str(comparison)


def _root_of_positive(X):
    if X.min() < 0:
        raise ValueError("no roots of negative numbers")
    return np.sqrt(X)


def test_one_split_has_no_intervals():
    X, y = waves(20)
    comparison = compare(LSMClassifier(small()), X, y, cv=ShuffleSplit(1, random_state=0))
    assert comparison.table["low"].isna().all()
    assert comparison.verdict[0].startswith("One split gives no intervals")


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (RidgeClassifierCV(), TypeError, "must be a Liquid or an estimator with one in it"),
        (small(), TypeError, "model must be a classifier or a regressor, got Liquid"),
        (LSMRegressor(small(), feedback=Feedback()), ValueError, "feedback must be None, got"),
        (
            make_pipeline(small(output="spikes"), small(), RidgeClassifierCV()),
            ValueError,
            "liquid-1__output='spikes' feeds another liquid",
        ),
    ],
)
def test_models_that_cannot_be_compared_are_named(model, error, message):
    X, y = waves(20)
    with pytest.raises(error, match=message):
        compare(model, X, y)


def test_it_prints_as_text_and_shows_as_escaped_html(of_waves):
    text = str(of_waves)
    assert text.splitlines()[0].split()[:2] == ["accuracy", "difference"]
    for part in (*NAMES, *of_waves.verdict, "5 folds"):
        assert part in text
    html = of_waves._repr_html_()
    assert html.count("<tr>") == 6
    assert "<script>" not in Comparison(
        of_waves.table.assign(model="<script>"), ("<script>",), of_waves.scores, "<script>"
    )._repr_html_()  # fmt: skip
