"""What holds for every encoder: scikit-learn's contract, every form of input, content alone."""

import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import Liquid, encoding
from lsm.encoding import DeltaEncoder, Encoder, LatencyEncoder, PopulationEncoder, RateEncoder
from lsm.spikes import SpikeArray, as_spike_array
from tests.helpers.models import models_of

# Every encoder that its folder exports.
ENCODERS = [encoder() for encoder in models_of(encoding)]
CODES = [encoder for encoder in ENCODERS if isinstance(encoder, Encoder)]
VALUES = [code for code in CODES if not code.series]
RANDOM = [code for code in CODES if "random_state" in code.get_params()]
VARIANTS = [
    RateEncoder(kind="bernoulli"),
    LatencyEncoder(tau_m=20.0, threshold=0.2),
    PopulationEncoder(encoder=RateEncoder(random_state=0)),
    DeltaEncoder(method="moving-window"),
]

codes = pytest.mark.parametrize("code", CODES, ids=repr)
values = pytest.mark.parametrize("code", VALUES, ids=repr)


def seeded(code):
    return clone(code).set_params(random_state=0) if code in RANDOM else clone(code)


def signals(n=4, n_channels=3, seed=0):
    """Return signals of different lengths between 0 and 1."""
    rng = np.random.default_rng(seed)
    return [rng.random((3 + 2 * i, n_channels)) for i in range(n)]


def parameter(code, name, default):
    """Return a parameter of a code or of the code within it."""
    parameters = code.get_params()
    return parameters.get(name, parameters.get(f"encoder__{name}", default))


def same(one, other):
    return [one.digest(i) for i in range(len(one))] == [other.digest(i) for i in range(len(other))]


@parametrize_with_checks([*ENCODERS, *VARIANTS])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@codes
def test_a_code_gives_spikes_in_its_own_steps(code):
    X = signals()
    encoded = code.fit_transform(X)
    assert isinstance(encoded, SpikeArray)
    assert encoded.graded == code.graded
    n_steps = [
        len(x) * parameter(code, "duration", encoded.row_duration) / encoded.row_duration for x in X
    ]
    np.testing.assert_array_equal(encoded.n_rows, n_steps)
    assert len(encoded.rows) > 0


@pytest.mark.parametrize("code", [code for code in CODES if not code.graded], ids=repr)
def test_a_finer_step_keeps_the_duration(code):
    X = signals()
    name = "dt" if "dt" in code.get_params() else "encoder__dt"
    fine = clone(code).set_params(**{name: 0.5}).fit(X)
    assert fine.transform(X).row_duration == 0.5
    expected = [len(x) * parameter(code, "duration", 0.5) / 0.5 for x in X]
    np.testing.assert_array_equal(fine.transform(X).n_rows, expected)
    for decoded, x in zip(fine.inverse_transform(fine.transform(X)), X, strict=True):
        assert decoded.shape == x.shape


@codes
@settings(max_examples=10)
@given(order=st.permutations(range(4)), n_samples=st.integers(1, 4))
def test_a_sample_is_the_same_alone_and_in_any_batch(code, order, n_samples):
    X = signals()
    fitted = seeded(code).fit(X)
    alone = [fitted.transform([x]).digest(0) for x in X]
    batch = fitted.transform([X[i] for i in order[:n_samples]])
    assert [batch.digest(i) for i in range(n_samples)] == [alone[i] for i in order[:n_samples]]


@pytest.mark.parametrize("code", RANDOM, ids=repr)
def test_draws_hang_on_the_seed_and_on_the_values(code):
    x = np.full((1, 5), 0.5)
    y = x.copy()
    y[0, 0] = 0.501
    fitted = seeded(code).set_params(limits=(0.0, 1.0)).fit([x])
    again = seeded(code).set_params(limits=(0.0, 1.0)).fit([y])
    assert same(fitted.transform([x, y]), again.transform([x, y]))
    other = clone(again).set_params(random_state=1).fit([x])
    assert not same(fitted.transform([x]), other.transform([x]))
    # All channels but the first hold the same value in both samples, but are drawn anew.
    split = [fitted.transform([sample]).to_dense(0) for sample in (x, y)]
    split = [sample.reshape(len(sample), 5, -1) for sample in split]
    assert np.any(split[0][:, 1:] != split[1][:, 1:])
    zero = np.zeros((1, 5))
    assert same(fitted.transform([zero]), fitted.transform([-zero]))
    assert same(fitted.transform([x]), fitted.transform([x.astype(np.float32)]))


@codes
def test_all_forms_of_signals_give_the_same(code):
    X = np.random.default_rng(0).random((3, 6, 2)).astype(np.float32)
    fitted = seeded(code).fit(X)
    ragged = np.empty(3, dtype=object)
    ragged[:] = list(X)
    forms = [list(X), X.tolist(), ragged, [sparse.csr_array(x) for x in X]]
    for form in forms:
        assert same(fitted.transform(form), fitted.transform(X))
        np.testing.assert_array_equal(seeded(code).fit(form).high_, fitted.high_)


@codes
def test_a_graded_spike_array_is_a_signal_with_steps_of_its_own(code):
    X = np.random.default_rng(0).random((3, 6, 2)).astype(np.float32)
    packed = SpikeArray.from_dense(X, row_duration=100.0, graded=True)
    code = seeded(code)
    if isinstance(code, DeltaEncoder):
        code.set_params(start=0.0)
    fitted = code.fit(packed)
    encoded = fitted.transform(packed)
    np.testing.assert_allclose(encoded.n_rows * encoded.row_duration, 600)
    for decoded in fitted.inverse_transform(encoded):
        assert decoded.shape == (6, 2)
    if hasattr(code, "duration"):
        assert same(encoded, fitted.transform(X))
        assert same(encoded, seeded(code).fit(X).transform(X))
    with pytest.raises(ValueError, match="X has rows of 50 ms"):
        fitted.transform(SpikeArray.from_dense(X, row_duration=50.0, graded=True))


@values
def test_a_row_of_a_table_is_a_vector(code):
    X = np.random.default_rng(0).random((5, 3))
    fitted = seeded(code).fit(X)
    assert fitted.n_features_in_ == 3
    assert same(fitted.transform(X), fitted.transform([x[None] for x in X]))
    assert fitted.inverse_transform(fitted.transform(X)).shape == (5, 3)
    decoded = seeded(code).fit([x[None] for x in X]).inverse_transform(fitted.transform(X))
    assert [x.shape for x in decoded] == [(1, 3)] * 5


@pytest.mark.parametrize("code", [code for code in CODES if code.series], ids=repr)
def test_a_row_of_a_table_is_a_signal_of_one_channel(code):
    X = np.random.default_rng(0).random((5, 40))
    fitted = clone(code).fit(X)
    assert same(fitted.transform(X), fitted.transform(list(X)))
    assert same(fitted.transform(X), fitted.transform([x[:, None] for x in X]))
    assert fitted.inverse_transform(fitted.transform(X)).shape == (5, 40)
    ragged = clone(code).fit([x[: 10 + i] for i, x in enumerate(X)])
    assert not hasattr(ragged, "n_features_in_")
    assert ragged.transform([X[0, :7]]).n_rows == [7]


@codes
def test_values_outside_the_limits_are_clipped_with_a_warning(code):
    fitted = seeded(code).fit([np.array([[0.0, -2.0], [1.0, 2.0]])])
    with pytest.warns(UserWarning, match="2 of 4 values lie outside the limits"):
        clipped = fitted.transform([np.array([[1.5, 0.0], [0.5, -3.0]])])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert same(clipped, fitted.transform([np.array([[1.0, 0.0], [0.5, -2.0]])]))


@codes
@settings(max_examples=10)
@given(exponent=st.integers(-20, 20), offset=st.integers(-100, 100))
def test_a_code_is_that_of_shares_of_the_range(code, exponent, offset):
    shares = np.array([[0.0, 0.5], [0.25, 1.0], [1.0, 0.125], [0.75, 0.0]])
    unit = seeded(code).set_params(limits=(0.0, 1.0)).fit([shares])
    other = seeded(code).fit([2.0**exponent * (shares + offset)])  # to the bit
    assert same(other.transform([2.0**exponent * (shares + offset)]), unit.transform([shares]))


def test_limits_hold_for_all_channels_or_for_each():
    X = [np.array([[0.0, 10.0], [4.0, 30.0]])]
    learnt = LatencyEncoder().fit(X)
    np.testing.assert_array_equal(learnt.low_, [0, 10])
    np.testing.assert_array_equal(learnt.high_, [4, 30])
    each = LatencyEncoder(limits=([0.0, 10.0], [4.0, 30.0])).fit(X)
    assert same(learnt.transform(X), each.transform(X))
    both = LatencyEncoder(limits=(0.0, 30.0)).fit(X)
    np.testing.assert_array_equal(both.high_, [30, 30])
    constant = LatencyEncoder().fit([np.ones((2, 1))])
    np.testing.assert_array_equal(constant.transform([np.ones((1, 1))]).rows, [99])
    with pytest.warns(UserWarning, match="1 of 1 values lie outside"):
        np.testing.assert_array_equal(constant.transform([np.full((1, 1), 1.5)]).rows, [99])


@pytest.mark.parametrize(
    "limits",
    [
        (1.0, 1.0),
        (2.0, 1.0),
        (0.0, np.inf),
        5.0,
        "01",
        b"01",
        ("0", "1"),
        (False, True),
        {0.0: "low", 1.0: "high"},
        (0.0, 1.0 + 1j),
        np.array(["2000-01-01", "2001-01-01"], dtype="datetime64[D]"),
        (0.0, 1.0, 2.0),
        ([0, 1], [1]),
    ],
    ids=repr,
)
def test_limits_must_be_a_range(limits):
    with pytest.raises(ValueError, match="LatencyEncoder.limits must be 'auto' or a pair"):
        LatencyEncoder(limits=limits).fit([np.ones((2, 3))])


def test_a_range_must_be_a_number_itself():
    X = [[0.0, -1.7e308], [1.0, 1e307], [2.0, 1.7e308]]
    message = "must have a range that is a finite number, got one from -1.7e.308 to 1.7e.308"
    with pytest.raises(ValueError, match=f"X {message} in channel 1"):
        LatencyEncoder().fit(X)
    with pytest.raises(ValueError, match=f"LatencyEncoder.limits {message} in channel 0"):
        LatencyEncoder(limits=(-1.7e308, 1.7e308)).fit(X)
    wide = LatencyEncoder(limits=(-8e307, 8e307)).fit([[0.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_allclose(wide.inverse_transform(wide.transform([[8e307]])), 8e307)
    with pytest.warns(UserWarning, match="1 of 1 values lie outside") as caught:
        np.testing.assert_array_equal(wide.transform([[1.7e308]]).rows, [0])
    assert len(caught) == 1


@pytest.mark.parametrize("offset", [0.0, 0.7, -300.1])
def test_the_rounding_of_float32_is_not_outside_the_limits(offset):
    X = offset + np.linspace(0, 0.1, 6)[:, None]
    for fitted_on, transformed in ((X, X.astype(np.float32)), (X.astype(np.float32), X)):
        encoder = LatencyEncoder().fit(fitted_on)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            encoder.transform(transformed)
        with pytest.warns(UserWarning, match="2 of 2 values lie outside"):
            encoder.transform([[offset - 1e-3], [offset + 0.1 + 1e-3]])
    packed = SpikeArray.from_dense([X - offset], row_duration=100.0, graded=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LatencyEncoder(limits=(0.0, 0.1)).fit_transform(packed)


def test_values_outside_a_narrow_range_far_from_zero_are_clipped_with_a_warning():
    encoder = LatencyEncoder(limits=(1.7e9, 1.7e9 + 10)).fit([[1.7e9]])
    with pytest.warns(UserWarning, match="1 of 1 values lie outside"):
        encoder.transform([[1.7e9 + 10.1]])


@pytest.mark.parametrize(
    ("code", "allowed", "refused"),
    [
        (RateEncoder("regular"), {"max_rate": 500.0}, {"max_rate": 5000.0}),
        (encoding.IntegrateAndFireEncoder(), {"tau_m": 10.0}, {"gain": 30.0}),
        (encoding.PhaseEncoder(), {"reference": True}, {"frequency": 15.0}),
        (encoding.SynchronyEncoder(random_state=0), {"n_neurons": 20}, {"n_neurons": 0}),
        (encoding.BSAEncoder(), {"cutoff": 10.0}, {"cutoff": 1000.0}),
        (PopulationEncoder(), {"n_fields": 5}, {"n_fields": 2}),
        (PopulationEncoder(encoder=encoding.PhaseEncoder()), {"n_fields": 5}, {"beta": 0.0}),
        (DeltaEncoder(), {"threshold": 0.2}, {"threshold": 0.0}),
    ],
    ids=repr,
)
def test_parameters_set_after_fit_act_at_once_and_are_checked(code, allowed, refused):
    X = signals()
    fitted = clone(code).fit(X).set_params(**allowed)
    anew = clone(code).set_params(**allowed).fit(X)
    encoded = anew.transform(X)
    assert same(fitted.transform(X), encoded)
    assert not same(encoded, clone(code).fit_transform(X))
    for one, other in zip(
        fitted.inverse_transform(encoded), anew.inverse_transform(encoded), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    fitted.set_params(**refused)
    for call in (lambda: fitted.transform(X), lambda: fitted.inverse_transform(encoded)):
        with pytest.raises(ValueError, match=rf"\b{next(iter(refused))}\b"):
            call()


@pytest.mark.parametrize("estimator", [*ENCODERS, *VARIANTS], ids=repr)
def test_a_pickled_encoder_encodes_alike(estimator):
    X = np.random.default_rng(0).random((4, 50))
    fitted = estimator.fit(X)
    again = pickle.loads(pickle.dumps(fitted))
    assert same(fitted.transform(X), again.transform(X))


@codes
def test_a_pipeline_with_a_liquid_runs(code):
    X = [np.random.default_rng(i).random((20, 3)) for i in range(4)]
    code = seeded(code)
    if "duration" in code.get_params():
        X = [x[:3] for x in X]
    if "gain" in code.get_params():
        code.set_params(gain=10.0)
    pipeline = make_pipeline(code, Liquid(n_neurons=30, random_state=0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # so small a liquid may be in bad health
        states = pipeline.fit_transform(X)
    assert states.shape == (4, 30)
    assert states.nnz > 0


@codes
@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([], "X is empty"),
        ([np.ones((2, 3)), np.ones((2, 2))], r"equal numbers of channels, got \[2, 3\]"),
        ([np.ones((2, 3)), np.full((2, 3), np.nan)], "sample 1 must be finite"),
        ([np.ones((2, 3)), np.ones((0, 3))], "sample 1 needs at least one row"),
        ([np.ones((2, 3)), np.ones((1, 2, 3))], r"sample 1 must have shape .* got shape \(1, 2"),
        ([np.ones((2, 3)), None], "got X.1. = None"),
        ([[[1.0], [1.0, 2.0]]], "sample 0 must be an array of shape"),
        ([np.ones((2, 3)) * 1j], "Complex data not supported"),
        (np.full((2, 3), np.nan), "NaN"),
        (np.ones(9), "Reshape your data"),
        ("zero.wav", "X must be a SpikeArray, .* got 'zero.wav'"),
        ({"a": 1}, "X must be a SpikeArray, .* got {'a': 1}"),
        (SpikeArray.from_dense(np.ones((1, 2, 3), int)), "spikes, which is encoded already"),
    ],
)
def test_bad_samples_are_named(code, X, message):
    with pytest.raises(ValueError, match=message):
        clone(code).fit(X)
    fitted = clone(code).fit([np.ones((2, 3))])
    with pytest.raises(ValueError, match=message):
        fitted.transform(X)


@codes
def test_a_table_with_rows_of_unequal_length_is_refused(code):
    for row in ([1.0, 2.0], np.ones(2)):
        if not code.series:
            with pytest.raises(ValueError, match=r"rows of equal length, .* row 0 has shape \(2,"):
                clone(code).fit([row, [3.0]])
    with pytest.raises(ValueError, match="X must|sample"):
        clone(code).fit([np.ones(3), np.ones((2, 3))])


@codes
def test_another_number_of_channels_is_refused(code):
    fitted = clone(code).fit(signals())
    with pytest.raises(ValueError, match="X has 2 channels, but .* is expecting 3"):
        fitted.transform(signals(n_channels=2))
    encoded = fitted.transform(signals())
    wider = SpikeArray.from_dense(np.zeros((1, encoded.n_rows[0], encoded.n_channels + 1)))
    with pytest.raises(ValueError, match="channels in rows of 1 ms, but"):
        fitted.inverse_transform(wider)
    with pytest.raises(TypeError, match="X must be a SpikeArray, got ndarray"):
        fitted.inverse_transform(np.zeros((1, 2, 3)))
    if fitted.hold_ > 1:
        start = encoded.pieces([0], [0], [fitted.hold_ + 1])
        with pytest.raises(
            ValueError, match="sample 0 has 101 rows, which are not whole rows of the input,"
        ):
            fitted.inverse_transform(start)


@codes
def test_currents_are_no_spikes_to_decode_and_spikes_no_currents(code):
    fitted = clone(code).fit(signals())
    encoded = fitted.transform(signals())
    swapped = as_spike_array(
        np.ones((1, fitted.hold_, encoded.n_channels)),
        row_duration=encoded.row_duration,
        graded=not encoded.graded,
    )
    kind = "spikes, .*, got graded currents" if swapped.graded else "graded currents, .* got spikes"
    with pytest.raises(ValueError, match=f"X must hold {kind}"):
        fitted.inverse_transform(swapped)


@pytest.mark.parametrize("estimator", ENCODERS, ids=repr)
def test_an_encoder_must_be_fitted(estimator):
    with pytest.raises(NotFittedError):
        clone(estimator).transform([np.ones((9, 1))])
