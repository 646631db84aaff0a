"""Measures of dynamics: dependence on the initial state, and growth of perturbations."""

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from .. import calibration, centring
from .._random import generators
from .._typing import Estimator, Samples
from .._validation import check_number
from ..inside import input_spikes
from ..kernel import Plan, in_double, simulate
from ..topology import spectral_radius

__all__ = ["echo_state_index", "effective_spectral_radius", "perturbation_growth"]

ROUNDING = 1e-5  # relative difference of traces of equal spikes in single precision
N_READINGS = 50  # times at which the distance of two trajectories is measured


def echo_state_index(
    estimator: Estimator, X: Samples, y: Any = None, *, random_state: int = 0
) -> float:
    """Return the dependence of a liquid's end state on its initial state.

    See :func:`lsm.calibration.echo_state_index`. Calibration limits this index.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Samples, preferably of equal lengths.
    y : ignored
        Present for scikit-learn's scorers.
    random_state : int, default=0
        Seed of the second initial state.

    Returns
    -------
    index : float
        0 if the liquid forgets its initial state, about 1 in chaos.
    """
    liquid, spikes = input_spikes(estimator, X)
    other = _other_initial(liquid, random_state)
    return calibration.echo_state_index(liquid.network_, spikes, other)[0]


def perturbation_growth(
    estimator: Estimator,
    X: Samples,
    y: Any = None,
    *,
    size: float = 0.01,
    horizon: float = 100.0,
    tau: float = 10.0,
    random_state: int = 0,
) -> float:
    """Estimate the largest Lyapunov exponent from pairs of trajectories [1]_.

    Every sample is run twice, the second time from a slightly different initial state. The exponent
    is the slope over time of the logarithm of the distance between the two runs. The distance is
    that of the spikes' exponential traces, as the root mean square over samples.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Samples that last at least `horizon`.
    y : ignored
        Present for scikit-learn's scorers.
    size : float, default=0.01
        Size of the perturbation, from 0 to 1: the share of the way from the initial state to a
        random state.
    horizon : float, default=100.0
        Time in ms during which the distance is measured. Perturbations stop growing at their
        maximal size, so a longer horizon gives a smaller exponent.
    tau : float, default=10.0
        Time constant of the traces in ms.
    random_state : int, default=0
        Seed of the random state.

    Returns
    -------
    exponent : float
        Exponent in 1/s: positive in chaos, negative if perturbations decay. It is at least
        `-1000 / tau`, the rate at which the traces themselves decay.

    Raises
    ------
    ValueError
        If a parameter is invalid, or a sample is shorter than `horizon`.

    References
    ----------
    .. [1] R. Legenstein, W. Maass (2007). Edge of chaos and prediction of computational
       performance for neural circuit models. Neural Networks 20, 323-334.
    """
    check_number("size", size, 0, 1, low_open=True)
    check_number("horizon", horizon, 0, low_open=True)
    check_number("tau", tau, 0, low_open=True)
    liquid, spikes = input_spikes(estimator, X)
    network = liquid.network_
    n_steps = round(horizon / network.dt)
    if n_steps < 2 or network.n_steps(spikes).min() < n_steps:
        raise ValueError(
            f"horizon={horizon:g} ms must be two steps or more and no longer than the samples; the "
            f"shortest sample lasts {network.n_steps(spikes).min() * network.dt:g} ms"
        )
    other = _other_initial(liquid, random_state)
    perturbed = tuple(
        own + size * (drawn - own) for own, drawn in zip(network.initial, other, strict=True)
    )
    times = np.unique(np.linspace(1, n_steps, N_READINGS).astype(int))
    plan = Plan(
        np.arange(len(spikes) + 1) * len(times),
        np.tile(times, len(spikes)),
        np.array([np.exp(-network.dt / tau)]),
    )
    one, two = (
        simulate(start, spikes, plan, dtype=liquid.dtype, n_jobs=liquid.n_jobs)[0].astype(float)
        for start in (network, replace(network, initial=perturbed))
    )
    squares = ((one - two) ** 2).sum(axis=(1, 2)).reshape(len(spikes), len(times))
    return _growth_rate(np.sqrt(squares.mean(axis=0)), times * network.dt / 1000, -1000 / tau)


def _other_initial(liquid, random_state):
    """Draw a second initial state."""
    rng = generators(random_state, ["other"])["other"]
    return liquid.network_.neurons.initial(liquid.parameters_, liquid.n_neurons_, rng)


def _growth_rate(distances, seconds, lowest):
    """Fit an exponential to the distances above rounding; return `lowest` if there are too few."""
    fitted = distances > ROUNDING * distances.max()
    if fitted.sum() < 2:
        return lowest
    return float(np.polyfit(seconds[fitted], np.log(distances[fitted]), 1)[0])


def effective_spectral_radius(estimator: Estimator, X: Samples, y: Any = None) -> float:
    """Return the spectral radius of the liquid, linearised at its activity for the samples [1]_.

    An entry of the matrix is the number of additional spikes of a neuron that one spike of another
    neuron causes. It is the charge of that spike, times the slope of the receiving neuron's rate
    over its current. Slopes are measured without recurrence, by shifting the bias of every neuron
    up and down by a tenth of its mean absolute recurrent input. Short-term depression and
    facilitation are left out.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Samples.
    y : ignored
        Present for scikit-learn's scorers.

    Returns
    -------
    radius : float
        Spikes per spike. Activity of the linear network grows above 1. A network of spiking
        neurons may still be stable, through their reset and inhibition.

    References
    ----------
    .. [1] S. Ostojic (2014). Two types of asynchronous activity in networks of excitatory and
       inhibitory spiking neurons. Nature Neuroscience 17, 594-600.
    """
    liquid, spikes = input_spikes(estimator, X)
    network = liquid.network_
    charges, targets = in_double(network.w), network.w.indices
    excitatory, inhibitory = centring.charges(network)  # in nA steps for a weight of one
    charges.data *= np.where(charges.data > 0, excitatory[targets], inhibitory[targets])
    isolated = replace(network, w=sparse.csr_array(network.w.shape), delays=1, short_term=None)
    rate = _spikes_per_step(isolated, spikes).mean()
    shifts = 0.1 * rate * abs(charges).sum(axis=0)
    up, down = (
        _spikes_per_step(replace(isolated, bias=isolated.bias + sign * shifts), spikes)
        for sign in (1, -1)
    )
    slopes = np.divide(up - down, 2 * shifts, out=np.zeros(len(shifts)), where=shifts > 0)
    return spectral_radius(charges.multiply(slopes).tocsr())


def _spikes_per_step(network, spikes):
    """Return the mean number of spikes per step of each neuron."""
    n_steps = network.n_steps(spikes)
    plan = Plan(np.arange(len(spikes) + 1), n_steps, np.ones(1))
    counts, _ = simulate(network, spikes, plan)
    return counts[:, 0].sum(axis=0, dtype=float) / n_steps.sum()
