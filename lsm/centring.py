"""Mean and variation of the input, which calibration removes."""

import warnings

import numpy as np

from ._typing import Array
from ._units import steps_per_row
from .kernel import Network, in_double
from .spikes import SpikeArray

__all__ = ["centre", "charges", "check_variation"]

SILENT_STEPS = 100  # without current, after which the current of a synapse has ended
MAX_STEPS = 10**6  # limit of the duration of a synapse's current
WEAK = 2.0**-20  # weight that hardly changes the conductance of a membrane
MAX_OFFSET = 1e5  # standard deviations; the error of float32 is then a hundredth of one
EXACT_FLOAT32 = 2.0**24  # above it float32 does not resolve a difference of one


def check_variation(spikes: SpikeArray) -> None:
    """Check that samples vary, and that single precision keeps it.

    Parameters
    ----------
    spikes : SpikeArray
        Samples.

    Raises
    ------
    ValueError
        If every channel is constant.

    Warns
    -----
    UserWarning
        If the offset of a channel is so large that single precision loses its variation.
    """
    mean, std = spikes.channel_moments()
    offset = np.abs(mean)
    largest = int(np.argmax(offset))
    resolution = np.spacing(np.float32(offset[largest]))
    if not np.any(std > 0):
        hint = ""
        if spikes.graded and offset[largest] > 0:
            hint = (
                f". In single precision, values near {offset[largest]:g} differ by "
                f"{resolution:.2g} or more: if X varies by less, subtract its mean before"
            )
        raise ValueError(
            f"X is constant or silent in every channel (n_samples = {len(spikes)}), so no gain "
            "can be found: give samples that vary, set Liquid.calibration=None, or take "
            f"Liquid.self_driven() for feedback without input{hint}"
        )
    lost = spikes.graded & np.where(std > 0, offset > MAX_OFFSET * std, offset > EXACT_FLOAT32)
    if lost.any():
        channel = int(np.argmax(np.where(lost, offset, -1)))
        warnings.warn(
            f"channel {channel} of X has the mean {mean[channel]:g} and the standard deviation "
            f"{std[channel]:g}, of which single precision keeps little: subtract the mean of each "
            "channel before",
            UserWarning,
            stacklevel=5,
        )


def centre(network: Network, spikes: SpikeArray) -> tuple[Array, Array]:
    """Return how the input of a network is centred.

    Parameters
    ----------
    network : lsm.kernel.Network
        The network.
    spikes : SpikeArray
        Samples.

    Returns
    -------
    scales : array of shape (n_channels,)
        Factor on each channel: the inverse of its standard deviation for graded input, else one.
    mean_current : array of shape (n_neurons,)
        Mean input current of the neurons in nA after scaling.
    """
    mean, std = spikes.channel_moments()
    w_in = in_double(network.w_in)
    if network.graded:
        scales = np.divide(1, std, out=np.zeros_like(std), where=std > 0)
        return scales, w_in.T @ (mean * scales)
    per_step = mean / steps_per_row(spikes.row_duration, network.dt)
    mean_current = np.zeros(network.n_neurons)
    for charge, clip in zip(charges(network), (np.maximum, np.minimum), strict=True):
        part = w_in.copy()
        part.data = clip(w_in.data, 0)
        mean_current += charge * (part.T @ per_step)
    return np.ones_like(mean), mean_current


def charges(network: Network) -> list[Array]:
    """Return the charge that one spike delivers to each neuron, per weight.

    The charge is the sum of the synaptic current over the steps after the spike, at the initial
    potential and for a weak weight.

    Parameters
    ----------
    network : lsm.kernel.Network
        Network with synapses and initial potentials.

    Returns
    -------
    charges : list of two arrays of shape (n_neurons,)
        Charges in nA steps for a weight of one: of excitatory synapses, and of inhibitory ones.

    Raises
    ------
    ValueError
        If a current lasts longer than a million steps.
    """
    charges, n_neurons, constants = [], network.n_neurons, network.syn_constants
    for row, weight in enumerate((WEAK, -WEAK)):
        syn = (*np.zeros((2, n_neurons)), *map(np.copy, network.synapses.initial(n_neurons)))
        syn[row][:] = weight
        charge, n_silent, n_steps = np.zeros(n_neurons), 0, 0
        while n_silent < SILENT_STEPS:
            if (n_steps := n_steps + 1) > MAX_STEPS:
                raise ValueError(
                    f"the current of {network.synapses!r} lasts longer than {MAX_STEPS:,} steps of "
                    f"{network.dt:g} ms after a spike: set a longer Liquid.dt, shorter time "
                    "constants of the synapses, or Calibration.centre=False"
                )
            current = network.synapses.current(slice(None), syn, constants, network.initial[0], 0.0)
            network.synapses.decay(slice(None), syn, constants)
            charge += current / weight
            n_silent = n_silent + 1 if np.abs(current / weight).max() < 1e-9 else 0
        charges.append(charge)
    return charges
