"""Card of a liquid: a table of its measures, with healthy ranges and advice."""

from dataclasses import dataclass

import numpy as np
from sklearn.preprocessing import StandardScaler

from .. import statistics
from .._html import table
from .._typing import ArrayLike, Estimator, Samples
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
    capped : bool
        Whether the value is as large as the number of samples allows, so that more samples may
        give a larger one.
    """

    name: str
    unit: str
    value: float
    low: float | None = None
    high: float | None = None
    advice: str = ""
    capped: bool = False

    @property
    def verdict(self):
        """One of "ok", "low", "high" and "capped", or "" if the measure has no limits."""
        if self.capped:
            return "capped"
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
        notes = [f"- {f.name} capped: {f.advice}" for f in self.findings if f.capped]
        advice = [f"- {sentence}" for sentence in self.advice] or ["Nothing to change."]
        return "\n".join([*lines, "", *notes, *advice])

    def _repr_html_(self):
        """Return the card as a table, for a notebook."""
        rows = [
            (f.name, f"{f.value:.4g} {f.unit}".rstrip(), _limits(f), f.verdict)
            for f in self.findings
        ]
        advice = " ".join(self.advice) or "Nothing to change."
        heads = ("measure", "value", "healthy", "verdict")
        return table(heads, rows, above=self.title, below=advice)

    @property
    def advice(self):
        """A sentence for each value that is not healthy, with the change to make."""
        return [f"{f.name} {f.verdict}: {f.advice}" for f in self.findings if _is_unhealthy(f)]


def _is_unhealthy(finding):
    return finding.verdict in ("low", "high")


def _limits(finding):
    """Return the limits of a finding as text."""
    if finding.low is not None and finding.high is not None:
        return f"{finding.low:g} to {finding.high:g}"
    if finding.low is not None:
        return f"from {finding.low:g}"
    return f"up to {finding.high:g}" if finding.high is not None else ""


def card(estimator: Estimator, X: Samples, y: ArrayLike | None = None) -> "Card":
    """Measure a liquid by all measures that its samples allow.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Samples, of which at most 50 evenly spaced ones are used.
    y : array of shape (n_samples,), optional
        Targets of the samples. With them the card says what recurrence is worth to a linear
        readout: the share of its leave-one-out error that the recurrent synapses remove, negative
        where they hurt. It has a verdict if its 95 % interval excludes zero.

    Returns
    -------
    card : Card
        Table of the measures, for `print`.

    Raises
    ------
    ValueError
        If `y` has not one target for each sample.

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
    targets = None if y is None else _targets(y, len(spikes))[chosen]
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
    findings += [*_of_dynamics(liquid, spikes), *_of_states(liquid, spikes)]
    if targets is not None and liquid.network_.w.nnz:
        findings.append(_of_recurrence(liquid, spikes, targets))
    return Card(title, tuple(findings))


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
    n_columns = liquid.simulator_.states(spikes).shape[1]
    rank = states.kernel_quality(liquid, spikes)
    return [
        Finding(
            "kernel quality", f"of {min(n_samples, n_columns)}", rank,
            advice="it is the number of samples, and more samples may give a higher rank: use "
            "measures.kernel_quality with more samples than neurons",
            capped=rank == n_samples < n_columns,
        ),
        Finding("dimension", "", states.dimension(liquid, spikes)),
    ]  # fmt: skip


def _targets(y, n_samples):
    """Return one target for each sample as an array."""
    y = np.asarray(y) if np.ndim(y) == 1 else None
    if y is None or len(y) != n_samples:
        raise ValueError(
            f"y must have one target for each of {n_samples} samples; leave it out for targets at "
            "rows"
        )
    return y


def _of_recurrence(liquid, spikes, y):
    """Return the share of a linear readout's error that the recurrent synapses remove."""
    none = liquid.with_weights(liquid.weights_ * 0)
    without, with_them = (_left_out_errors(part, spikes, y) for part in (none, liquid))
    gains = without - with_them
    margin = 1.96 * gains.std(ddof=1) / np.sqrt(len(gains)) if len(gains) > 1 else np.inf
    worth = gains.mean() / max(without.mean(), np.finfo(float).tiny)
    return Finding(
        "worth of recurrence", "of the error", worth, 0.0 if abs(gains.mean()) > margin else None,
        None, "recurrence hurts: lower Calibration.max_gain, or take lsm.without_recurrence(model)",
    )  # fmt: skip


def _left_out_errors(liquid, spikes, y):
    """Return the squared error of ridge regression for each sample, which it has not learnt."""
    from sklearn.linear_model import RidgeCV  # slow to import, and not always used

    features = StandardScaler().fit_transform(liquid.simulator_.states(spikes).toarray())
    classes = np.unique(y) if y.dtype.kind not in "f" else None
    targets = y[:, None] if classes is None else np.where(y[:, None] == classes, 1.0, -1.0)
    ridge = RidgeCV(np.logspace(0, 5, 11), store_cv_results=True).fit(features, targets)
    errors = ridge.cv_results_.sum(axis=1)
    return errors[:, errors.mean(axis=0).argmin()]
