"""Readouts against scikit-learn's regressor and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg, sparse
from scipy.spatial.distance import pdist
from sklearn.datasets import load_iris, make_circles
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.kernel_ridge import KernelRidge
from sklearn.svm import SVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm.readout import KernelRidgeClassifier, WithinClassWhitener

IRIS, SPECIES = load_iris(return_X_y=True)


@parametrize_with_checks(
    [KernelRidgeClassifier(), KernelRidgeClassifier(gamma="scale"), WithinClassWhitener()]
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array, sparse.csr_matrix])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("alpha", [1e-3, 0.1, 10.0])
def test_scores_are_those_of_kernel_ridge_regression(container, n_classes, alpha):
    chosen = np.isin(SPECIES, range(n_classes))
    X, y = IRIS[chosen], SPECIES[chosen]
    train, test = container(X[::2]), container(X[1::2])
    model = KernelRidgeClassifier(alpha=alpha, gamma=0.3).fit(train, y[::2])
    classes = np.arange(n_classes) if n_classes > 2 else [1]
    targets = np.where(y[::2, None] == classes, 1.0, -1.0)
    oracle = KernelRidge(alpha=alpha, kernel="rbf", gamma=0.3).fit(X[::2], targets)
    scores = oracle.predict(X[1::2])
    expected = scores[:, 0] if n_classes == 2 else scores
    np.testing.assert_allclose(model.decision_function(test), expected, atol=1e-9)
    winner = scores[:, 0] > 0 if n_classes == 2 else scores.argmax(axis=1)
    np.testing.assert_array_equal(model.predict(test), winner)


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_two_samples_follow_the_closed_form(distance, alpha):
    X = [[0.0], [distance]]
    model = KernelRidgeClassifier(alpha=alpha).fit(X, ["a", "b"])
    # The only distance is the median, so the kernel between the two is exp(-1 / 2).
    score = (1 - np.exp(-0.5)) / (1 + alpha - np.exp(-0.5))
    np.testing.assert_allclose(model.decision_function(X), [-score, score], rtol=1e-6)
    assert model.predict(X).tolist() == ["a", "b"]


def test_median_is_that_of_all_distances():
    X = np.random.default_rng(0).normal(size=(41, 7))
    model = KernelRidgeClassifier().fit(X, np.arange(41) % 2)
    assert model.gamma_ == pytest.approx(0.5 / np.median(pdist(X) ** 2))


def test_copies_of_a_sample_do_not_narrow_the_kernel():
    X = np.repeat([[0.1, 0.7], [1.3, 0.2]], [50, 2], axis=0)
    model = KernelRidgeClassifier().fit(X, np.repeat([0, 1], [50, 2]))
    assert model.gamma_ == pytest.approx(0.5 / (1.2**2 + 0.5**2))


@given(st.floats(1e-3, 1e3), st.floats(-100, 100))
def test_units_and_origin_of_the_features_do_not_matter(unit, origin):
    plain = KernelRidgeClassifier().fit(IRIS[::2], SPECIES[::2])
    moved = KernelRidgeClassifier().fit(unit * (IRIS[::2] + origin), SPECIES[::2])
    np.testing.assert_allclose(
        plain.decision_function(IRIS[1::2]),
        moved.decision_function(unit * (IRIS[1::2] + origin)),
        atol=1e-6,
    )


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_scale_is_that_of_svc(container):
    model = KernelRidgeClassifier(gamma="scale").fit(container(IRIS), SPECIES)
    assert model.gamma_ == pytest.approx(SVC(gamma="scale").fit(IRIS, SPECIES)._gamma)


def test_sparse_and_dense_samples_give_the_same():
    rng = np.random.default_rng(0)
    X = rng.poisson(0.3, size=(60, 20)).astype(float)
    y = np.arange(60) % 3
    dense = KernelRidgeClassifier().fit(X, y).decision_function(X)
    packed = KernelRidgeClassifier().fit(sparse.csr_array(X), y)
    np.testing.assert_allclose(packed.decision_function(sparse.csr_array(X)), dense, atol=1e-9)
    np.testing.assert_allclose(packed.decision_function(X), dense, atol=1e-9)


def test_float32_stays_float32_and_agrees():
    double = KernelRidgeClassifier().fit(IRIS, SPECIES)
    single = KernelRidgeClassifier().fit(IRIS.astype(np.float32), SPECIES)
    scores = single.decision_function(IRIS.astype(np.float32))
    assert single.dual_coef_.dtype == scores.dtype == np.float32
    np.testing.assert_allclose(scores, double.decision_function(IRIS), atol=1e-3)


def test_fitting_leaves_the_samples_alone():
    X = IRIS.copy()
    model = KernelRidgeClassifier().fit(X, SPECIES)
    first = model.decision_function(X)
    np.testing.assert_array_equal(X, IRIS)
    np.testing.assert_array_equal(model.decision_function(X), first)


def test_a_circle_inside_another_is_separated():
    X, y = make_circles(200, factor=0.5, noise=0.05, random_state=0)
    names = np.array(["inner" if inside else "outer" for inside in y])
    assert KernelRidgeClassifier().fit(X[::2], names[::2]).score(X[1::2], names[1::2]) == 1


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"alpha": 0}, ValueError, "alpha must be a finite number > 0, got 0"),
        ({"alpha": "much"}, TypeError, "alpha must be a number > 0, got 'much'"),
        ({"gamma": -1.0}, ValueError, "gamma must be a finite number > 0, got -1"),
        ({"gamma": "auto"}, ValueError, "gamma must be 'median', 'scale' or a number > 0"),
        ({"gamma": None}, ValueError, "gamma must be 'median', 'scale' or a number > 0"),
    ],
)
def test_bad_parameters_are_named(parameters, error, message):
    with pytest.raises(error, match=f"^KernelRidgeClassifier.{message}"):
        KernelRidgeClassifier(**parameters).fit(IRIS, SPECIES)


def test_a_penalty_that_single_precision_does_not_see_is_named():
    twice = np.repeat(IRIS, 2, axis=0).astype(np.float32)
    message = "KernelRidgeClassifier.alpha=1e-09 is too small .* precision of float32: raise it"
    with pytest.raises(ValueError, match=message):
        KernelRidgeClassifier(alpha=1e-9, gamma=0.2).fit(twice, np.repeat(SPECIES, 2))


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="at least two classes, got 1 class: a"):
        KernelRidgeClassifier().fit(IRIS, ["a"] * len(IRIS))


@pytest.mark.parametrize("n_samples", [150, 7])
@pytest.mark.parametrize("shrinkage", [0.01, 1.0])
def test_whitening_is_the_inverse_root_of_the_covariance_within_classes(n_samples, shrinkage):
    chosen = np.random.default_rng(0).permutation(150)[:n_samples]
    X = np.hstack([IRIS, IRIS**2, np.sin(IRIS)])[chosen]
    y = SPECIES[chosen]
    lda = LinearDiscriminantAnalysis(solver="lsqr", store_covariance=True).fit(X, y)
    ridge = shrinkage * np.trace(lda.covariance_)
    expected = X @ linalg.inv(linalg.sqrtm(np.eye(12) + lda.covariance_ / ridge))
    whitener = WithinClassWhitener(shrinkage).fit(X, y)
    np.testing.assert_allclose(whitener.transform(X), expected, atol=2e-3 * np.abs(X).max())


def test_samples_without_variance_within_classes_stay_equal():
    X = np.repeat([[0.1, 0.7], [1.3, 0.2]], 5, axis=0)
    assert np.array_equal(WithinClassWhitener().fit(X, np.repeat([0, 1], 5)).transform(X), X)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_whitening_ignores_a_nuisance_that_is_alike_in_all_classes(dtype):
    rng = np.random.default_rng(0)
    speaker, word = rng.normal(size=(2, 400))
    direction = rng.normal(size=500) / np.sqrt(500)
    X = (rng.normal(size=(400, 500)) + 300 * np.outer(speaker, direction)).astype(dtype)
    X[:, 0] += word
    whitened = WithinClassWhitener(0.01).fit(X, word > 0).transform(X)
    assert whitened.dtype == dtype
    assert np.std(whitened @ direction) < 0.15 * np.std(X @ direction)


@pytest.mark.parametrize("shrinkage", [0.0, -1.0, "much"])
def test_an_invalid_shrinkage_is_named(shrinkage):
    with pytest.raises((TypeError, ValueError), match="WithinClassWhitener.shrinkage must be"):
        WithinClassWhitener(shrinkage).fit(IRIS, SPECIES)
