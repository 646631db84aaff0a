"""Parameters of liquids that have a name: each function returns a dict for `Liquid`."""

from typing import Any

from scipy import stats

from ._typing import Parameter
from .neurons import LIF, LeakyTanh
from .snapshots import Snapshots
from .synapses import Delta, Exponential, TsodyksMarkram
from .topology import Column, ErdosRenyi, RandomInput, Weights

__all__ = ["echo_state", "maass2002", "self_driven"]


def maass2002() -> dict[str, Any]:
    """Return the parameters of the column of Maass, Natschläger & Markram (2002) [1]_.

    A column of 15 x 3 x 3 neurons with the published numbers, not calibrated. With static synapses
    the activity would run away: `short_term_plasticity=None` needs `calibration="auto"`, which
    scales the weights. Delays of 0.8 and 1.5 ms need the step of 0.1 ms.

    Returns
    -------
    params : dict

    References
    ----------
    .. [1] W. Maass, T. Natschläger, H. Markram (2002). Real-time computing without stable
       states: a new framework for neural computation based on perturbations. Neural
       Computation 14, 2531-2560.
    """
    parts: dict[str, Any] = {
        "neurons": LIF, "synapses": Exponential, "topology": Column, "inputs": RandomInput,
        "short_term_plasticity": TsodyksMarkram,
    }  # fmt: skip
    published = {name: part.maass2002() for name, part in parts.items()}
    return published | {"initial": "random", "calibration": None, "dt": 0.1}


def echo_state(
    leak: Parameter, bias: Parameter, spectral_radius: float, dt: float
) -> dict[str, Any]:
    """Return the parameters of an echo state network [1]_: rate neurons instead of spiking ones.

    In each step of `dt` ms the activations x change to::

        x(t) = (1 - leak) x(t - 1) + leak tanh(W x(t - 1) + W_in u(t) + bias)

    The recurrent weights W are normal, of either sign. The states are the activations. Calibration
    is left out.

    Parameters
    ----------
    leak : float
        Share of the activation that is new in each step, above 0 and at most 1.
    bias : float, array or scipy.stats distribution
        Constant input of the neurons.
    spectral_radius : float
        Spectral radius of W.
    dt : float
        Length of a step in ms; give the duration of a row of the samples.

    Returns
    -------
    params : dict

    References
    ----------
    .. [1] H. Jaeger (2001). The "echo state" approach to analysing and training recurrent
       neural networks. GMD Report 148.
    """
    weights = Weights(
        distribution="signed", inhibition=1.0, normalization="spectral_radius",
        gain=spectral_radius,
    )  # fmt: skip
    return {
        "neurons": LeakyTanh(leak=leak, bias=bias),
        "synapses": Delta(),
        "topology": ErdosRenyi(weights=weights, delay=dt),
        "snapshots": Snapshots(feature="membrane"),
        "calibration": None,
        "dt": dt,
    }


def self_driven() -> dict[str, Any]:
    """Return the parameters of a liquid that needs no input, for patterns that it generates.

    The neurons have biases of a wide range, so that many spike by themselves and the potentials of
    the others are smooth functions of the feedback. The recurrent weights have either sign, and
    delays up to 400 ms. Calibration is left out.

    Returns
    -------
    params : dict
    """
    weights = Weights(distribution="signed", inhibition=1.0, gain=0.2)
    return {
        "neurons": LIF(tau_m=10.0, refractory=1.0, bias=stats.norm(0.3, 0.7)),
        "synapses": Exponential(80.0, 80.0),
        "topology": ErdosRenyi(weights=weights, delay=(1.0, 400.0)),
        "snapshots": Snapshots(feature="membrane_and_trace", tau=(15.0, 60.0, 120.0)),
        "calibration": None,
        "initial": "random",
        "dtype": "float64",
    }
