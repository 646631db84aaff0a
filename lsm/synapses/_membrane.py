"""How a membrane weighs a current over one step, in closed form."""

import numpy as np
from scipy.special import exprel

__all__ = ["membrane", "overlap", "overlap_of_two"]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)


def membrane(neurons, dt):
    """Return how a membrane answers to current.

    Parameters
    ----------
    neurons : dict
        Parameters of the neurons: `tau_m` and `resistance` where the membrane leaks linearly, or
        else `capacitance`, or neither in a model of rates.
    dt : float
        Length of a step in ms.

    Returns
    -------
    leak : float or array of shape (n_neurons,)
        `dt / tau_m`; zero where there is no linear leak.
    push : float or array of shape (n_neurons,)
        How far 1 nA would move the potential in a step without leak, in mV; one for rates.
    """
    if "tau_m" in neurons:
        leak = dt / np.asarray(neurons["tau_m"])
        return leak, leak * neurons["resistance"]
    if "capacitance" in neurons:
        return 0.0, dt / np.asarray(neurons["capacitance"])
    return 0.0, 1.0


def overlap(a, b):
    """Integrate exp(-a (1 - s)) exp(-b s) over s from 0 to 1.

    Over `exprel(-a)` this is the mean of a current that falls by exp(-b), weighed by a membrane
    that leaks by exp(-a); exact where the two meet.
    """
    return np.exp(-np.minimum(a, b)) * exprel(-np.abs(np.subtract(a, b)))


def overlap_of_two(a, b, c):
    """Integrate exp(-a (1 - s)) s overlap(b s, c s) over s from 0 to 1.

    The same for a current that is itself the answer of a first stage, which falls by exp(-c),
    through a second one, which falls by exp(-b). The three may come in any order.
    """
    low, middle, high = np.sort(np.broadcast_arrays(a, b, c), axis=0)
    apart = (overlap(low, middle) - overlap(middle, high)) / np.maximum(high - low, 1)
    # Where the three nearly meet this difference cancels, but a quadrature has no error left.
    s = (1 + NODES) / 2
    low, middle, high = (rate[..., None] for rate in (low, middle, high))
    near = np.exp(-low * (1 - s)) * s * overlap(middle * s, high * s) @ (WEIGHTS / 2)
    return np.where(high[..., 0] - low[..., 0] > 1, apart, near)
