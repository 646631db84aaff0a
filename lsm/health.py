"""Health of a liquid: measures of its activity and dynamics, with remedies."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from . import statistics
from ._html import table
from ._packing import active_channels
from .calibration import echo_state_index
from .kernel import Network, record
from .memory import Memory, recall
from .spikes import SpikeArray

__all__ = ["Health", "diagnose"]

TIME_TO_FORGET = 100.0  # ms; a liquid need not forget its initial state in shorter samples
# A liquid beyond these limits is useless. Within them, measures hardly predict scores
# (docs/studies/measures.md).
MIN_RATE, MAX_SILENT, MAX_SATURATED, MAX_ECHO_STATE_INDEX = 0.5, 0.9, 0.5, 0.5


@dataclass(frozen=True)
class Health:
    """Health of a liquid, measured on pieces of samples.

    Measures of spikes are NaN if the neurons send no spikes.

    Attributes
    ----------
    rate : float
        Mean rate in Hz.
    echo_state_index : float
        Dependence of the end state on the initial state. Near 0 the liquid forgets its initial
        state, near 1 it is chaotic; see :func:`lsm.calibration.echo_state_index`.
    silent : float
        Share of neurons that never spike.
    saturated : float
        Share of neurons whose rate is more than 80 % of the rate that their refractory period
        allows.
    synchrony : float
        Near 0 for independent neurons, 1 for neurons with equal activity; see
        :func:`lsm.statistics.synchrony`.
    branching_ratio : float
        Number of spikes that one spike causes in the next millisecond; see
        :func:`lsm.statistics.branching_ratio`.
    dead_channels : tuple of int
        Input channels without any event in the samples.
    duration : float
        Mean duration in ms of the pieces of samples.
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

    def measures(self) -> list[tuple[str, str, str]]:
        """Return the measures as texts with units.

        Returns
        -------
        measures : list of (name, value, limit)
            The limit is empty where a measure has none.
        """
        silent = f"at most {MAX_SILENT:.0%}, in samples of {TIME_TO_FORGET:g} ms or more"
        index = f"at most {MAX_ECHO_STATE_INDEX:g}, in samples of {TIME_TO_FORGET:g} ms or more"
        n_dead = len(self.dead_channels)
        return [
            ("rate", f"{self.rate:.3g} Hz", f"at least {MIN_RATE:g} Hz"),
            ("silent neurons", f"{self.silent:.1%}", silent),
            ("saturated neurons", f"{self.saturated:.1%}", f"at most {MAX_SATURATED:.0%}"),
            ("echo-state index", f"{self.echo_state_index:.3g}", index),
            ("synchrony", f"{self.synchrony:.3g}", ""),
            ("branching ratio", f"{self.branching_ratio:.3g}", ""),
            ("input channels without events", str(n_dead), ""),
            ("mean duration of samples", f"{self.duration:.4g} ms", ""),
        ]

    def verdict(self) -> str:
        """Return a sentence about the limits: the complaint, or that there is none."""
        return self.complaint() or "No measure is beyond a limit."

    def _repr_html_(self):
        """Return a table with units, limits and a verdict, for a notebook."""
        return table(("measure", "value", "limit"), self.measures(), below=self.verdict())

    def complaint(self) -> str | None:
        """Return a sentence with the reason why the liquid is useless and a remedy, or None."""
        is_short = self.duration < TIME_TO_FORGET
        if self.rate < MIN_RATE or (self.silent > MAX_SILENT and not is_short):
            return (
                f"the liquid is nearly silent ({self.rate:.2g} Hz, {self.silent:.0%} of neurons "
                "never spike): raise the input weights, or let calibration scale them "
                "(Calibration.inputs=True scales weights that you gave). For a run without input "
                "take Liquid.self_driven()"
            )
        if self.saturated > MAX_SATURATED:
            return (
                f"the liquid is saturated ({self.rate:.3g} Hz, {self.saturated:.0%} of neurons "
                "spike at their maximal rate): lower the weights or the neurons' bias, or let "
                "calibration scale the weights (Calibration.inputs=True and "
                "Calibration.recurrence=True scale weights that you gave)"
            )
        if self.echo_state_index > MAX_ECHO_STATE_INDEX and not is_short:
            return (
                "the liquid does not forget its initial state (echo-state index "
                f"{self.echo_state_index:.2f}), so its states depend little on the input: lower "
                "the recurrent weights, or let calibration scale them "
                "(Calibration.recurrence=True scales weights that you gave)"
            )
        return None


def diagnose(
    network: Network,
    spikes: SpikeArray,
    probes: SpikeArray,
    other_initial: tuple[Any, ...],
    memory: Memory | None = None,
) -> "Health":
    """Measure the health of a network.

    Parameters
    ----------
    network : lsm.kernel.Network
        Network.
    spikes : SpikeArray
        Samples in which channels without any event are searched.
    probes : SpikeArray
        Pieces of samples on which everything else is measured.
    other_initial : tuple of arrays of shape (n_neurons,)
        Second initial state, for the echo-state index.
    memory : Memory, optional
        Cache of measured values.

    Returns
    -------
    health : Health
    """
    parts = network, probes, other_initial
    measured = recall(memory, "health", parts, lambda: _measure(*parts))
    dead = np.flatnonzero(~active_channels(spikes))
    return Health(**measured, dead_channels=tuple(map(int, dead)))


def _measure(network, probes, other_initial):
    """Return the attributes of Health as a dict, except for `dead_channels`."""
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
