"""Card of a liquid: a table of its measures, with healthy ranges and advice."""

from dataclasses import dataclass

import numpy as np

from .. import statistics
from ..health import MAX_ECHO_STATE_INDEX, MAX_SATURATED, MAX_SILENT, MIN_RATE
from ..inside import input_spikes
from . import dynamics, states
from .activity import mean_of_defined, synaptic_events

__all__ = ["Card", "Finding", "card"]

N_SAMPLES = 50  # upper limit of the samples on which a card is measured


@dataclass(frozen=True)
class Finding:
    """One line of a card.

    Attributes
    ----------
    name, unit : str
        Name and unit of the measure.
    value : float
        Measured value.
    low, high : float or None
        Limits of healthy values; None is no limit. A liquid beyond the limits of
        :class:`lsm.health.Health` is useless. The limit of synchrony is a rule of thumb: higher
        synchrony went with lower scores in all tasks of docs/studies/measures.md.
    advice : str
        Change to make if the value is not healthy.
    """

    name: str
    unit: str
    value: float
    low: float | None = None
    high: float | None = None
    advice: str = ""

    @property
    def verdict(self):
        """One of "ok", "low" and "high", or "" if the measure has no limits."""
        if self.low is None and self.high is None:
            return ""
        if self.low is not None and not self.value >= self.low:
            return "low"
        return "high" if self.high is not None and self.value > self.high else "ok"


@dataclass(frozen=True)
class Card:
    """Table of the measures of a liquid.

    Attributes
    ----------
    title : str
        Size of the liquid, and number and durations of the samples.
    findings : tuple of Finding
        Lines of the table.
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
        advice = [f"- {f.name} {f.verdict}: {f.advice}" for f in self.findings if _is_unhealthy(f)]
        return "\n".join([*lines, "", *(advice or ["Nothing to change."])])


def _is_unhealthy(finding):
    return finding.verdict in ("low", "high")


def _limits(finding):
    """Return the limits of a finding as text."""
    if finding.low is not None and finding.high is not None:
        return f"{finding.low:g} to {finding.high:g}"
    if finding.low is not None:
        return f"from {finding.low:g}"
    return f"up to {finding.high:g}" if finding.high is not None else ""


def card(estimator, X, y=None):
    """Measure a liquid by all measures that its samples allow.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Samples, of which at most 50 evenly spaced ones are used.
    y : ignored
        Present because the measures have it.

    Returns
    -------
    card : Card
        Table of the measures, for `print`.

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
    durations = spikes.n_rows * spikes.row_duration
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
    """Return the findings on activity, from one run of the liquid."""
    recorded = liquid.record(spikes)
    rates = statistics.rates(recorded)
    window = min(100.0, spikes.n_rows.min() * spikes.row_duration)  # of the Fano factor, in ms
    fano = np.full(1, np.nan)
    if 2 * window <= spikes.n_rows.sum() * spikes.row_duration:
        fano = statistics.fano_factors(recorded, window)
    refractory = np.asarray(liquid.parameters_.get("refractory", 0.0))
    saturated = rates > 0.8 * 1000 / (liquid.network_.dt + refractory)
    return [
        Finding(
            "rate", "Hz", rates.mean(), MIN_RATE, None,
            "raise the input weights, or let calibration scale them (Calibration.input_rate)",
        ),
        Finding(
            "silent neurons", "share", np.mean(rates == 0), None, MAX_SILENT,
            "they carry no information: connect more channels to each neuron (RandomInput.fan_in), "
            "or raise the input weights",
        ),
        Finding(
            "saturated neurons", "share", np.mean(saturated), None, MAX_SATURATED,
            "they carry no information: lower the input or the recurrent weights",
        ),
        Finding("interval CV", "", mean_of_defined(statistics.interval_cvs(recorded))),
        Finding("Fano factor", "", mean_of_defined(fano)),
        Finding(
            "synchrony", "0 to 1", statistics.synchrony(recorded), None, 0.5,
            "neurons have equal activity: lower the recurrent weights or the common input, or "
            "distribute delays or time constants",
        ),
        Finding("branching ratio", "", statistics.branching_ratio(recorded)),
        Finding("sparseness", "0 to 1", statistics.sparseness(recorded)),
        Finding("spikes", "per sample", len(recorded.rows) / len(recorded)),
        Finding("synaptic events", "per sample", synaptic_events(liquid, spikes)),
    ]  # fmt: skip


def _of_dynamics(liquid, spikes):
    """Return the findings on dynamics."""
    findings = [
        Finding(
            "echo-state index", "0 to 1", dynamics.echo_state_index(liquid, spikes), None,
            MAX_ECHO_STATE_INDEX,
            "states depend on the initial state: lower the recurrent weights "
            "(Calibration.max_echo_state_index), or give longer samples",
        )
    ]  # fmt: skip
    network = liquid.network_
    horizon = min(100.0, network.n_steps(spikes).min() * network.dt)
    if horizon >= 2 * network.dt:
        growth = dynamics.perturbation_growth(liquid, spikes, horizon=horizon)
        findings.append(Finding("perturbation growth", "1/s", growth))
    if network.neurons.spiking and network.w.nnz:
        radius = dynamics.effective_spectral_radius(liquid, spikes)
        findings.append(Finding("effective spectral radius", "", radius))
    return findings


def _of_states(liquid, spikes):
    """Return the findings on states."""
    n_samples = len(spikes)
    if n_samples < 2:
        return []
    most = min(liquid.transform(spikes).shape)
    rank = states.kernel_quality(liquid, spikes)
    return [
        Finding("kernel quality", f"of {most}", rank),
        Finding("dimension", "", states.dimension(liquid, spikes)),
    ]  # fmt: skip
