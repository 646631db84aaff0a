"""Confidence intervals of accuracies, and of the difference between two accuracies."""

import numpy as np

__all__ = ["difference_interval", "wilson_interval"]

Z = 1.959963984540054  # quantile of the normal distribution, for 95 %


def wilson_interval(n_right, n):
    """Return the 95 % interval of a proportion, after Wilson [1]_.

    Parameters
    ----------
    n_right, n : int
        Number of correct trials, and of all trials; they are taken as independent.

    Returns
    -------
    low, high : float

    References
    ----------
    .. [1] E. B. Wilson (1927). Probable inference, the law of succession, and statistical
       inference. Journal of the American Statistical Association 22, 209-212.
    """
    centre = (n_right + Z**2 / 2) / (n + Z**2)
    half = Z * np.sqrt(n_right * (n - n_right) / n + Z**2 / 4) / (n + Z**2)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def difference_interval(right, other_right):
    """Return the difference between the accuracies of two models on the same trials.

    The interval is the Wald interval of paired proportions with half a trial added to each cell,
    after Agresti & Min [1]_. It has a width above 0 also where the models agree on all trials.

    Parameters
    ----------
    right, other_right : bool array of shape (n,)
        Whether each model was right, trial by trial.

    Returns
    -------
    difference : float
        Accuracy of the first model minus that of the other.
    low, high : float
        95 % interval of the difference.

    References
    ----------
    .. [1] A. Agresti, Y. Min (2005). Simple improved confidence intervals for comparing matched
       proportions. Statistics in Medicine 24, 729-740.
    """
    right, other_right = np.asarray(right), np.asarray(other_right)
    n = len(right)
    gained, lost = np.sum(right & ~other_right), np.sum(other_right & ~right)
    centre = (gained - lost) / (n + 2)
    half = Z * np.sqrt(gained + lost + 1 - (gained - lost) ** 2 / (n + 2)) / (n + 2)
    return float((gained - lost) / n), max(centre - half, -1.0), min(centre + half, 1.0)
