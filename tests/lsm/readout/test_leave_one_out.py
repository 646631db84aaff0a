"""The leave-one-out error of a weighted ridge regression against fits without a sample."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from lsm.readout.leave_one_out import CentredRidge


@pytest.mark.parametrize("n_features", [3, 40])  # fewer and more than samples
def test_a_whole_sample_of_low_weight_is_left_out(n_features):
    rng = np.random.default_rng(0)
    X, y, weights = rng.normal(size=(12, n_features)), rng.normal(size=12), rng.uniform(0.2, 1, 12)
    mean = weights @ X / weights.sum()
    penalty = 0.05 * (weights @ (X - mean) ** 2).sum()
    errors = []
    for i in range(12):
        rest = np.delete(np.arange(12), i)
        ridge = Ridge(alpha=penalty).fit(X[rest], y[rest], weights[rest])
        errors.append((ridge.predict(X[[i]])[0] - y[i]) ** 2)
    ridge = CentredRidge(X, y[:, None], weights)
    expected = np.average(errors, weights=weights)
    np.testing.assert_allclose(ridge.errors(np.array([0.05])), [expected])
    coef, intercept = ridge.solve(0.05)
    theirs = Ridge(alpha=penalty).fit(X, y, weights)
    np.testing.assert_allclose(X @ coef[0] + intercept, theirs.predict(X))
