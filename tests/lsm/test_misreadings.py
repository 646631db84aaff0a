"""Samples and targets that have likely another meaning than the one that is taken."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from lsm import Liquid, LSMClassifier, LSMRegressor, SpikeArray, cross_val_predict_rows
from lsm.encoding import RateEncoder
from lsm.plot import ConfusionDisplay, RasterDisplay
from lsm.readout import RLS

pytestmark = pytest.mark.filterwarnings("ignore:the liquid")

RNG = np.random.default_rng(0)
CURRENTS = RNG.normal(size=(8, 40, 3))
COUNTS = RNG.poisson(0.2, (8, 40, 3))
FRAMES = [pd.DataFrame(x, columns=["a", "b", "c"]) for x in CURRENTS]
PANEL = pd.concat(FRAMES, keys=range(8), names=["sample", "row"])
CLOCK = np.arange(40.0)[:, None]
ROWS = [x[:, 0] for x in CURRENTS]
MISSING = [np.where(y > 1, np.nan, y) for y in ROWS]


def liquid(**params):
    return Liquid(20, random_state=0, **params)


def complaints(X):
    """Return the warnings of a fit that are not about the liquid's health."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        liquid().fit(X)
    return [text for text in (str(w.message) for w in caught) if not text.startswith("the liquid")]


# ------------------------------------------------------------------------------------------ X


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (PANEL, r"its index has several levels.*\[x for _, x in X.groupby\(level=0\)\]"),
        (PANEL.reset_index(level=0, drop=True).reset_index(), "its column 0 increases"),
        (PANEL.reset_index(level=1, drop=True).reset_index(names="id"), "its column 'id'"),
        ([pd.Series(x[:, 0]) for x in CURRENTS], r"list of arrays of shape \(40,\)"),
        ([np.hstack([x, CLOCK]) for x in CURRENTS], "channel 3 of X increases by equal steps"),
        (COUNTS.astype(float), r"whole numbers and mostly zero.*X.astype\(int\)"),
        (RNG.integers(0, 101, (8, 40, 3)), "numbers of spikes, 50 in an occupied row"),
        (RNG.integers(0, 90, (8, 28, 28)).astype(np.uint8), "look like measurements"),
    ],
)
def test_samples_that_look_like_something_else_are_warned_of(X, message):
    assert re.search(message, "\n".join(complaints(X)))


@pytest.mark.parametrize(
    "X",
    [
        [x for _, x in PANEL.groupby(level=0)],
        CURRENTS,
        COUNTS,
        SpikeArray.from_dense([np.hstack([x, CLOCK]) for x in CURRENTS]),
        SpikeArray.from_dense(COUNTS.astype(float)),
        SpikeArray.from_dense(RNG.integers(0, 101, (8, 40, 3))),
        (10 * CURRENTS).round(),
        RNG.poisson(3.0, (8, 40, 3)),
    ],
)
def test_samples_that_are_clear_are_not(X):
    assert complaints(X) == []


def test_data_frames_keep_the_order_of_their_columns():
    fitted = liquid().fit(FRAMES)
    assert [*fitted.feature_names_in_] == ["a", "b", "c"]
    with pytest.raises(ValueError, match="in the same order"):
        fitted.transform([x[["c", "b", "a"]] for x in FRAMES])
    with pytest.raises(ValueError, match=r"X\[1\] has the columns \['c', 'b', 'a'\]"):
        fitted.transform([FRAMES[0], FRAMES[1][["c", "b", "a"]]])
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        fitted.transform(CURRENTS)
    model = LSMRegressor(liquid(), Ridge()).fit(FRAMES, ROWS)
    assert [*model.feature_names_in_] == ["a", "b", "c"]
    with pytest.raises(ValueError, match="in the same order"):
        model.predict([x[["c", "b", "a"]] for x in FRAMES])
    assert not hasattr(model.fit(CURRENTS, ROWS), "feature_names_in_")


def test_columns_of_several_types_are_numbers():
    mixed = [x.assign(d=x["a"] > 0, e=pd.array(range(40), dtype="Int64") % 2) for x in FRAMES]
    plain = [x.astype(float).to_numpy() for x in mixed]
    states = liquid().fit_transform(mixed)
    assert (states != liquid().fit_transform(plain)).nnz == 0


@pytest.mark.parametrize(
    "X",
    [
        None, 5, "text", {"a": 1}, {1, 2}, (x for x in CURRENTS), [None], [{}], [b"a"],
        np.array(3.0), np.zeros(0), np.arange(5.0), [1, None], np.array([1, "a"], dtype=object),
        CURRENTS[0] + 1j,
        CURRENTS.astype("M8[s]"), np.full((5, 3), np.nan), [CURRENTS[0], None], [[1, 2], [3]],
    ],
)  # fmt: skip
def test_what_holds_no_samples_is_refused_by_a_short_error(X):
    calls = (
        liquid().fit,
        LSMRegressor(liquid(), RLS()).partial_fit,
        lambda X: LSMClassifier(liquid()).fit(X, [0, 1]),
        liquid().fit(COUNTS).transform,
    )
    for call in calls[:1] + calls[2:]:
        with pytest.raises(ValueError, match="X|sample 0") as caught:
            call(X)
        assert len(str(caught.value)) < 300
    with pytest.raises(ValueError, match="X|sample 0"):
        calls[1](X, np.zeros(5))


# ------------------------------------------------------------------------------------ targets


@pytest.mark.parametrize(
    ("missing", "kind"),
    [
        (lambda y: [pd.Series(part).astype("Float64") for part in y], LSMRegressor),
        (lambda y: [np.ma.masked_invalid(part) for part in y], LSMRegressor),
        (
            lambda y: [pd.Series(part > 0).astype("boolean").mask(np.isnan(part)) for part in y],
            None,
        ),
    ],
)
def test_targets_of_rows_that_are_missing_in_any_form_are_left_out(missing, kind):
    y = MISSING if kind else [np.where(np.isnan(y), np.nan, y > 0) for y in MISSING]
    wanted = LSMRegressor(liquid(), Ridge()).fit(CURRENTS, y)
    model = LSMRegressor(liquid(), Ridge()).fit(CURRENTS, missing(MISSING))
    np.testing.assert_array_equal(model.readout_.coef_, wanted.readout_.coef_)


@pytest.mark.parametrize("kind", ["string", "category", "boolean", "Int64", "masked"])
def test_a_missing_target_of_a_sample_is_named(kind):
    y = np.arange(8) % 2
    if kind == "masked":
        labels = np.ma.masked_array(y, np.arange(8) == 3)
    else:
        labels = pd.Series(y.astype(str) if kind in ("string", "category") else y).astype(kind)
        labels[3] = None
    for model in (LSMClassifier(liquid()), LSMRegressor(liquid())):
        with pytest.raises(ValueError, match="the target of sample 3 is missing"):
            model.fit(CURRENTS, labels)


@pytest.mark.parametrize("y", [3.0, "text", {"a": 1}, {1}, (i for i in range(8)), np.array(2)])
def test_what_holds_no_targets_is_refused(y):
    for model in (LSMClassifier(liquid()), LSMRegressor(liquid())):
        with pytest.raises(ValueError, match="y must"):
            model.fit(CURRENTS, y)


@pytest.mark.parametrize("y", [np.array(list("abababab")), np.zeros(8, "M8[s]"), np.ones(8) * 1j])
def test_a_regressor_wants_numbers(y):
    with pytest.raises(ValueError, match="y must hold"):
        LSMRegressor(liquid()).fit(CURRENTS, y)


def test_targets_of_cross_validation_fit_the_rows():
    model = LSMRegressor(liquid(), Ridge())
    for y in (None, 3.0, np.zeros(8), [y[:-1] for y in ROWS], ROWS[1:]):
        with pytest.raises(ValueError, match="y"):
            cross_val_predict_rows(model, CURRENTS, y)
    with pytest.raises(ValueError, match="cv must be a number of folds"):
        cross_val_predict_rows(model, CURRENTS, ROWS, by="time", cv="five")
    with pytest.raises(TypeError, match="estimator must have fit and predict"):
        cross_val_predict_rows(Liquid(), CURRENTS, ROWS)
    frame = pd.DataFrame(np.array(ROWS))
    ours = cross_val_predict_rows(model, CURRENTS, frame.to_numpy(), cv=2)
    np.testing.assert_array_equal(ours, cross_val_predict_rows(model, CURRENTS, ROWS, cv=2))


# ------------------------------------------------------------------------------------ weights


@pytest.mark.parametrize(
    "weights",
    [
        2.0,
        "a",
        {},
        [-1.0] * 8,
        [np.nan] * 8,
        np.ones((8, 1)),
        np.ones(7),
        [None] * 8,
        [[1, 2], [3]] * 4,
    ],
)
def test_weights_that_are_none_are_named_before_the_liquid_runs(weights):
    for y in (np.arange(8.0), ROWS):
        with pytest.raises((TypeError, ValueError), match="sample_weight"):
            LSMRegressor(liquid(), Ridge()).fit(CURRENTS, y, sample_weight=weights)


def test_weights_at_the_rows_of_one_series_need_no_list():
    weights = RNG.random(40)
    model = LSMRegressor(liquid(), Ridge(), washout=5)
    in_a_list = model.fit(CURRENTS[:1], ROWS[:1], sample_weight=[weights]).readout_.coef_
    bare = model.fit(CURRENTS[:1], ROWS[:1], sample_weight=weights)
    np.testing.assert_array_equal(bare.readout_.coef_, in_a_list)
    assert bare.score(CURRENTS[:1], ROWS[:1], weights) == bare.score(
        CURRENTS[:1], ROWS[:1], [weights]
    )


# ------------------------------------------------------------------------------ other arguments


def test_arguments_of_other_types_are_named():
    fitted, spikes = liquid().fit(COUNTS), SpikeArray.from_dense(COUNTS)
    with pytest.raises(ValueError, match="neurons must be"):
        fitted.record(COUNTS, neurons=True)
    with pytest.raises(ValueError, match="row must be a SpikeArray of one sample of one row"):
        fitted.stream(COUNTS[0])
    with pytest.raises(TypeError, match="delay must be a number"):
        fitted.set_weight(0, 1, 0.5, delay=np.ones(3))
    with pytest.raises(ValueError, match="sample must be an integer >= -8 and <= 7, got 8"):
        spikes.to_dense(8)
    with pytest.raises(TypeError, match="sample must be an integer"):
        spikes.digest("a")
    with pytest.raises(TypeError, match=r"arrays\[1\] must be a SpikeArray, got int"):
        SpikeArray.concatenate([spikes, 3])
    with pytest.raises(ValueError, match="random_state must be an integer"):
        Liquid(20, random_state="seed").fit(COUNTS)
    for ax in (3, [], [1, 2], "ax"):
        with pytest.raises(TypeError, match="ax or axes must be one matplotlib Axes"):
            RasterDisplay.from_spikes(spikes, ax=ax)
    with pytest.raises(TypeError, match="estimator must be a fitted classifier"):
        ConfusionDisplay.from_estimator(fitted, COUNTS, np.zeros(8))


# ------------------------------------------------------------------------------------ encoders


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([FRAMES[0], FRAMES[1][["c", "b", "a"]]], "X.1. has the columns"),
        (FRAMES[0].assign(d="text"), r"its columns \['d'\] do not"),
        (np.ma.masked_less(CURRENTS[0], 0), "X has masked values"),
        ({1, 2}, "X must be a SpikeArray, a sequence"),
        (np.full((5, 3), np.nan), "X contains NaN or infinity"),
        (np.arange(200.0), "but X.0. is a number"),
    ],
)
def test_encoders_refuse_the_same_samples(X, message):
    with pytest.raises(ValueError, match=message) as caught:
        RateEncoder().fit(X)
    assert len(str(caught.value)) < 300


def test_one_series_without_a_list_stays_without():
    model = LSMRegressor(liquid(), Ridge(), targets="row").fit(CURRENTS[0], ROWS[0])
    with pytest.raises(ValueError, match=r"pass X, a 2-D array, instead of \[X\]"):
        model.predict([CURRENTS[0]])
    assert model.predict(CURRENTS[0]).shape == (40,)
