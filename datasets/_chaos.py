"""Chaotic systems to predict: Mackey-Glass and Lorenz."""

from collections.abc import Sequence

import numpy as np
from sklearn.utils import Bunch, check_random_state

from lsm._validation import check_choice, check_integer, check_number

from .._typing import RandomState
from ._integrate import runge_kutta
from ._series import ahead, bunch, check_horizons

__all__ = ["LORENZ_EXPONENT", "make_lorenz", "make_mackey_glass"]

MACKEY_GLASS_STEP = 0.1  # of integration, in units of the equation's time
LORENZ_STEP = 0.005
LORENZ_EXPONENT = 0.9056  # largest Lyapunov exponent, per unit of time
TRANSIENT = 1000.0  # units of time before the Mackey-Glass series begins
LORENZ_TRANSIENT = 50.0


def make_mackey_glass(
    n_steps: int = 6000,
    horizon: int | Sequence[int] = 1,
    *,
    tau: float = 17.0,
    sampling: float = 1.0,
    validation_size: float = 0.2,
    test_size: float = 0.2,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a Mackey-Glass series [1]_ and the values that follow.

    The series is::

        dx/dt = 0.2 x(t - tau) / (1 + x(t - tau)^10) - 0.1 x(t)

    by the classical Runge-Kutta method in steps of 0.1, with delayed values between steps from
    cubic Hermite interpolation, from a constant history uniform from 0.8 to 1.4, after 1,000 units
    of time.

    Parameters
    ----------
    n_steps : int, default=6000
        Length.
    horizon : int or sequence of int, default=1
        Number of steps by which the targets are ahead; 84 is the classical one [2]_.
    tau : float, default=17.0
        Delay in units of the equation's time, a multiple of 0.1. Chaotic from about 16.8.
    sampling : float, default=1.0
        Units of time from one step of the series to the next, a multiple of 0.1.
    validation_size, test_size : float, default=0.2
        Shares of the steps, at the end of the series.
    random_state : int, RandomState instance or None, default=None
        Seed of the history.

    Returns
    -------
    series : Bunch
        A dictionary with attributes:

        data : list of one ndarray of shape (n_steps, 1)
            The series.
        target : list of one ndarray of shape (n_steps, n_horizons)
            Its values after each horizon.
        train, validation, test : slice
            Successive steps to train, to choose settings and to test on, as `data[0][train]`.
        feature_names, target_names : list of str
            Names of the columns of `data` and of `target`.
        DESCR : str
            Description of the series.

    References
    ----------
    .. [1] M. C. Mackey, L. Glass (1977). Oscillation and chaos in physiological control systems.
       Science 197, 287-289.
    .. [2] H. Jaeger, H. Haas (2004). Harnessing nonlinearity: predicting chaotic systems and saving
       energy in wireless communication. Science 304, 78-80.

    Examples
    --------
    >>> from lsm.datasets import make_mackey_glass
    >>> series = make_mackey_glass(1000, horizon=(1, 84), random_state=0)
    >>> series.target_names
    ['x(t + 1)', 'x(t + 84)']
    >>> bool(series.data[0][84, 0] == series.target[0][0, 1])
    True
    """
    n_steps = check_integer("n_steps", n_steps, 3)
    horizons = check_horizons(horizon)
    lag, every = (
        _multiple(name, value, MACKEY_GLASS_STEP)
        for name, value in (("tau", tau), ("sampling", sampling))
    )
    before = round(TRANSIENT / MACKEY_GLASS_STEP)
    start = check_random_state(random_state).uniform(0.8, 1.4)
    n_kept = n_steps + horizons.max()
    x = _mackey_glass(before + n_kept * every, lag, MACKEY_GLASS_STEP, start)
    return bunch(
        "Mackey-Glass",
        f"Delay of {tau:g}, one step each {sampling:g} units of time.",
        **ahead(x[before::every, None], horizons, ["x"]),
        validation_size=validation_size,
        test_size=test_size,
    )


def make_lorenz(
    n_steps: int = 6000,
    horizon: int | Sequence[int] = 1,
    *,
    sampling: float = 0.02,
    observed: str = "xyz",
    validation_size: float = 0.2,
    test_size: float = 0.2,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a path on the attractor of Lorenz [1]_ and the states that follow.

    The system is::

        dx/dt = 10 (y - x)
        dy/dt = x (28 - z) - y
        dz/dt = x y - 8/3 z

    by the classical Runge-Kutta method in steps of at most 0.005, after 50 units of time. Small
    errors grow by a factor of e in one Lyapunov time, that is 1 / 0.9056 units of time [2]_.

    Parameters
    ----------
    n_steps : int, default=6000
        Length.
    horizon : int or sequence of int, default=1
        Number of steps by which the targets are ahead.
    sampling : float, default=0.02
        Units of time from one step of the series to the next.
    observed : {"xyz", "x"}, default="xyz"
        Variables of the input and the targets: the whole state, or the first one.
    validation_size, test_size : float, default=0.2
        Shares of the steps, at the end of the series.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial state.

    Returns
    -------
    series : Bunch
        A dictionary with attributes:

        data : list of one ndarray of shape (n_steps, n_observed)
            The observed variables.
        target : list of one ndarray of shape (n_steps, n_horizons * n_observed)
            All of them after the first horizon, then after the next.
        train, validation, test : slice
            Successive steps to train, to choose settings and to test on, as `data[0][train]`.
        feature_names, target_names : list of str
            Names of the columns of `data` and of `target`.
        lyapunov_time : float
            In steps.
        DESCR : str
            Description of the series.

    References
    ----------
    .. [1] E. N. Lorenz (1963). Deterministic nonperiodic flow. Journal of the Atmospheric Sciences
       20, 130-141.
    .. [2] D. Viswanath (1998). Lyapunov exponents from random Fibonacci sequences to the Lorenz
       equations. PhD thesis, Cornell University.

    Examples
    --------
    >>> from lsm.datasets import make_lorenz
    >>> series = make_lorenz(1000, random_state=0)
    >>> series.data[0].shape, round(series.lyapunov_time, 1)
    ((1000, 3), 55.2)
    """
    n_steps = check_integer("n_steps", n_steps, 3)
    horizons = check_horizons(horizon)
    check_number("sampling", sampling, 0, low_open=True)
    names = list(check_choice("observed", observed, ("xyz", "x")))
    state = np.array([0.0, 0.0, 25.0])
    state[:2] = check_random_state(random_state).uniform(1, 10, 2)
    state = _lorenz_path(state, 2, LORENZ_TRANSIENT)[-1]
    path = _lorenz_path(state, n_steps + horizons.max(), sampling)
    return bunch(
        "Lorenz attractor",
        f"One step each {sampling:g} units of time.",
        **ahead(path[:, : len(names)], horizons, names),
        validation_size=validation_size,
        test_size=test_size,
        lyapunov_time=1 / (LORENZ_EXPONENT * sampling),
    )


def _multiple(name, value, step):
    """Return a duration in steps of integration, or raise an error that names it."""
    check_number(name, value, 0, low_open=True)
    count = round(value / step)
    if count < 1 or abs(count * step - value) > 1e-9 * value:
        raise ValueError(f"{name} must be a multiple of {step:g}, got {value!r}")
    return count


def _mackey_glass(n_steps, lag, dt, start):
    """Return x at `n_steps` successive times, the first of them the end of the history."""
    x = [start] * (lag + 1)
    middles = [start] * lag  # of the steps behind, each known only when the next has begun
    slope = 0.0
    for i in range(n_steps - 1):
        now, was_slope = x[-1], slope
        slope = _production(x[i]) - 0.1 * now
        if i:
            middles.append((x[-2] + now) / 2 + dt / 8 * (was_slope - slope))
        middle, end = _production(middles[i]), _production(x[i + 1])
        k2 = middle - 0.1 * (now + dt / 2 * slope)
        k3 = middle - 0.1 * (now + dt / 2 * k2)
        k4 = end - 0.1 * (now + dt * k3)
        x.append(now + dt / 6 * (slope + 2 * k2 + 2 * k3 + k4))
    return np.array(x[lag:])


def _production(delayed):
    return 0.2 * delayed / (1 + delayed**10)


def _lorenz(state):
    x, y, z = state
    return np.array([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z])


def _lorenz_path(state, n_points, sampling):
    """Return `n_points` states, the first of them the one given."""
    n_parts = max(1, int(np.ceil(sampling / LORENZ_STEP - 1e-9)))
    path = [state]
    for _ in range(n_points - 1):
        for _ in range(n_parts):
            state = runge_kutta(_lorenz, state, sampling / n_parts)
        path.append(state)
    return np.array(path)
