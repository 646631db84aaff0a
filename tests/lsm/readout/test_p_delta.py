"""The p-delta rule against its readable form, and against ridge regression."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_iris
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import SpikeArray
from lsm.pooled import Pooled
from lsm.readout import PDeltaClassifier, PDeltaRegressor
from lsm.readout.p_delta import learn, reference_learn
from tests.helpers.interpreted import as_python


@parametrize_with_checks([PDeltaClassifier(random_state=0), PDeltaRegressor(random_state=0)])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def problem(n_targets=2, n=7):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(40, 5))
    targets = rng.choice([-1.0, -0.2, 0.5, 1.0], size=(40, n_targets))
    return rows, targets, rng.permutation(40), rng.normal(size=(n_targets, 5, n)) / 2


@pytest.mark.parametrize("interpreted", [False, True])
def test_the_compiled_rule_is_the_readable_one(interpreted, monkeypatch):
    if interpreted:
        as_python(monkeypatch)
    rows, targets, order, weights = problem()
    expected = weights.copy()
    parameters = (0.03, 0.1, 7, 0.4, 0.5)  # every case of the rule occurs
    learn(rows, targets, order, weights, *parameters)
    reference_learn(rows, targets, order, expected, *parameters)
    np.testing.assert_allclose(weights, expected, rtol=1e-12)
    assert np.abs(weights - problem()[3]).max() > 0.1


def test_one_step_by_hand():
    # Two perceptrons that vote 1 and -1 on z = (1, 0), where the target is -1.
    weights = np.array([[[0.6, -0.3], [0.8, 0.4]]])
    learn(np.array([[1.0, 0.0]]), np.array([[-1.0]]), np.array([0]), weights, 0.1, 0.0, 1, 0.5, 1.0)
    # The first is moved down, at |w| = 1; the second is pushed out of its margin, |w|^2 = 0.25.
    np.testing.assert_allclose(weights[0, :, 0], [0.5, 0.8])
    np.testing.assert_allclose(weights[0, :, 1], [-0.3 - 0.1 - 0.0225, 0.4 + 0.03])


def test_sparse_rows_are_the_same_as_dense_rows():
    X, y = load_iris(return_X_y=True)
    dense = PDeltaClassifier(n_epochs=3, random_state=0).fit(X, y)
    packed = PDeltaClassifier(n_epochs=3, random_state=0).fit(sparse.csr_array(X), y)
    np.testing.assert_array_equal(
        dense.decision_function(X), packed.decision_function(sparse.csr_array(X))
    )


def test_weights_stay_near_the_unit_sphere():
    X, y = load_iris(return_X_y=True)
    weights = PDeltaClassifier(random_state=0).fit(1000 * X, y).weights_
    assert np.all(np.linalg.norm(weights, axis=1) < 1.5)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_perceptrons": 0}, "n_perceptrons must be an integer >= 1"),
        ({"learning_rate": 2.0}, "learning_rate must be a finite number > 0 and <= 1"),
        ({"margin": -1.0}, "margin must be a finite number >= 0"),
    ],
)
@pytest.mark.parametrize("model", [PDeltaClassifier, PDeltaRegressor])
def test_an_invalid_parameter_is_refused_by_its_name(model, params, message):
    with pytest.raises(ValueError, match=f"{model.__name__}.{message}"):
        model(**params).fit([[0.0], [1.0]], [0, 1])


def test_spikes_and_huge_numbers_are_refused_with_a_way_out():
    spikes = SpikeArray.from_dense(np.random.default_rng(0).poisson(0.2, (6, 20, 3)))
    with pytest.raises(ValueError, match="make counts of spikes by lsm.pooled.Pooled"):
        PDeltaClassifier().fit(spikes, [0, 1] * 3)
    counts = Pooled(pool="sum", tau=None).fit_transform(spikes)
    assert PDeltaClassifier(random_state=0).fit(counts, [0, 1] * 3).predict(counts).shape == (6,)
    with pytest.raises(ValueError, match="divide them by their largest magnitude"):
        PDeltaRegressor().fit([[1e200], [0.0]], [0.0, 1.0])


def test_the_number_of_perceptrons_set_after_fit_changes_no_prediction():
    X, y = load_iris(return_X_y=True)
    model = PDeltaRegressor(n_perceptrons=5, n_epochs=2, random_state=0).fit(X, y)
    before = model.predict(X)
    np.testing.assert_array_equal(model.set_params(n_perceptrons=50).predict(X), before)
