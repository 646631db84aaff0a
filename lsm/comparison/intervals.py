"""Confidence interval of the difference between two models over the folds of a cross-validation."""

import numpy as np
from scipy import stats

from .._typing import ArrayLike

__all__ = ["corrected_interval"]


def corrected_interval(differences: ArrayLike, test_share: float) -> tuple[float, float]:
    """Return the 95 % interval of the mean difference by the corrected resampled t test [1]_.

    The training sets of folds overlap, so their differences vary less than those of independent
    data would. The variance of the mean is therefore taken to be `(1 / k + q) s**2`, with k folds,
    their variance s**2, and q the size of a test set over that of a training set.

    Parameters
    ----------
    differences : array of shape (n_folds,)
        Difference of the scores of two models in each fold.
    test_share : float
        Mean size of a test set over that of its training set.

    Returns
    -------
    low, high : float
        NaN for fewer than two folds.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio (2003). Inference for the generalization error. Machine Learning
       52, 239-281.
    """
    n = len(differences)
    if n < 2:
        return np.nan, np.nan
    error = np.sqrt((1 / n + test_share) * np.var(differences, ddof=1))
    half = float(stats.t.ppf(0.975, n - 1) * error)
    mean = float(np.mean(differences))
    return mean - half, mean + half
