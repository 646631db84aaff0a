"""Confidence intervals of accuracies, and of the difference between two accuracies."""

import numpy as np

__all__ = ["difference_interval", "wilson_interval"]

Z = 1.959963984540054  # quantile of the normal distribution, for 95 %


def wilson_interval(n_right, n):
    """Return the low and high end of the 95 % interval of a proportion, after Wilson (1927).

    `n_right` of `n` independent trials were correct.
    """
    centre = (n_right + Z**2 / 2) / (n + Z**2)
    half = Z * np.sqrt(n_right * (n - n_right) / n + Z**2 / 4) / (n + Z**2)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def difference_interval(right, other_right):
    """Return the difference between two models' accuracies on the same trials, and its interval.

    The 95 % interval is that of Agresti & Min (2005): Wald's for paired proportions, with half a
    trial added to each cell. Its width is above 0 also where the models agree on all trials.

    Parameters
    ----------
    right, other_right : bool array of shape (n,)
        Whether each model was right, trial by trial.

    Returns
    -------
    difference, low, high : float
    """
    right, other_right = np.asarray(right), np.asarray(other_right)
    n = len(right)
    gained, lost = np.sum(right & ~other_right), np.sum(other_right & ~right)
    centre = (gained - lost) / (n + 2)
    half = Z * np.sqrt(gained + lost + 1 - (gained - lost) ** 2 / (n + 2)) / (n + 2)
    return float((gained - lost) / n), max(centre - half, -1.0), min(centre + half, 1.0)
