"""Calibration: search for the gains of input and recurrent weights."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator

from . import centring
from ._packing import blocks_of_rows
from ._validation import check_bool, check_integer, check_number
from .kernel import Network, Plan, in_double, simulate
from .memory import Memory, recall
from .spikes import SpikeArray

__all__ = ["Calibrated", "Calibration", "echo_state_index"]

# Gains lie on a grid of eighths of an octave. A finer grid would only fit the noise of the probes.
GRID_PER_OCTAVE = 8
MAX_EXPONENT = 40 * GRID_PER_OCTAVE  # limit of the search for an input gain
TAU_TRACE = 30.0  # ms, time constant of the end states that the echo-state index compares


@dataclass(frozen=True)
class Calibrated:
    """Result of a calibration.

    Attributes
    ----------
    input_gain, recurrent_gain : float
        Factors on the drawn input and recurrent weights; 1 for weights that are left.
    input_rate : float
        Mean rate in Hz without recurrence. NaN if the neurons send no spikes.
    """

    input_gain: float
    recurrent_gain: float
    input_rate: float


class Calibration(BaseEstimator):
    """Search for the gains of a liquid, so that it is active and forgets its initial state.

    The search uses short pieces of training samples and has three stages:

    1. The input is centred. Each graded channel is scaled to zero mean and unit variance. For
       spikes, the mean current of a neuron's input is subtracted from its bias.
    2. The input gain is the one whose mean rate without recurrence is closest to `input_rate`.
    3. The recurrent gain is the largest one, up to `max_gain`, whose rate is at most `max_rate`
       and whose echo-state index is at most `max_echo_state_index`, plus the index without
       recurrence. The echo-state index is the mean squared distance of end states for equal
       inputs and different initial states, divided by that for different inputs.

    Parameters
    ----------
    input_rate : float, default=25.0
        Mean rate in Hz without recurrence.
    max_rate : float, default=60.0
        Upper limit of the mean rate in Hz with recurrence.
    max_echo_state_index : float, default=0.1
        Upper limit of the echo-state index. Memory tasks have the best scores at 0.05 to 0.13.
    max_gain : float, default=16.0
        Upper limit of the factor on the recurrent weights.
    centre : bool, default=True
        Whether the input is centred.
    n_samples : int, default=20
        Number of pieces of training samples.
    max_duration : float, default=500.0
        Upper limit of the duration of a piece in ms.
    inputs : bool or "auto", default="auto"
        Whether input weights are scaled: stages 1 and 2. "auto" leaves weights that are given by
        hand, those of :class:`~lsm.topology.FixedInputs`.
    recurrence : bool or "auto", default="auto"
        Whether recurrent weights are scaled: stage 3. "auto" leaves weights that are given by
        hand, those of :class:`~lsm.topology.FixedWeights`.

    Notes
    -----
    A centred liquid responds to silence: an input below its mean, such as an empty sample, excites
    the neurons whose input weights have a negative sum.
    """

    def __init__(
        self,
        input_rate: float = 25.0,
        max_rate: float = 60.0,
        max_echo_state_index: float = 0.1,
        max_gain: float = 16.0,
        centre: bool = True,
        n_samples: int = 20,
        max_duration: float = 500.0,
        inputs: bool | str = "auto",
        recurrence: bool | str = "auto",
    ) -> None:
        self.input_rate = input_rate
        self.max_rate = max_rate
        self.max_echo_state_index = max_echo_state_index
        self.max_gain = max_gain
        self.centre = centre
        self.n_samples = n_samples
        self.max_duration = max_duration
        self.inputs = inputs
        self.recurrence = recurrence

    def check(self) -> None:
        """Validate the parameters.

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid.
        """
        for name in ("input_rate", "max_rate", "max_echo_state_index", "max_duration", "max_gain"):
            check_number(f"Calibration.{name}", getattr(self, name), 0, low_open=True)
        if self.max_rate < self.input_rate:
            raise ValueError(
                f"Calibration.max_rate must be at least input_rate={self.input_rate!r}, "
                f"got {self.max_rate!r}"
            )
        check_integer("Calibration.n_samples", self.n_samples, 1)
        check_bool("Calibration.centre", self.centre)
        for name in ("inputs", "recurrence"):
            if not _is_auto(getattr(self, name)):
                check_bool(f"Calibration.{name}", getattr(self, name), suffix=" or 'auto'")

    def calibrate(
        self,
        network: Network,
        spikes: SpikeArray,
        other_initial: tuple[Any, ...],
        memory: Memory | None = None,
        *,
        given: Sequence[str] = (),
    ) -> "tuple[Network, Calibrated]":
        """Scale a network for its input.

        Parameters
        ----------
        network : lsm.kernel.Network
            The drawn network.
        spikes : SpikeArray
            Training samples.
        other_initial : tuple of arrays of shape (n_neurons,)
            Second initial state, for the echo-state index.
        memory : Memory, optional
            Cache of results.
        given : collection of str
            Weights that the user gives, of "inputs" and "recurrence"; "auto" leaves them.

        Returns
        -------
        network : lsm.kernel.Network
            The network with centred input and scaled weights.
        calibrated : Calibrated
            The gains.

        Raises
        ------
        ValueError
            If the input is constant or silent, or no gain brings the rate near `input_rate`.

        Warns
        -----
        UserWarning
            If the offset of a channel is so large that single precision loses its variation.
        """
        self.check()
        scaled = [
            name not in given if _is_auto(value) else bool(value)
            for name, value in (("inputs", self.inputs), ("recurrence", self.recurrence))
        ]
        if any(scaled):
            centring.check_variation(spikes)
        parts = network, spikes, other_initial, scaled
        centre, gains = recall(memory, "calibration", (self, *parts), lambda: self._search(*parts))
        calibrated = Calibrated(*gains)
        if not scaled[0]:
            return replace(network, w=network.w * calibrated.recurrent_gain), calibrated
        return _scaled(network, centre, *gains[:2]), calibrated

    def probes(self, spikes: SpikeArray) -> SpikeArray:
        """Return evenly spaced pieces of samples, on which gains and health are measured.

        Parameters
        ----------
        spikes : SpikeArray
            Samples.

        Returns
        -------
        probes : SpikeArray
            At most `n_samples` pieces of at most `max_duration` ms. Silent pieces are left out,
            unless all are silent.
        """
        length = int(np.clip(self.max_duration / spikes.row_duration, 1, spikes.n_rows.max()))
        n_pieces = np.maximum(spikes.n_rows // length, 1)
        owner = np.repeat(np.arange(len(spikes)), n_pieces)
        first = np.cumsum(n_pieces) - n_pieces
        starts = (np.arange(len(owner)) - first[owner]) * length
        n_events = np.zeros(len(owner), dtype=np.int64)
        for sample, rows in blocks_of_rows(spikes):
            piece = first[sample] + np.minimum(rows // length, n_pieces[sample] - 1)
            n_events += np.bincount(piece, minlength=len(owner))
        active = np.flatnonzero(n_events)
        if not len(active):
            active = np.arange(len(owner))
        chosen = active[np.unique(np.linspace(0, len(active) - 1, self.n_samples).astype(int))]
        return spikes.pieces(owner[chosen], starts[chosen], starts[chosen] + length)

    def _search(self, network, spikes, other_initial, scaled):
        """Return the parameters of :func:`_scaled`, and the rate without recurrence."""
        scales_inputs, scales_recurrence = scaled
        centre = np.ones(spikes.n_channels), np.zeros(network.n_neurons)
        if self.centre and scales_inputs:
            centre = centring.centre(network, spikes)
        centre = [part.tolist() for part in centre]
        if not network.neurons.spiking:  # such neurons have no rate
            return centre, (1.0, 1.0, np.nan)
        probes = self.probes(spikes)
        isolated = replace(network, w=sparse.csr_array(network.w.shape), delays=1, short_term=None)

        def rate_at(gain):
            return _mean_rate(_scaled(isolated, centre, gain, 1.0), probes)

        if scales_inputs:
            input_gain, input_rate = _find_input_gain(rate_at, self.input_rate)
        else:
            input_gain, input_rate = 1.0, rate_at(1.0)
        if scales_inputs and not 0.5 < input_rate / self.input_rate < 2:
            raise ValueError(
                f"no input gain has a rate near Calibration.input_rate={self.input_rate:g} Hz; the "
                f"nearest, {input_gain:g}, has {input_rate:.3g} Hz: change the neurons' threshold "
                "or bias, or set Liquid.calibration=None"
            )
        recurrent_gain = 1.0
        if network.w.nnz and scales_recurrence:
            recurrent_gain = self._largest_gain(
                lambda gain: _scaled(network, centre, input_gain, gain), probes, other_initial
            )
        return centre, (input_gain, recurrent_gain, input_rate)

    def _largest_gain(self, network_at, probes, other_initial):
        """Return the largest recurrent gain whose rate and echo-state index are allowed."""
        # The index of short samples is above 0 even without recurrence.
        without_recurrence, _ = echo_state_index(network_at(0.0), probes, other_initial)
        max_index = self.max_echo_state_index + without_recurrence
        top = int(np.floor(np.log2(self.max_gain) * GRID_PER_OCTAVE))

        def is_allowed(exponent):
            network = network_at(2 ** (exponent / GRID_PER_OCTAVE))
            index, rate = echo_state_index(network, probes, other_initial, self.max_rate)
            return rate <= self.max_rate and index <= max_index

        if is_allowed(top):
            return 2 ** (top / GRID_PER_OCTAVE)
        low, high = top - 12 * GRID_PER_OCTAVE, top  # 1/4096 of `max_gain` is almost no recurrence
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if is_allowed(middle) else (low, middle)
        return 2 ** (low / GRID_PER_OCTAVE)


def _is_auto(value):
    return isinstance(value, str) and value == "auto"


def _mean_rate(network, probes):
    """Return the mean rate of a network in Hz."""
    counts = _read(network, probes, 1.0)
    seconds = probes.n_rows.sum() * probes.row_duration / 1000
    return float(counts.sum(dtype=np.float64) / (network.n_neurons * seconds))


def echo_state_index(
    network: Network,
    probes: SpikeArray,
    other_initial: tuple[Any, ...],
    max_rate: float = np.inf,
) -> tuple[float, float]:
    """Measure how much the end state of a network depends on its initial state.

    The echo-state index is the mean squared distance of end states for equal inputs and different
    initial states, divided by that for different inputs. The end states are traces of spikes with
    a time constant of 30 ms, or of the activation of neurons that send no spikes. A single input,
    or copies of one, are compared with silence instead.

    Parameters
    ----------
    network : lsm.kernel.Network
        Network, with one of the initial states.
    probes : SpikeArray
        Inputs, preferably of equal lengths.
    other_initial : tuple of arrays of shape (n_neurons,)
        Second initial state.
    max_rate : float, default=inf
        Rate in Hz above which the index is not measured, but NaN.

    Returns
    -------
    index : float
        0 if the network forgets its initial state, about 1 if the end states depend as much on the
        initial state as on the input (chaos).
    rate : float
        Mean rate in Hz from the first initial state.
    """
    decay = np.exp(-network.dt / TAU_TRACE)
    readings = _read(network, probes, [1.0, decay])
    seconds = probes.n_rows.sum() * probes.row_duration / 1000
    rate = readings[:, 0].sum(dtype=np.float64) / (network.n_neurons * seconds)
    if rate > max_rate:
        return np.nan, float(rate)
    first = readings[:, 1].astype(np.float64)
    second = _read(replace(network, initial=other_initial), probes, decay)[:, 0]
    same_input = ((first - second) ** 2).sum(axis=1).mean()
    # The mean squared distance over pairs of samples is twice the variance.
    other_input = 2 * first.var(axis=0, ddof=1).sum() if len(first) > 1 else 0.0
    if other_input == 0:
        other_input = (first**2).sum(axis=1).mean()
    return float(same_input / other_input if other_input > 0 else same_input > 0), float(rate)


def _read(network, probes, decays):
    """Return the filtered spikes at the end of each probe, of shape (n, n_decays, n_neurons)."""
    ends = network.n_steps(probes)
    plan = Plan(np.arange(len(probes) + 1), ends, np.atleast_1d(np.asarray(decays, dtype=float)))
    return simulate(network, probes, plan)[0]


def _scaled(network, centre, input_gain, recurrent_gain):
    """Return a network with its input centred and its weights scaled."""
    scales, mean_current = map(np.asarray, centre)
    w_in = in_double(network.w_in)
    w_in.data *= np.repeat(scales, np.diff(w_in.indptr))
    return replace(
        network,
        w_in=w_in * input_gain,
        w=network.w * recurrent_gain,
        bias=network.bias - input_gain * mean_current,
    )


def _find_input_gain(rate_at, target):
    """Return the gain on the grid whose rate is nearest to the target, and this rate."""
    rates = {}

    def above(exponent):
        rates[exponent] = rate_at(2 ** (exponent / GRID_PER_OCTAVE))
        return rates[exponent] > target

    started_above = above(0)
    near, stride = 0, -GRID_PER_OCTAVE if started_above else GRID_PER_OCTAVE
    far = stride
    while above(far) == started_above and abs(far) < MAX_EXPONENT:
        stride *= 2
        near, far = far, far + stride
    low, high = sorted((near, far))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if above(middle) else (middle, high)
    best = min(rates, key=lambda exponent: abs(rates[exponent] - target))
    return 2 ** (best / GRID_PER_OCTAVE), rates[best]
