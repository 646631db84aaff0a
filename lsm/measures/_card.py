"""All measures of a liquid on one card: what is healthy, and what to change."""

from dataclasses import dataclass

import numpy as np

from .. import statistics
from ..health import MAX_ECHO_STATE_INDEX, MAX_SATURATED, MAX_SILENT, MIN_RATE
from . import dynamics, states
from ._liquid import input_spikes
from .activity import mean_of_defined, synaptic_events

__all__ = ["Card", "Finding", "card"]

N_SAMPLES = 50  # that are measured on


@dataclass(frozen=True)
class Finding:
    """One line of a card.

    Attributes
    ----------
    name, unit : str
        What was measured.
    value : float
        What came out.
    low, high : float or None
        Between which it is healthy; None is no limit. They are those of
        :class:`lsm.health.Health`, beyond which a liquid is of no use, and a rule of thumb for
        synchrony, which went with lower scores in all tasks of docs/studies/measures.md.
    advice : str
        What to change where it is not.
    """

    name: str
    unit: str
    value: float
    low: float | None = None
    high: float | None = None
    advice: str = ""

    @property
    def verdict(self):
        """One of "ok", "low", "high", and "" where nothing is healthier than anything."""
        if self.low is None and self.high is None:
            return ""
        if self.low is not None and not self.value >= self.low:
            return "low"
        return "high" if self.high is not None and self.value > self.high else "ok"


@dataclass(frozen=True)
class Card:
    """What all measures say of a liquid.

    Attributes
    ----------
    title : str
        Which liquid it is, and on what it was measured.
    findings : tuple of Finding
    """

    title: str
    findings: tuple

    def __str__(self):
        lines = [self.title, ""]
        for finding in self.findings:
            limits = _limits(finding)
            lines.append(
                f"{finding.name:28}{finding.value:>10.4g} {finding.unit:14}"
                f"{limits:14}{finding.verdict}".rstrip()
            )
        advice = [f"- {f.name} {f.verdict}: {f.advice}" for f in self.findings if _is_ill(f)]
        return "\n".join([*lines, "", *(advice or ["Nothing to change."])])


def _is_ill(finding):
    return finding.verdict in ("low", "high")


def _limits(finding):
    if finding.low is not None and finding.high is not None:
        return f"{finding.low:g} to {finding.high:g}"
    if finding.low is not None:
        return f"from {finding.low:g}"
    return f"up to {finding.high:g}" if finding.high is not None else ""


def card(estimator, X, y=None):
    """Measure a liquid in every way that its samples allow.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that holds one
        Fitted.
    X : sequence
        Samples. At most 50, evenly spaced, are used.
    y : ignored
        As of the measures.

    Returns
    -------
    card : Card

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import Liquid
    >>> from lsm.measures import card
    >>> X = np.random.default_rng(0).poisson(0.05, (40, 200, 10))
    >>> print(card(Liquid(n_neurons=100, random_state=0).fit(X), X))  # doctest: +ELLIPSIS
    100 neurons, measured on 40 samples of 200 ms
    <BLANKLINE>
    rate                     ... Hz            from 0.5      ok
    ...
    """
    liquid, spikes = input_spikes(estimator, X)
    chosen = np.unique(np.linspace(0, len(spikes) - 1, N_SAMPLES).astype(int))
    spikes = spikes[chosen]
    durations = spikes.durations * spikes.dt
    length = f"{durations.min():g}"
    if np.ptp(durations) > 0:
        length += f" to {durations.max():g}"
    title = (
        f"{liquid.n_neurons_} neurons, measured on {len(spikes)} "
        f"sample{'s' * (len(spikes) > 1)} of {length} ms"
    )
    findings = _of_spikes(liquid, spikes) if liquid.network_.neurons.spiking else []
    return Card(title, (*findings, *_of_dynamics(liquid, spikes), *_of_states(liquid, spikes)))


def _of_spikes(liquid, spikes):
    """Say how the liquid spikes; it runs once."""
    recorded = liquid.record(spikes)
    rates = statistics.rates(recorded)
    window = min(100.0, spikes.durations.min() * spikes.dt)  # ms, of the Fano factor
    fano = np.full(1, np.nan)
    if 2 * window <= spikes.durations.sum() * spikes.dt:
        fano = statistics.fano_factors(recorded, window)
    refractory = np.asarray(liquid.parameters_.get("refractory", 0.0))
    saturated = rates > 0.8 * 1000 / (liquid.network_.dt + refractory)
    return [
        Finding(
            "rate", "Hz", rates.mean(), MIN_RATE, None,
            "scale the input weights, or let calibration do so (Calibration.input_rate)",
        ),
        Finding(
            "silent neurons", "share", np.mean(rates == 0), None, MAX_SILENT,
            "they are of no use: let more channels reach each (RandomInput.fan_in), or raise the "
            "input weights",
        ),
        Finding(
            "saturated neurons", "share", np.mean(saturated), None, MAX_SATURATED,
            "they say nothing: lower the input or the recurrent weights",
        ),
        Finding("CV of intervals", "", mean_of_defined(statistics.interval_cvs(recorded))),
        Finding("Fano factor", "", mean_of_defined(fano)),
        Finding(
            "synchrony", "0 to 1", statistics.synchrony(recorded), None, 0.5,
            "neurons all do the same: lower the recurrent weights or the common input, spread "
            "delays or time constants",
        ),
        Finding("branching ratio", "", statistics.branching_ratio(recorded)),
        Finding("sparseness", "0 to 1", statistics.sparseness(recorded)),
        Finding("spikes", "a sample", len(recorded.steps) / len(recorded)),
        Finding("synaptic events", "a sample", synaptic_events(liquid, spikes)),
    ]  # fmt: skip


def _of_dynamics(liquid, spikes):
    """Say what the liquid forgets, and how disturbances grow."""
    findings = [
        Finding(
            "echo-state index", "0 to 1", dynamics.echo_state_index(liquid, spikes), None,
            MAX_ECHO_STATE_INDEX,
            "states depend on where the liquid started: lower the recurrent weights "
            "(Calibration.max_echo_state_index), or give it time to forget",
        )
    ]  # fmt: skip
    network = liquid.network_
    horizon = min(100.0, network.n_steps(spikes).min() * network.dt)
    if horizon >= 2 * network.dt:
        growth = dynamics.perturbation_growth(liquid, spikes, horizon=horizon)
        findings.append(Finding("growth of disturbances", "1/s", growth))
    if network.neurons.spiking and network.w.nnz:
        radius = dynamics.effective_spectral_radius(liquid, spikes)
        findings.append(Finding("effective spectral radius", "", radius))
    return findings


def _of_states(liquid, spikes):
    """Say what a readout sees."""
    n_samples = len(spikes)
    if n_samples < 2:
        return []
    most = min(liquid.transform(spikes).shape)
    rank = states.kernel_quality(liquid, spikes)
    return [
        Finding("kernel quality", f"of {most}", rank),
        Finding("dimension", "", states.dimension(liquid, spikes)),
    ]  # fmt: skip
