"""Series with a random input: its own past, and a nonlinear function of its past."""

from collections.abc import Sequence

import numpy as np
from sklearn.utils import Bunch, check_random_state

from lsm._validation import check_integer, check_number

from .._typing import RandomState
from ._series import bunch

__all__ = ["make_memory_capacity", "make_narma"]

TRANSIENT = 200  # steps of NARMA before the series begins
SPARE = 100  # steps after its end, within which a diverging series becomes infinite
ATTEMPTS = 20


def make_memory_capacity(
    n_steps: int = 6000,
    n_lags: int = 100,
    *,
    low: float = -1.0,
    high: float = 1.0,
    validation_size: float = 0.2,
    test_size: float = 0.2,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a test of memory: the input is independent numbers, the targets its past values [1]_.

    The memory capacity of a model is the sum over lags of the squared correlation between its
    prediction and the target. It is at most N for a linear readout of N features.

    Parameters
    ----------
    n_steps : int, default=6000
        Length.
    n_lags : int, default=100
        Number of targets: the input 1 to `n_lags` steps ago.
    low, high : float, default=-1.0 and 1.0
        Range of the input, which is uniform.
    validation_size, test_size : float, default=0.2
        Shares of the steps, at the end of the series.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    series : Bunch
        A dictionary with attributes:

        data : list of one ndarray of shape (n_steps, 1)
            The input.
        target : list of one ndarray of shape (n_steps, n_lags)
            Column k is the input k + 1 steps ago, also before the start of the series.
        train, validation, test : slice
            Successive steps to train, to choose settings and to test on, as `data[0][train]`.
        feature_names, target_names : list of str
            Names of the columns of `data` and of `target`.
        DESCR : str
            Description of the series.

    References
    ----------
    .. [1] H. Jaeger (2001). Short term memory in echo state networks. GMD Report 152.

    Examples
    --------
    >>> from lsm.datasets import make_memory_capacity
    >>> series = make_memory_capacity(1000, n_lags=20, random_state=0)
    >>> series.data[0].shape, series.target[0].shape
    ((1000, 1), (1000, 20))
    >>> series.train, series.test
    (slice(0, 600, None), slice(800, 1000, None))
    """
    n_steps = check_integer("n_steps", n_steps, 3)
    n_lags = check_integer("n_lags", n_lags, 1)
    high = check_number("high", high, check_number("low", low), low_open=True)
    u = check_random_state(random_state).uniform(low, high, n_lags + n_steps)
    windows = np.lib.stride_tricks.sliding_window_view(u, n_lags + 1)
    return bunch(
        "Memory capacity",
        f"Independent inputs, uniform from {low:g} to {high:g}, to be remembered.",
        data=u[n_lags:, None],
        target=np.ascontiguousarray(windows[:, -2::-1]),
        feature_names=["u(t)"],
        target_names=[f"u(t - {lag})" for lag in range(1, n_lags + 1)],
        validation_size=validation_size,
        test_size=test_size,
    )


def make_narma(
    n_steps: int = 6000,
    order: int = 10,
    *,
    coefficients: Sequence[float] = (0.3, 0.05, 1.5, 0.1),
    validation_size: float = 0.2,
    test_size: float = 0.2,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a nonlinear autoregressive moving average (NARMA) of a random input [1]_.

    The input u is uniform from 0 to 0.5, and the output follows::

        y(t + 1) = a y(t) + b y(t) (y(t) + ... + y(t - n + 1)) + c u(t - n + 1) u(t) + d

    with n the order and a, b, c, d the coefficients. The target is y(t + 1), the input u(t).

    Parameters
    ----------
    n_steps : int, default=6000
        Length.
    order : int, default=10
        The order n.
    coefficients : 4 floats, default=(0.3, 0.05, 1.5, 0.1)
        The defaults are the published ones for order 10. From order 12 on they diverge; for order
        30 (0.2, 0.04, 1.5, 0.001) are in use.
    validation_size, test_size : float, default=0.2
        Shares of the steps, at the end of the series.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    series : Bunch
        A dictionary with attributes:

        data : list of one ndarray of shape (n_steps, 1)
            The input.
        target : list of one ndarray of shape (n_steps, 1)
            The output.
        train, validation, test : slice
            Successive steps to train, to choose settings and to test on, as `data[0][train]`.
        feature_names, target_names : list of str
            Names of the columns of `data` and of `target`.
        DESCR : str
            Description of the series.

    Raises
    ------
    ValueError
        If a parameter is invalid, or twenty series in a row diverge.

    Notes
    -----
    Inputs that stay high for long drive the output of order 10 to infinity, about one series of
    10,000 steps in 20. Such a series is drawn again.

    References
    ----------
    .. [1] A. F. Atiya, A. G. Parlos (2000). New results on recurrent network training: unifying the
       algorithms and accelerating convergence. IEEE Transactions on Neural Networks 11, 697-709.

    Examples
    --------
    >>> from lsm.datasets import make_narma
    >>> series = make_narma(1000, random_state=0)
    >>> print(f"{series.target[0].mean():.2f} +- {series.target[0].std():.2f}")
    0.38 +- 0.10
    """
    n_steps = check_integer("n_steps", n_steps, 3)
    order = check_integer("order", order, 1)
    if np.shape(coefficients) != (4,):
        raise ValueError(f"coefficients must be four numbers, got {coefficients!r}")
    coefficients = [check_number("coefficients", value) for value in coefficients]
    rng = check_random_state(random_state)
    for _ in range(ATTEMPTS):
        u = rng.uniform(0, 0.5, TRANSIENT + n_steps + SPARE)
        y = _narma(u.tolist(), order, *coefficients)
        if np.isfinite(y[-1]):
            break
    else:
        raise ValueError(
            f"order={order} with coefficients={tuple(coefficients)} diverges: none of {ATTEMPTS} "
            f"series of {n_steps} steps stayed finite; a lower second coefficient helps"
        )
    kept = slice(TRANSIENT, TRANSIENT + n_steps)
    return bunch(
        f"NARMA-{order}",
        "Nonlinear autoregressive moving average of an input, uniform from 0 to 0.5; coefficients "
        + ", ".join(f"{value:g}" for value in coefficients)
        + ".",
        data=u[kept, None],
        target=y[kept, None],
        feature_names=["u(t)"],
        target_names=["y(t + 1)"],
        validation_size=validation_size,
        test_size=test_size,
    )


def _narma(u, order, a, b, c, d):
    """Return y(t + 1) for every t, from silence."""
    u, y = [0.0] * (order - 1) + u, [0.0] * order
    for t in range(len(u) - order + 1):
        y.append(a * y[-1] + b * y[-1] * sum(y[-order:]) + c * u[t] * u[t + order - 1] + d)
    return np.array(y[order:])
