"""Effect of a current on a membrane over one step, in closed form."""

import numpy as np
from scipy.special import exprel

__all__ = ["membrane", "overlap", "overlap_of_two"]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)


def membrane(neurons, dt):
    """Return the response of a membrane to a current.

    Parameters
    ----------
    neurons : dict
        Parameters of the neurons: `tau_m` in ms and `resistance` in MOhm of a membrane with a
        linear leak, or else `capacitance` in nF; neither in a model without a membrane.
    dt : float
        Length of a step in ms.

    Returns
    -------
    leak : float or array of shape (n_neurons,)
        `dt / tau_m`; zero without a linear leak.
    push : float or array of shape (n_neurons,)
        Change of the potential in mV by 1 nA in a step without leak; one without a membrane.
    """
    if "tau_m" in neurons:
        leak = dt / np.asarray(neurons["tau_m"])
        return leak, leak * neurons["resistance"]
    if "capacitance" in neurons:
        return 0.0, dt / np.asarray(neurons["capacitance"])
    return 0.0, 1.0


def overlap(a, b):
    """Integrate exp(-a (1 - s)) exp(-b s) over s from 0 to 1.

    Divided by `exprel(-a)` this is the mean of a current that decays by exp(-b) in a step, weighed
    by a membrane that leaks by exp(-a). The result is exact also where a equals b.
    """
    return np.exp(-np.minimum(a, b)) * exprel(-np.abs(np.subtract(a, b)))


def overlap_of_two(a, b, c):
    """Integrate exp(-a (1 - s)) s overlap(b s, c s) over s from 0 to 1.

    The same as :func:`overlap` for the current of a second stage, which decays by exp(-b), driven
    by a first stage, which decays by exp(-c). The three rates may have any order.
    """
    low, middle, high = np.sort(np.broadcast_arrays(a, b, c), axis=0)
    difference = (overlap(low, middle) - overlap(middle, high)) / np.maximum(high - low, 1)
    # For nearly equal rates this difference cancels; there a quadrature is exact.
    s = (1 + NODES) / 2
    low, middle, high = (rate[..., None] for rate in (low, middle, high))
    near = np.exp(-low * (1 - s)) * s * overlap(middle * s, high * s) @ (WEIGHTS / 2)
    return np.where(high[..., 0] - low[..., 0] > 1, difference, near)
