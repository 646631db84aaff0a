"""Confidence intervals over the folds of a cross-validation: of a score, and of a difference."""

import numpy as np
from scipy import stats

from .._typing import ArrayLike

__all__ = ["corrected_interval", "paired_difference"]


def corrected_interval(values: ArrayLike, test_share: float = 0.0) -> tuple[float, float]:
    """Return the 95 % interval of a mean over folds by the corrected resampled t test [1]_.

    The training sets of folds overlap, so the values vary less than those of independent data
    would. The variance of the mean is therefore taken to be `(1 / k + q) s**2`, with k folds, the
    variance s**2 of their values, and q the size of a test set over that of a training set. Folds
    of whole groups, such as speakers, make an interval for further groups.

    Parameters
    ----------
    values : array of shape (n_folds,)
        Score of a model in each fold, or difference between the scores of two models.
    test_share : float, default=0.0
        Mean size of a test set over that of its training set; 0 for values that share no training
        set.

    Returns
    -------
    low, high : float
        NaN for fewer than two folds.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio (2003). Inference for the generalization error. Machine Learning
       52, 239-281.
    """
    n = len(values)
    if n < 2:
        return np.nan, np.nan
    error = np.sqrt((1 / n + test_share) * np.var(values, ddof=1))
    half = float(stats.t.ppf(0.975, n - 1) * error)
    mean = float(np.mean(values))
    return mean - half, mean + half


def paired_difference(
    scores: ArrayLike, control: ArrayLike, test_share: float = 0.0
) -> dict[str, float]:
    """Return the mean difference between two models over the same folds, with its interval.

    Parameters
    ----------
    scores, control : array of shape (n_folds,)
        Scores of the two models in each fold.
    test_share : float, default=0.0
        As of :func:`corrected_interval`.

    Returns
    -------
    difference : dict of str to float
        `difference`, `low` and `high`, the ends of the 95 % interval; NaN if a score is missing or
        infinite.
    """
    differences = np.asarray(scores, dtype=float) - np.asarray(control, dtype=float)
    if not np.isfinite(differences).all():
        return dict.fromkeys(("difference", "low", "high"), np.nan)
    low, high = corrected_interval(differences, test_share)
    return {"difference": float(differences.mean()), "low": low, "high": high}
