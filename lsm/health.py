"""What state a liquid is in, and what to do about it."""

from dataclasses import dataclass, fields

import numpy as np

from . import statistics
from .calibration import echo_state_index
from .kernel import record

__all__ = ["Health", "diagnose"]

TIME_TO_FORGET = 100.0  # ms; in less, no liquid can be blamed for remembering its start
# Beyond these a liquid is of no use; within them measures say little (docs/studies/measures.md).
MIN_RATE, MAX_SILENT, MAX_SATURATED, MAX_ECHO_STATE_INDEX = 0.5, 0.9, 0.5, 0.5


@dataclass(frozen=True)
class Health:
    """The state of a liquid on some of its training samples; NaN where spikes are missing.

    Attributes
    ----------
    rate : float
        Mean rate in Hz.
    echo_state_index : float
        How much the end state depends on where the liquid started; near zero it forgets, near
        one the input is lost in chaos.
    silent : float
        Share of neurons that never spike.
    saturated : float
        Share of neurons that spike in more than 80 % of the steps their refractory period
        leaves.
    synchrony : float
        Near 0 for independent neurons, 1 where all do the same; see
        :func:`lsm.statistics.synchrony`.
    branching_ratio : float
        Spikes in a millisecond for each spike in the one before, beyond what the mean explains;
        see :func:`lsm.statistics.branching_ratio`.
    dead_channels : tuple of int
        Input channels without any event in the training samples.
    duration : float
        Mean length in ms of the pieces of samples that all this was measured on.
    """

    rate: float
    echo_state_index: float
    silent: float
    saturated: float
    synchrony: float
    branching_ratio: float
    dead_channels: tuple
    duration: float

    def __str__(self):
        lines = []
        for field in fields(self):
            value = getattr(self, field.name)
            text = f"{value:.3g}" if isinstance(value, float) else str(list(value))
            lines.append(f"{field.name.replace('_', ' '):18s}{text}")
        return "\n".join(lines)

    def complaint(self):
        """Say in one sentence why the liquid is of no use and what to do, or return None."""
        brief = self.duration < TIME_TO_FORGET
        if self.rate < MIN_RATE or (self.silent > MAX_SILENT and not brief):
            return (
                f"the liquid is nearly silent ({self.rate:.2g} Hz, {self.silent:.0%} of neurons "
                "never spike): raise the input weights, or let calibration scale them"
            )
        if self.saturated > MAX_SATURATED:
            return (
                f"the liquid is saturated ({self.rate:.3g} Hz, {self.saturated:.0%} of neurons "
                "spike whenever they can): lower the gains, or let calibration set them"
            )
        if self.echo_state_index > MAX_ECHO_STATE_INDEX and not brief:
            return (
                "the liquid does not forget where it started (echo-state index "
                f"{self.echo_state_index:.2f}), so its states say little about the input: lower "
                "the recurrent weights, or let calibration scale them"
            )
        return None


def diagnose(network, spikes, probes, other_initial, memory=None):
    """Measure the health of a network.

    Parameters
    ----------
    network : Network
        The network.
    spikes : SpikeArray
        Samples, of which channels without any event are found.
    probes : SpikeArray
        Pieces of samples on which all else is measured.
    other_initial : tuple of arrays
        Another initial state.
    memory : Memory, optional
        Cache of measured values.

    Returns
    -------
    health : Health
    """
    parts = network, probes, other_initial
    if memory is None:
        measured = _measure(*parts)
    else:
        measured = memory.recall("health", parts, lambda: _measure(*parts))
    n_events = np.bincount(spikes.channels, minlength=spikes.n_channels)
    return Health(**measured, dead_channels=tuple(map(int, np.flatnonzero(n_events == 0))))


def _measure(network, probes, other_initial):
    """Return the attributes of Health, but for `dead_channels`, as a dict."""
    index, rate = echo_state_index(network, probes, other_initial)
    common = {
        "echo_state_index": index,
        "duration": float(network.n_steps(probes).mean() * network.dt),
    }
    if not network.neurons.spiking:
        of_spikes = ("rate", "silent", "saturated", "synchrony", "branching_ratio")
        return common | dict.fromkeys(of_spikes, np.nan)
    spikes = record(network, probes)
    neuron_rates = statistics.rates(spikes)
    # The rate in Hz that the refractory period allows.
    max_rates = 1000 / (network.dt + np.asarray(network.parameters.get("refractory", 0.0)))
    return common | {
        "rate": rate,
        "silent": float(np.mean(neuron_rates == 0)),
        "saturated": float(np.mean(neuron_rates > 0.8 * max_rates)),
        "synchrony": statistics.synchrony(spikes),
        "branching_ratio": statistics.branching_ratio(spikes),
    }
