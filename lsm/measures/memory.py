"""Measures of memory: capacities for past values of a series, and for functions of them."""

from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from scipy.special import eval_legendre
from scipy.stats import chi2, kstest
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from .._typing import Array, Estimator, Samples
from .._validation import check_integer, check_number, check_reals
from ..inside import input_spikes
from ..kernel import Plan, simulate
from ..spikes import as_spike_array

__all__ = ["capacity_by_degree", "information_processing_capacity", "memory_capacity"]

BATCH = 256  # number of functions whose capacity is measured at once, which limits the memory used


def memory_capacity(
    estimator: Estimator,
    X: Samples,
    y: Any = None,
    *,
    max_lag: int = 100,
    tau: float | tuple[float, ...] = 30.0,
) -> float:
    """Return the memory capacity: the number of past values that a liquid remembers [1]_.

    A ridge regression learns to predict the value of k rows before from the liquid's traces, in
    the first half of a series. The capacity is the squared correlation of predicted and true
    values in the second half, summed over k from 1 to `max_lag`.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence of arrays of shape (T, 1), or SpikeArray
        Series of independent random values, much longer than the number of neurons. A value is
        held for one step of the liquid, or for one row of the SpikeArray.
    y : ignored
        Present for scikit-learn's scorers.
    max_lag : int, default=100
        Longest lag in rows.
    tau : float or tuple of float, default=30.0
        Time constants in ms of the traces.

    Returns
    -------
    capacity : float
        Capacity from 0 to `max_lag`, as the mean over series. Without any memory it is about
        `2 * max_lag / T`.

    Raises
    ------
    ValueError
        If a parameter is invalid, or a series is too short or has several channels.

    References
    ----------
    .. [1] H. Jaeger (2001). Short term memory in echo state networks. GMD Report 152, German
       National Research Center for Information Technology.
    """
    check_integer("max_lag", max_lag, 1)
    return float(
        np.mean([_memory_capacity(x, u, max_lag) for x, u in _states_and_inputs(estimator, X, tau)])
    )


def information_processing_capacity(
    estimator: Estimator,
    X: Samples,
    y: Any = None,
    *,
    lags: tuple[int, ...] = (50, 15, 6),
    tau: float | tuple[float, ...] = 30.0,
    p_value: float = 1e-4,
) -> float:
    """Return the capacity of a liquid for functions of its input [1]_.

    This is the sum of the capacities of :func:`capacity_by_degree`.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence of arrays of shape (T, 1), or SpikeArray
        Series of independent, uniformly distributed values, at least a hundred times as long as
        the number of neurons.
    y : ignored
        Present for scikit-learn's scorers.
    lags : tuple of int, default=(50, 15, 6)
        Number of latest values that the functions of degree 1, 2, ... depend on.
    tau : float or tuple of float, default=30.0
        Time constants in ms of the traces.
    p_value : float, default=1e-4
        Significance level of a single capacity.

    Returns
    -------
    capacity : float
        Capacity, at most the number of traces.

    Raises
    ------
    ValueError
        As of :func:`capacity_by_degree`.

    References
    ----------
    .. [1] J. Dambre, D. Verstraeten, B. Schrauwen, S. Massar (2012). Information processing
       capacity of dynamical systems. Scientific Reports 2, 514.
    """
    return float(capacity_by_degree(estimator, X, lags=lags, tau=tau, p_value=p_value).sum())


def capacity_by_degree(
    estimator: Estimator,
    X: Samples,
    *,
    lags: tuple[int, ...] = (50, 15, 6),
    tau: float | tuple[float, ...] = 30.0,
    p_value: float = 1e-4,
) -> Array:
    """Return the capacity of a liquid for functions of its input, for each degree [1]_.

    The functions of a degree are all products of Legendre polynomials of past values whose degrees
    add up to it. Functions of degree 1 are the past values themselves, whose capacity is linear
    memory. The capacity for a function is the share of its variance that a linear readout of the
    traces explains. A capacity that is not significant is set to 0: the threshold is twice the
    capacity that functions unrelated to the states reach with probability `p_value`.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence of arrays of shape (T, 1), or SpikeArray
        Series of independent, uniformly distributed values, at least a hundred times as long as
        the number of neurons. Capacities are measured on the rows to which the readout was fitted.
        Small ones are therefore too large, by the number of traces divided by `T`, and the sum
        over many functions can exceed its bound for infinite series, the number of traces. A value
        is held for one step of the liquid, or for one row of the SpikeArray.
    lags : tuple of int, default=(50, 15, 6)
        Number of latest values that the functions of degree 1, 2, ... depend on.
    tau : float or tuple of float, default=30.0
        Time constants in ms of the traces.
    p_value : float, default=1e-4
        Significance level of a single capacity.

    Returns
    -------
    capacities : float64 array of shape (len(lags),)
        Sum of the capacities for all functions of each degree, as the mean over series.

    Raises
    ------
    ValueError
        If a parameter is invalid, the values are not uniformly distributed, or a series has fewer
        values than traces or several channels.

    References
    ----------
    .. [1] J. Dambre, D. Verstraeten, B. Schrauwen, S. Massar (2012). Information processing
       capacity of dynamical systems. Scientific Reports 2, 514.
    """
    if np.ndim(lags) != 1 or len(lags) == 0:
        raise ValueError(f"lags must be a sequence of integers >= 1, got {lags!r}")
    lags = tuple(check_integer("lags", n, 1) for n in lags)
    check_number("p_value", p_value, 0, 1, low_open=True, high_open=True)
    return np.mean(
        [
            _capacity_by_degree(states, _to_uniform(inputs), lags, p_value)
            for states, inputs in _states_and_inputs(estimator, X, tau)
        ],
        axis=0,
    )


def _states_and_inputs(estimator, X, tau):
    """Return a list with the liquid's traces after each value, and the values, of each series."""
    rule = "tau must be a number > 0 or a sequence of them (ms)"
    taus = np.atleast_1d(check_reals(rule, tau))
    if taus.ndim != 1 or taus.size == 0:
        raise ValueError(f"{rule}, got {tau!r}")
    for value in taus:
        check_number("tau", float(value), 0, low_open=True)
    series = as_spike_array(X)
    if series.n_channels != 1:
        raise ValueError(
            f"X must hold series of one channel, of shape (T, 1), got {series.n_channels} channels"
        )
    liquid, spikes = input_spikes(estimator, X)
    network = liquid.network_
    if np.any(spikes.n_rows % series.n_rows):
        raise ValueError(
            "each value of X must become an equal number of rows of the liquid's input: leave out "
            "the steps of the pipeline that change the length of samples"
        )
    row_start = network.row_start(spikes)
    times = [
        row_start[n // length * np.arange(1, length + 1)]
        for n, length in zip(spikes.n_rows, series.n_rows, strict=True)
    ]
    ends = np.cumsum(series.n_rows)
    plan = Plan(np.concatenate([[0], ends]), np.concatenate(times), np.exp(-network.dt / taus))
    readings, _ = simulate(network, spikes, plan, dtype=liquid.dtype, n_jobs=liquid.n_jobs)
    states = np.split(readings.reshape(len(readings), -1), ends[:-1])
    return [(part.astype(float), series.to_dense(i)[:, 0]) for i, part in enumerate(states)]


def _memory_capacity(states, inputs, max_lag):
    """Return the memory capacity of the states of one series."""
    if len(inputs) < 4 * max_lag:
        raise ValueError(
            f"max_lag={max_lag} needs series of at least {4 * max_lag} values, got {len(inputs)}: "
            "give longer series or a shorter max_lag"
        )
    past = np.lib.stride_tricks.sliding_window_view(inputs, max_lag + 1)[:, -2::-1]
    states = states[max_lag:]
    half = len(states) // 2
    ridge = RidgeCV(alphas=np.logspace(-4, 4, 9), alpha_per_target=True)
    readout = make_pipeline(StandardScaler(), ridge).fit(states[:half], past[:half])
    y_pred, y_true = readout.predict(states[half:]).reshape(-1, max_lag), past[half:]
    y_pred, y_true = y_pred - y_pred.mean(axis=0), y_true - y_true.mean(axis=0)
    variances = (y_pred**2).sum(axis=0) * (y_true**2).sum(axis=0)
    squares = (y_pred * y_true).sum(axis=0) ** 2
    return np.divide(squares, variances, out=np.zeros(max_lag), where=variances > 0).sum()


def _capacity_by_degree(states, inputs, lags, p_value):
    """Return the capacities of the states of one series, of shape (len(lags),)."""
    start = max(lags) - 1
    n_steps, n_traces = len(states) - start, states.shape[1]
    if n_steps <= n_traces:
        raise ValueError(
            f"X must have many more values than the {n_traces} traces, got {len(states)}, of which "
            f"the first {start} are only used as past values: give longer series or shorter lags"
        )
    states = states[start:] - states[start:].mean(axis=0)
    directions, values, _ = np.linalg.svd(states, full_matrices=False)
    directions = directions[:, values > 1e-7 * values[0]]
    threshold = 2 * chi2.isf(p_value, max(directions.shape[1], 1)) / n_steps
    # polynomials[d][k] is the Legendre polynomial of degree d of the value k rows before.
    past = np.lib.stride_tricks.sliding_window_view(inputs, start + 1)[:, ::-1].T
    polynomials = [eval_legendre(degree, past) for degree in range(len(lags) + 1)]
    totals = np.zeros(len(lags))
    for degree, n_lags in enumerate(lags, start=1):
        terms = list(combinations_with_replacement(range(n_lags), degree))
        for first in range(0, len(terms), BATCH):
            functions = np.stack([_product(polynomials, t) for t in terms[first : first + BATCH]])
            capacities = ((functions @ directions) ** 2).sum(axis=1) / (functions**2).sum(axis=1)
            totals[degree - 1] += capacities[capacities > threshold].sum()
    return totals


def _product(polynomials, term):
    """Return the product of the polynomials of a term, which repeats a lag degree times."""
    product = 1.0
    for lag, degree in zip(*np.unique(term, return_counts=True), strict=True):
        product = product * polynomials[degree][lag]
    return product


def _to_uniform(inputs):
    """Scale values to the interval from -1 to 1, where Legendre polynomials are orthogonal."""
    low, high = inputs.min(), inputs.max()
    if low == high or kstest(inputs, "uniform", (low, high - low)).pvalue < 1e-6:
        raise ValueError(
            "X must hold independent, uniformly distributed values, such as those of "
            "numpy.random.Generator.uniform"
        )
    return 2 * (inputs - low) / (high - low) - 1
