"""Forms of samples and targets: forms with two meanings are refused or warned of, and the way out
that the message names works."""

import warnings

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import NotFittedError, UnsetMetadataPassedError
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF
from sklearn.linear_model import (
    LogisticRegression,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    SGDClassifier,
)
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from lsm import Feedback, Liquid, LSMClassifier, LSMRegressor, SpikeArray
from lsm.readout import RLS, HoldOutRidge

pytestmark = pytest.mark.filterwarnings("ignore:the liquid")


def liquid(**params):
    return Liquid(50, random_state=0, **params)


def series(n_rows=300, seed=0):
    u = np.random.default_rng(seed).uniform(-1, 1, n_rows)
    return u[:, None], np.convolve(u, np.ones(5) / 5)[:n_rows]


def trials(n_samples=20, n_rows=60):
    rng = np.random.default_rng(0)
    X = np.cumsum(rng.normal(size=(n_samples, n_rows, 1)), axis=1)
    return X, np.roll(X[:, :, 0], 3, axis=1)


def labelled(n_samples=40):
    rng = np.random.default_rng(0)
    y = np.arange(n_samples) % 2
    return [rng.normal(size=(100, 3)) + k for k in y], y


# ------------------------------------------------------------- one series, or a table of patterns


def test_one_series_as_a_table_is_warned_of_and_both_ways_out_work():
    u, y = series()
    with pytest.warns(UserWarning, match="it has one column.*targets='sample'.*targets='row'"):
        LSMRegressor(liquid()).fit(u, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert LSMRegressor(liquid(), targets="sample").fit(u, y).targets_ == "sample"
    as_series = LSMRegressor(liquid(), washout=20, targets="row").fit(u, y)
    in_a_list = LSMRegressor(liquid(), washout=20).fit([u], [y])
    np.testing.assert_array_equal(as_series.predict(u), in_a_list.predict([u])[0])
    assert as_series.score(u, y) == in_a_list.score([u], [y])


def test_a_washout_that_would_be_ignored_is_refused():
    u, y = series()
    with pytest.raises(
        ValueError, match=r"washout=10 is for targets at rows.*pass \[X\] and \[y\]"
    ):
        LSMRegressor(liquid(), washout=10).fit(u, y)


def test_a_series_with_targets_outside_a_list_is_named():
    u, y = series()
    with pytest.raises(ValueError, match=r"one sample of 300 rows.*pass \[y\], or set .*'row'"):
        LSMRegressor(liquid()).fit([u], y)
    LSMRegressor(liquid(), targets="row").fit([u], y)
    with pytest.raises(ValueError, match="fits two meanings"):
        LSMRegressor(liquid()).fit([u], y[None])
    LSMRegressor(liquid(), targets="row").fit([u], y[None])


@pytest.mark.parametrize(
    "X",
    [
        pd.DataFrame(
            np.random.default_rng(0).normal(size=(50, 3)),
            index=pd.date_range("2020", periods=50, freq="s"),
        ),
        np.cumsum(np.random.default_rng(0).normal(size=(3000, 4)), axis=0),
    ],
)
def test_a_table_that_moves_in_time_is_warned_of(X):
    with pytest.warns(UserWarning, match="looks like one series"):
        liquid().fit(X)


def test_patterns_are_not_questioned():
    X = np.random.default_rng(0).normal(size=(2000, 4))
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        liquid(static_steps=5).fit(X)


# ----------------------------------------------------------------- targets of samples, or at rows


def test_targets_that_fit_both_are_refused_and_the_parameter_decides():
    X, Y = trials()
    for samples in (X, list(X), SpikeArray.from_dense(X)):
        with pytest.raises(ValueError, match=r"shape \(20, 60\) fits two meanings.*targets="):
            LSMRegressor(liquid()).fit(samples, Y)
    rows = LSMRegressor(liquid(), targets="row").fit(X, Y)
    assert rows.targets_ == "row"
    assert rows.predict(X).shape == Y.shape
    of_samples = LSMRegressor(liquid(), targets="sample").fit(X, Y)
    assert of_samples.targets_ == "sample"
    assert of_samples.predict(X).shape == Y.shape
    with pytest.raises(ValueError, match="targets must be one of 'auto', 'sample', 'row'"):
        LSMRegressor(liquid(), targets="rows").fit(X, Y)


def test_labels_that_fit_both_are_refused():
    X, Y = trials()
    labels = (Y > 0).astype(int)
    with pytest.raises(ValueError, match="fits two meanings"):
        LSMClassifier(liquid()).fit(X, labels)
    model = LSMClassifier(liquid(), targets="row").fit(X, labels)
    assert model.score(X, labels) > 0.6


def test_targets_of_another_length_are_of_samples():
    X, Y = trials()
    assert LSMRegressor(liquid()).fit(X, Y[:, :7]).targets_ == "sample"


def test_series_of_pandas_are_targets_at_rows():
    frame = pd.concat([
        pd.DataFrame(np.random.default_rng(i).normal(size=(60 + i, 3)), columns=list("aby")).assign(
            id=i
        )
        for i in range(6)
    ])  # fmt: skip
    X = [g[["a", "b"]] for _, g in frame.groupby("id")]
    y = [g["y"] for _, g in frame.groupby("id")]
    ours = LSMRegressor(liquid()).fit(X, y).predict(X)
    plain = LSMRegressor(liquid()).fit([x.to_numpy() for x in X], [v.to_numpy() for v in y])
    for part, other in zip(ours, plain.predict([x.to_numpy() for x in X]), strict=True):
        np.testing.assert_array_equal(part, other)


def test_labels_may_be_a_series_with_any_index():
    X, y = labelled()
    frame = pd.DataFrame({"x": X, "label": y})
    for seed in range(3):
        train, test = train_test_split(frame, random_state=seed)
        model = LSMClassifier(liquid()).fit(train["x"], train["label"])
        assert model.score(test["x"], test["label"]) > 0.9
    assert np.isfinite(cross_val_score(LSMClassifier(liquid()), X, frame["label"], cv=5)).all()


# ------------------------------------------------------------------------ another form afterwards


def test_a_table_after_samples_with_rows_is_refused_and_a_list_is_not():
    X, y = labelled()
    model = LSMClassifier(liquid()).fit(X, y)
    with pytest.raises(ValueError, match=r"fit had samples with rows: one sample .* \[X\]"):
        model.predict(X[0])
    assert model.predict([X[0]]).shape == (1,)


def test_bare_arrays_have_the_rows_of_fit():
    X, y = labelled()
    model = LSMClassifier(liquid()).fit(SpikeArray.from_dense(X, row_duration=10.0), y)
    packed = model.decision_function(SpikeArray.from_dense(X, row_duration=10.0))
    np.testing.assert_array_equal(model.decision_function(X), packed)


def test_channels_before_time_are_warned_of():
    X = np.random.default_rng(0).normal(size=(10, 3, 80))
    with pytest.warns(UserWarning, match="at most 3 rows, and 80 channels.*from_dense"):
        liquid().fit(X)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        liquid().fit(SpikeArray.from_dense(X))
        liquid().fit(X.transpose(0, 2, 1))


def test_spike_arrays_stay_spikes_when_they_are_put_together():
    spikes = SpikeArray.from_dense(np.random.default_rng(0).poisson(0.05, (6, 100, 4)))
    for joined in (np.concatenate([spikes, spikes]), SpikeArray.concatenate([spikes, spikes])):
        assert isinstance(joined, SpikeArray)
        assert len(joined) == 12
        np.testing.assert_array_equal(joined.to_dense(8), spikes.to_dense(2))
    fitted = liquid().fit(list(spikes) + list(spikes))
    assert fitted.network_.graded is False
    other = SpikeArray.from_dense(np.ones((2, 10, 3), int))
    with pytest.raises(ValueError, match=r"arrays\[1\] must be like arrays\[0\]"):
        np.concatenate([spikes, other])


# ------------------------------------------------------------------------------- readouts, weights


@pytest.mark.parametrize(
    "readout",
    [
        make_pipeline(StandardScaler(), LogisticRegression()),
        make_pipeline(MinMaxScaler(), LogisticRegression()),
        LinearDiscriminantAnalysis(),
        GaussianNB(),
        HistGradientBoostingClassifier(max_iter=3),
        make_pipeline(StandardScaler(), GaussianProcessClassifier()),
        RidgeClassifierCV(class_weight="balanced"),
    ],
)
def test_any_classifier_serves_as_a_readout(readout):
    X, y = labelled()
    assert LSMClassifier(liquid(), readout).fit(X, y).score(X, y) > 0.9


@pytest.mark.parametrize(
    "readout",
    [
        make_pipeline(StandardScaler(), GaussianProcessRegressor(1e4 * RBF(20.0), alpha=1e-2)),
        HistGradientBoostingRegressor(min_samples_leaf=3),
    ],
)
def test_any_regressor_serves_as_a_readout(readout):
    X, y = labelled()
    targets = np.array([x.mean() for x in X])
    assert LSMRegressor(liquid(), readout).fit(X, targets).score(X, targets) > 0.8


def test_weights_of_samples_reach_the_readout():
    X, y = labelled()
    noisy = np.where(np.arange(40) < 10, 1 - y, y)
    weights = np.where(np.arange(40) < 10, 0.0, 1.0)
    readouts = (RidgeClassifier(), make_pipeline(StandardScaler(), RidgeClassifier()))
    for readout in readouts:
        model = LSMClassifier(liquid(), readout).fit(X, noisy, sample_weight=weights)
        assert model.score(X[10:], y[10:]) == 1
        assert model.score(X, noisy, sample_weight=weights) == 1
    with pytest.raises(TypeError, match="takes no sample_weight: take one that does"):
        LSMClassifier(liquid(), LinearDiscriminantAnalysis()).fit(X, y, sample_weight=weights)
    fitted = LSMClassifier(liquid()).fit(X, noisy, readout__sample_weight=weights)
    assert fitted.score(X[10:], y[10:]) == 1
    with pytest.raises(ValueError, match="sample_weight"):
        LSMClassifier(liquid()).fit(X, y, sample_weight=weights[:5])
    with pytest.raises(TypeError, match="fit has no argument 'weights': pass sample_weight"):
        LSMClassifier(liquid()).fit(X, y, weights=weights)


def test_metadata_is_routed_to_the_readout():
    X, y = labelled()
    noisy = np.where(np.arange(40) < 10, 1 - y, y)
    weights = np.where(np.arange(40) < 10, 0.0, 1.0)
    with sklearn.config_context(enable_metadata_routing=True):
        readout = RidgeClassifier().set_fit_request(sample_weight=True)
        model = LSMClassifier(liquid(), readout).set_score_request(sample_weight=True)
        model.fit(X, noisy, sample_weight=weights)
        assert model.score(X[10:], y[10:]) == 1
        assert model.score(X, noisy, sample_weight=weights) == 1
        search = GridSearchCV(model, {"readout__alpha": [1.0, 10.0]}, cv=2)
        assert search.fit(X, noisy, sample_weight=weights).score(X[10:], y[10:]) == 1
        with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
            LSMClassifier(liquid(), RidgeClassifier()).fit(X, y, sample_weight=weights)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        piped = make_pipeline(scaler, readout)
        piped = LSMClassifier(liquid(), piped).fit(X, noisy, sample_weight=weights)
        assert piped.score(X[10:], y[10:]) == 1


def test_weights_at_rows_are_those_of_samples_or_of_rows():
    x, y = series(200)
    X, Y = [x, x[:50]], [y, -y[:50]]
    of_samples = LSMRegressor(liquid(), Ridge()).fit(X, Y, sample_weight=[0.0, 1.0])
    of_rows = LSMRegressor(liquid(), Ridge())
    of_rows.fit(X, Y, sample_weight=[np.zeros(200), np.ones(50)])
    np.testing.assert_array_equal(of_samples.readout_.coef_, of_rows.readout_.coef_)
    with pytest.raises(ValueError, match=r"arrays as long as the samples, \[200, 50\] rows"):
        of_rows.fit(X, Y, sample_weight=[np.zeros(200), np.ones(49)])


def test_rows_without_a_target_are_left_out():
    x, y = series(500)
    missing = y.copy()
    missing[::7] = np.nan
    model = LSMRegressor(liquid(), Ridge(), washout=10).fit([x], [missing])
    weights = np.isfinite(missing)
    weighted = LSMRegressor(liquid(), Ridge(), washout=10)
    weighted.fit([x], [np.nan_to_num(missing)], sample_weight=[weights.astype(float)])
    np.testing.assert_allclose(model.readout_.coef_, weighted.readout_.coef_, atol=1e-4)
    assert model.score([x], [missing]) == pytest.approx(
        model.score([x], [np.nan_to_num(missing)], sample_weight=[weights.astype(float)])
    )
    labels = np.where(np.arange(500) % 7 == 0, None, np.where(y > 0, "up", "down"))
    classifier = LSMClassifier(liquid()).fit([x], [labels])
    assert [*classifier.classes_] == ["down", "up"]


def test_a_method_that_the_readout_lacks_names_readouts_that_have_it():
    model = LSMClassifier(liquid())
    assert not hasattr(model, "predict_proba")
    with pytest.raises(AttributeError) as error:
        model.predict_proba  # noqa: B018, the access itself is what fails
    assert "LogisticRegression" in str(error.value.__cause__)
    assert "CalibratedClassifierCV" in str(error.value.__cause__)


# --------------------------------------------------------------------------------------- streams


def test_a_stream_goes_on_without_targets_and_starts_again():
    u, y = series(300)
    model = LSMRegressor(liquid(), RLS()).fit([u], [y])
    whole, coef = model.predict([u])[0], model.readout_.coef_.copy()
    pieces = [model.partial_fit(u[start : start + 60]).outputs_ for start in range(0, 300, 60)]
    np.testing.assert_allclose(np.concatenate(pieces), whole, rtol=1e-6)
    np.testing.assert_array_equal(model.readout_.coef_, coef)  # nothing was learnt
    again = model.reset().partial_fit(u[:60]).outputs_
    np.testing.assert_array_equal(again, pieces[0])
    half = np.where(np.arange(60) < 30, y[:60], np.nan)
    model.reset().partial_fit(u[:60], half)
    assert not np.array_equal(model.readout_.coef_, coef)


@pytest.mark.parametrize(
    "readout", ["auto", Ridge(), RLS(), HistGradientBoostingRegressor(max_iter=3)]
)
def test_any_readout_predicts_a_stream_in_pieces_of_any_length(readout):
    u, y = series(240)
    model = LSMRegressor(liquid(), readout).fit([u[:200]], [y[:200]])
    whole = model.predict_next(u)
    np.testing.assert_allclose(whole, model.predict([u])[0], rtol=1e-5, atol=1e-6)
    model.reset()
    cuts = zip([0, 1, 50, 51], [1, 50, 51, 240], strict=True)
    pieces = [model.predict_next([u[start:stop]]) for start, stop in cuts]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
    with pytest.raises(ValueError, match="got X with 2 samples"):
        model.predict_next([u, u])


def test_a_classifier_learns_online_and_predicts_a_stream():
    u, y = series(300)
    labels = np.where(y > 0, "up", "down")
    model = LSMClassifier(liquid(), SGDClassifier(random_state=0))
    with pytest.raises(ValueError, match="first piece of a stream needs targets"):
        model.partial_fit(u, classes=["down", "up"])
    model.partial_fit(u[:200], labels[:200], classes=["down", "up"])
    assert model.partial_fit(u[200:250]).outputs_.shape == (50,)
    y_pred = model.predict_next(u[250:])
    assert {*y_pred} <= {"up", "down"}
    whole = clone(model).partial_fit(u[:200], labels[:200], classes=["down", "up"])
    np.testing.assert_array_equal(whole.predict_next(u[200:])[50:], y_pred)


def test_a_readout_that_has_learnt_nothing_predicts_no_stream():
    u, y = series(60)
    model = LSMRegressor(liquid(), RLS(), washout=100).partial_fit(u, y)
    with pytest.raises(NotFittedError, match="has learnt from no row of the stream yet"):
        model.predict_next(u)
    of_samples = LSMRegressor(liquid()).fit([u, u], [0.0, 1.0])
    with pytest.raises(ValueError, match="fit had one a sample: fit with targets at rows"):
        of_samples.predict_next(u)


# ------------------------------------------------------------------------------ without any input


def test_a_generator_without_input_is_what_the_refusals_advise():
    wave, silence = np.sin(np.arange(1100) / 10), [np.zeros((1000, 1))]
    targets = [wave[:1000]]
    feedback = Feedback(weight=2.0, noise=0.01)
    with pytest.raises(ValueError, match=r"take Liquid.self_driven\(\) for feedback without"):
        LSMRegressor(liquid(), feedback=feedback).fit(silence, targets)
    with pytest.warns(UserWarning, match=r"nearly silent.*without input take Liquid.self_driven"):
        LSMRegressor(liquid(calibration=None), feedback=feedback).fit(silence, targets)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        alone = Liquid.self_driven(n_neurons=300, random_state=0)
        model = LSMRegressor(alone, HoldOutRidge(), feedback, washout=100).fit(silence, targets)
    continued = model.generate(100, wave[800:1000])
    assert np.sqrt(np.mean((continued - wave[1000:]) ** 2)) < 0.3
