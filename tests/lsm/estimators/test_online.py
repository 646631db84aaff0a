"""A regressor that learns while it runs, and feedback that must not run away."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge, SGDClassifier, SGDRegressor

from lsm import Feedback, Liquid, LSMClassifier, LSMRegressor, SpikeArray
from lsm.estimators import closed_loop
from lsm.readout import RLS

pytestmark = pytest.mark.filterwarnings("ignore:the liquid")


def model(readout, feedback=None, washout=0):
    liquid = Liquid(60, calibration=None, initial="random", random_state=0).set_params(
        neurons__bias=1.1, topology__fan_out=10, topology__weights__gain=0.3,
        topology__delay=(1.0, 9.0),
    )  # fmt: skip
    # A stream that begins with partial_fit has no encoder by default; a fit has one.
    return LSMRegressor(liquid, readout, feedback, washout=washout, encoder=None)


def series(n_rows=300):
    u = np.random.default_rng(0).uniform(-1, 1, n_rows)
    return u[:, None], np.convolve(u, np.ones(5) / 5)[:n_rows]


@pytest.mark.parametrize("feedback", [None, Feedback(), Feedback(delay=3.0)])
@pytest.mark.parametrize("washout", [0, 70])
def test_pieces_of_a_stream_are_one_long_run(feedback, washout):
    X, y = series()
    whole = model(RLS(), feedback, washout).partial_fit([X], [y])
    pieces, outputs = model(RLS(), feedback, washout), []
    for start, stop in ((0, 1), (1, 2), (2, 60), (60, 200), (200, 300)):
        pieces.partial_fit([X[start:stop]], [y[start:stop]])
        outputs.append(pieces.outputs_)
    np.testing.assert_array_equal(pieces.readout_.coef_, whole.readout_.coef_)
    np.testing.assert_array_equal(np.concatenate(outputs), whole.outputs_)


@pytest.mark.parametrize("readout", [RLS(forget=0.99), SGDRegressor(random_state=0)])
@pytest.mark.parametrize("feedback", [None, Feedback(weight=0.3, delay=3.0)])
def test_rows_one_by_one_are_one_run_with_missing_targets_and_after_pickling(readout, feedback):
    X, y = series(200)
    y[::3] = np.nan
    whole = model(readout, feedback, washout=70).partial_fit(X[:50], y[:50])
    pieces, outputs = pickle.loads(pickle.dumps(whole)), []
    whole.partial_fit(X[50:], y[50:])
    for row in range(50, 200):
        pieces = pickle.loads(pickle.dumps(pieces))
        outputs.append(pieces.partial_fit(X[row : row + 1], y[row : row + 1]).outputs_)
    np.testing.assert_array_equal(pieces.readout_.coef_, whole.readout_.coef_)
    np.testing.assert_array_equal(np.concatenate(outputs), whole.outputs_)
    np.testing.assert_array_equal(pieces.predict_next(X[:5]), whole.predict_next(X[:5]))


def test_a_stream_learns_what_a_fit_learns():
    X, y = series()
    streamed = model(RLS(), washout=40).partial_fit([X], [y])
    fitted = model(RLS(), washout=40).fit([X], [y])
    np.testing.assert_allclose(streamed.readout_.coef_, fitted.readout_.coef_, atol=1e-3)
    np.testing.assert_allclose(streamed.predict([X])[0], fitted.predict([X])[0], atol=1e-3)
    assert (streamed.outputs_[:41] == 0).all()  # it says nothing before it has learnt
    late = slice(150, None)
    assert np.corrcoef(streamed.outputs_[late], y[late])[0, 1] > 0.4


def test_a_stream_with_feedback_is_the_loop_inside_the_kernel():
    X, y = series()
    streamed = model(RLS(), Feedback()).partial_fit([X], [y])
    fitted = model(RLS(), Feedback()).fit([X], [y])
    np.testing.assert_allclose(streamed.readout_.coef_, fitted.readout_.coef_, atol=1e-3)


def test_a_stream_that_could_not_begin_begins_later():
    X, y = series(60)
    late = model(RLS(), Feedback())
    with pytest.raises(ValueError, match="a target for each of the 60 rows"):
        late.partial_fit([X], [y[:-1]])
    with pytest.raises(ValueError, match="Feedback.delay must be a finite number > 0"):
        late.set_params(feedback__delay=-1.5).partial_fit([X], [y])
    late.set_params(feedback__delay="auto").partial_fit([X], [y])
    fresh = model(RLS(), Feedback()).partial_fit([X], [y])
    np.testing.assert_array_equal(late.outputs_, fresh.outputs_)


def test_memory_does_not_grow_and_a_stream_is_taken_up_from_a_file():
    X, y = series(400)
    streamed = model(RLS(), washout=5)
    sizes = []
    for start in range(0, 400, 50):
        streamed.partial_fit([X[start : start + 50]], [y[start : start + 50]])
        sizes.append(len(pickle.dumps(streamed)))
    assert max(sizes[1:]) - min(sizes[1:]) < 200
    again = pickle.loads(pickle.dumps(streamed))
    for regressor in (streamed, again):
        regressor.partial_fit([X[:50]], [y[:50]])
    np.testing.assert_array_equal(again.outputs_, streamed.outputs_)


def test_a_stream_goes_on_from_what_a_fit_has_learnt_and_follows_a_change():
    X, y = series(600)
    fitted = model(RLS(forget=0.99), washout=20).fit([X[:300]], [y[:300]])
    fitted.partial_fit([X[300:]], [-y[300:]])
    early, late = slice(20, 80), slice(200, None)
    assert np.corrcoef(fitted.outputs_[early], y[300:][early])[0, 1] > -0.5
    assert np.corrcoef(fitted.outputs_[late], y[300:][late])[0, 1] < -0.5


def test_any_readout_that_learns_by_pieces_serves():
    X, y = series()
    streamed = model(SGDRegressor(random_state=0), washout=20).partial_fit([X], [y])
    assert np.isfinite(streamed.outputs_).all()
    assert not hasattr(model(Ridge()), "partial_fit")


def test_what_is_no_stream_is_refused():
    X, y = series(50)
    with pytest.raises(ValueError, match=r"alone or in a list, got X with 2 samples"):
        model(RLS()).partial_fit([X, X], [y, y])
    with pytest.raises(ValueError, match="a target for each of the 50 rows"):
        model(RLS()).partial_fit([X], [1.0])
    with pytest.raises(ValueError, match="y must be an array or a list of targets, got 1.0"):
        model(RLS()).partial_fit([X], 1.0)
    begun = model(RLS()).partial_fit([X], [y])
    with pytest.raises(ValueError, match=r"so shape \(50,\), got shape \(50, 2\)"):
        begun.partial_fit([X], [np.c_[y, y]])
    with pytest.raises(ValueError, match="expecting 1 channels"):
        begun.partial_fit([np.c_[X, X]], [y])


# ---------------------------------------------------------------------------------- feedback


@pytest.mark.parametrize("stepped", [False, True])
def test_what_is_forced_and_what_is_free_agree_exactly_where_the_readout_is_right(
    stepped, monkeypatch
):
    wave = np.sin(np.arange(400) / 6)
    fitted = model(Ridge(1.0), Feedback(), washout=50).fit([np.zeros((400, 1))], [wave])
    if stepped:
        monkeypatch.setattr(closed_loop, "affine_map", lambda *arguments: None)
    free = fitted.generate(120, warmup=wave[:100])
    target = np.concatenate([wave[:100], free])  # which the readout reproduces exactly
    for n_forced in (101, 150, 219):
        forced = fitted.generate(220 - n_forced, warmup=target[:n_forced])
        np.testing.assert_array_equal(forced, target[n_forced:])


class Amplifier(Ridge):
    """Says more the more comes back."""

    def predict(self, X):
        return 50 * super().predict(X)


def runaway(readout):
    liquid = Liquid(60, calibration=None, random_state=0).set_params(
        neurons__v_threshold=1e30, snapshots__feature="membrane"
    )
    X, y = series()
    return LSMRegressor(liquid, readout, Feedback(weight=3.0)).fit([X], [y])


@pytest.mark.parametrize("stepped", [False, True])
def test_feedback_that_diverges_is_stopped_with_step_value_and_remedy(stepped, monkeypatch):
    fitted = runaway(Amplifier(1e-3))
    X, y = series()
    if stepped:
        monkeypatch.setattr(closed_loop, "affine_map", lambda *arguments: None)
    with pytest.raises(FloatingPointError) as caught:
        fitted.generate(200, warmup=y[:100], X=X)
    message = str(caught.value)
    assert "the feedback diverges: output 0 is" in message
    row = int(message.split(" in row ")[1].split(",")[0])
    assert 100 < row < 299  # not the last: it was stopped, or the first was looked for
    assert "lower Feedback.weight, or raise Feedback.noise or the readout's penalty" in message


def test_a_bounded_loop_is_not_stopped():
    X, y = series()
    assert np.isfinite(clone(model(RLS(), Feedback())).fit([X], [y]).predict([X])[0]).all()


# ------------------------------------------------------------------------------- a classifier


def labelled(n_rows=400):
    """Return a series whose sign changes every 40 rows, and its sign as a label."""
    rng = np.random.default_rng(0)
    sign = np.where(np.arange(n_rows) // 40 % 2, 1.0, -1.0)
    return (sign + 0.3 * rng.normal(size=n_rows))[:, None], np.where(sign > 0, "up", "down")


def online_classifier(washout=0):
    liquid = Liquid(60, random_state=0)
    return LSMClassifier(liquid, SGDClassifier(random_state=0), washout)


def test_a_classifier_learns_online_and_pieces_are_one_long_run():
    X, y = labelled()
    whole = online_classifier(washout=5).partial_fit([X], [y], classes=["down", "up"])
    assert [*whole.outputs_[:6]] == [None] * 6  # the readout learns from the sixth row on
    late = slice(200, None)
    assert np.mean(whole.outputs_[late] == y[late]) > 0.7
    pieces, outputs = online_classifier(washout=5), []
    for start, stop in ((0, 3), (3, 4), (4, 250), (250, 400)):
        pieces.partial_fit([X[start:stop]], [y[start:stop]], classes=["up", "down"])
        outputs.extend(pieces.outputs_)
    # The liquid is calibrated on the first piece, so that other pieces are another liquid.
    again = online_classifier(washout=5).partial_fit([X[:3]], [y[:3]], classes=["down", "up"])
    again.partial_fit([X[3:]], [y[3:]])
    assert outputs[3:] == [*again.outputs_]
    np.testing.assert_array_equal(again.readout_.coef_, pieces.readout_.coef_)
    assert [*again.classes_] == ["down", "up"]


def test_a_classifier_goes_on_from_what_a_fit_has_learnt():
    X, y = labelled()
    fitted = online_classifier().fit([X], [y])
    fitted.partial_fit([X[:100]], [y[:100]])
    assert set(fitted.outputs_) == {"down", "up"}


def test_a_classifier_online_needs_all_labels_first():
    X, y = labelled(80)
    model = online_classifier()
    with pytest.raises(ValueError, match=r"needs classes in its first call.* classes=np\.unique"):
        model.partial_fit([X], [y])
    model.partial_fit([X], [y], classes=np.unique(y))  # the remedy works
    assert not hasattr(LSMClassifier(readout=Ridge()), "partial_fit")


def test_force_learning_that_diverges_in_fit_is_reported():
    X, y = series()
    liquid = Liquid(60, calibration=None, initial="random", random_state=0).set_params(
        neurons__bias=1.1
    )
    model = LSMRegressor(liquid, RLS(alpha=1e-12), Feedback(weight=1e4))
    with pytest.raises(FloatingPointError, match="the feedback diverges"):
        model.fit([X], [1e-9 * y])


def test_a_refused_piece_leaves_the_run_as_it_was():
    X, y = labelled(120)
    fresh = online_classifier().partial_fit([X[:60]], [y[:60]], classes=["down", "up"])
    tried = online_classifier().partial_fit([X[:60]], [y[:60]], classes=["down", "up"])
    with pytest.raises(ValueError, match="y holds the label left, which is not among the classes"):
        tried.partial_fit([X[60:]], [np.full(60, "left")])
    with pytest.raises(ValueError, match="classes must be those of the first call"):
        tried.partial_fit([X[60:]], [y[60:]], classes=["up", "left"])
    with pytest.raises(ValueError, match=r"so shape \(60,\), got shape \(60, 1\)"):
        tried.partial_fit([X[60:]], [y[60:, None]])
    assert [*tried.partial_fit([X[60:]], [y[60:]]).outputs_] == [
        *fresh.partial_fit([X[60:]], [y[60:]]).outputs_
    ]
    unbegun = online_classifier()
    with pytest.raises(ValueError, match="one label a row"):
        unbegun.partial_fit([X], [y[:, None]], classes=["up", "down"])
    with pytest.raises(ValueError, match="not among the classes"):
        unbegun.partial_fit([X], [y], classes=["up", "left"])
    assert not hasattr(unbegun, "liquid_")


def test_all_pieces_of_a_stream_have_rows_of_one_duration():
    X, y = series(60)
    begun = model(RLS()).partial_fit(SpikeArray.from_dense([X], row_duration=2.0), [y])
    begun.partial_fit([X], [y])  # an array has the rows of the stream
    with pytest.raises(ValueError, match="rows of 1 ms, but the stream has rows of 2 ms"):
        begun.partial_fit(SpikeArray.from_dense([X]), [y])
