"""Find the gains at which a liquid is of use."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator

from ._validation import check_bool, check_integer, check_number
from .kernel import Plan, in_double, simulate

__all__ = ["Calibrated", "Calibration", "charges", "echo_state_index"]

# Gains lie on a grid of eighths of an octave: finer ones would only follow the probes.
STEPS_PER_OCTAVE = 8
FARTHEST = 40 * STEPS_PER_OCTAVE  # where the search for an input gain gives up
STEPS_OF_SILENCE = 100  # after which a synapse's current is over
MOST_STEPS = 10**6  # that a synapse's current may last
WEAK = 2.0**-20  # a weight that does not change the conductance of a membrane by much
TRACE = 30.0  # ms, of the end states that the echo-state index compares


@dataclass(frozen=True)
class Calibrated:
    """What calibration found.

    Attributes
    ----------
    input_gain, recurrent_gain : float
        Factors on the drawn input and recurrent weights.
    input_rate : float
        Mean rate in Hz that the input alone gives.
    """

    input_gain: float
    recurrent_gain: float
    input_rate: float


class Calibration(BaseEstimator):
    """Scale input and recurrence until the liquid is lively and forgets where it started.

    On a few training samples, in this order:

    1. the input is centred: each graded channel gets zero mean and unit variance, and from each
       neuron the mean current of its input spikes is subtracted through its bias;
    2. without recurrence the input gain is searched for a mean rate of `input_rate`;
    3. the recurrent gain is the largest, up to `max_gain`, whose rate stays below `max_rate`
       and whose echo-state index stays below `max_echo_state_index` (beyond what it is without
       recurrence): the mean squared distance of end states for the same input and different
       initial potentials, over the distance for different inputs.

    Parameters
    ----------
    input_rate : float, default=25.0
        Mean rate in Hz without recurrence.
    max_rate : float, default=60.0
        Highest mean rate in Hz with recurrence.
    max_echo_state_index : float, default=0.1
        Highest echo-state index; memory tasks do best at 0.05 to 0.13.
    max_gain : float, default=16.0
        Largest factor on the recurrent weights.
    centre : bool, default=True
        Whether step 1 is done.
    n_samples : int, default=20
        How many training samples are used.
    max_duration : float, default=500.0
        How much of each, in ms.

    Notes
    -----
    What is centred has no silence: an input below its mean, an empty one above all, drives the
    neurons whose input weights are negative on balance.
    """

    def __init__(
        self,
        input_rate=25.0,
        max_rate=60.0,
        max_echo_state_index=0.1,
        max_gain=16.0,
        centre=True,
        n_samples=20,
        max_duration=500.0,
    ):
        self.input_rate = input_rate
        self.max_rate = max_rate
        self.max_echo_state_index = max_echo_state_index
        self.max_gain = max_gain
        self.centre = centre
        self.n_samples = n_samples
        self.max_duration = max_duration

    def check(self):
        """Raise an error if a parameter is outside its meaning."""
        for name in ("input_rate", "max_rate", "max_echo_state_index", "max_duration", "max_gain"):
            check_number(f"Calibration.{name}", getattr(self, name), 0, low_open=True)
        if self.max_rate < self.input_rate:
            raise ValueError(
                f"Calibration.max_rate must be at least input_rate={self.input_rate!r}, "
                f"got {self.max_rate!r}"
            )
        check_integer("Calibration.n_samples", self.n_samples, 1)
        check_bool("Calibration.centre", self.centre)

    def calibrate(self, network, spikes, other_initial, memory=None):
        """Scale a network for an input.

        Parameters
        ----------
        network : Network
            The network as drawn.
        spikes : SpikeArray
            Training samples.
        other_initial : tuple of arrays
            Another initial state, to see how long the liquid remembers it.
        memory : Memory, optional
            Where what is found is kept.

        Returns
        -------
        network : Network
        calibrated : Calibrated

        Raises
        ------
        ValueError
            If the input is constant or silent, or no gain brings the rate near `input_rate`.
        """
        self.check()
        if not np.any(spikes.channel_moments()[1] > 0):
            raise ValueError(
                f"X is constant or silent in every channel (n_samples = {len(spikes)}): there is "
                "nothing to calibrate on; give informative input, or set calibration=None"
            )
        parts = network, spikes, other_initial
        if memory is None:
            centre, gains = self._search(*parts)
        else:
            centre, gains = memory.recall(
                "calibration", (self, *parts), lambda: self._search(*parts)
            )
        calibrated = Calibrated(*gains)
        return _scaled(network, centre, *gains[:2]), calibrated

    def probes(self, spikes):
        """Return evenly spaced pieces of samples, on which gains and health are measured.

        Parameters
        ----------
        spikes : SpikeArray
            Samples.

        Returns
        -------
        probes : SpikeArray
            At most `n_samples` pieces of at most `max_duration` ms, none of them silent.
        """
        length = int(np.clip(self.max_duration / spikes.dt, 1, spikes.durations.max()))
        n_pieces = np.maximum(spikes.durations // length, 1)
        owner = np.repeat(np.arange(len(spikes)), n_pieces)
        first = np.cumsum(n_pieces) - n_pieces
        starts = (np.arange(len(owner)) - first[owner]) * length
        sample = np.repeat(np.arange(len(spikes)), np.diff(spikes.offsets))
        piece = first[sample] + np.minimum(spikes.steps // length, n_pieces[sample] - 1)
        active = np.flatnonzero(np.bincount(piece, minlength=len(owner)))
        if not len(active):
            active = np.arange(len(owner))
        chosen = active[np.unique(np.linspace(0, len(active) - 1, self.n_samples).astype(int))]
        return spikes.pieces(owner[chosen], starts[chosen], starts[chosen] + length)

    def _search(self, network, spikes, other_initial):
        """Find what to centre the input with, and the gains."""
        centre = np.ones(spikes.n_channels), np.zeros(network.n_neurons)
        if self.centre:
            centre = _centre(network, spikes)
        centre = [part.tolist() for part in centre]
        if not network.neurons.spiking:  # without spikes there is no rate to look for
            return centre, (1.0, 1.0, np.nan)
        probes = self.probes(spikes)
        isolated = replace(network, w=sparse.csr_array(network.w.shape), delays=1, short_term=None)

        def rate_at(gain):
            return mean_rate(_scaled(isolated, centre, gain, 1.0), probes)

        input_gain, input_rate = _find_input_gain(rate_at, self.input_rate)
        if not 0.5 < input_rate / self.input_rate < 2:
            raise ValueError(
                f"no input gain brings the liquid to Calibration.input_rate={self.input_rate:g} "
                f"Hz: {input_gain:g} gives {input_rate:.3g} Hz; check the neurons' threshold and "
                "bias, or set calibration=None"
            )
        recurrent_gain = 1.0
        if network.w.nnz:
            recurrent_gain = self._largest_gain(
                lambda gain: _scaled(network, centre, input_gain, gain), probes, other_initial
            )
        return centre, (input_gain, recurrent_gain, input_rate)

    def _largest_gain(self, network_at, probes, other_initial):
        # Samples too short to forget anything are no fault of the recurrence.
        without, _ = echo_state_index(network_at(0.0), probes, other_initial)
        top = int(np.floor(np.log2(self.max_gain) * STEPS_PER_OCTAVE))

        def good(exponent):
            network = network_at(2 ** (exponent / STEPS_PER_OCTAVE))
            index, rate = echo_state_index(network, probes, other_initial)
            return rate <= self.max_rate and index <= self.max_echo_state_index + without

        if good(top):
            return 2 ** (top / STEPS_PER_OCTAVE)
        low, high = top - 12 * STEPS_PER_OCTAVE, top  # a gain of 1/4096 of the largest is none
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if good(middle) else (low, middle)
        return 2 ** (low / STEPS_PER_OCTAVE)


def mean_rate(network, probes):
    """Return the mean rate of a network in Hz."""
    counts = _read(network, probes, 1.0)
    seconds = probes.durations.sum() * probes.dt / 1000
    return float(counts.sum(dtype=np.float64) / (network.n_neurons * seconds))


def echo_state_index(network, probes, other_initial):
    """Measure how much a liquid's end state depends on where it started.

    Parameters
    ----------
    network : Network
        The network.
    probes : SpikeArray
        Inputs, best of equal lengths.
    other_initial : tuple of arrays
        Another initial state.

    Returns
    -------
    index : float
        Mean squared distance of end states (traces of 30 ms) for the same input and different
        initial states, over that for different inputs. Zero where a liquid forgets, about one
        where the input is lost in chaos.
    rate : float
        Mean rate in Hz.
    """
    decay = np.exp(-network.dt / TRACE)
    readings = _read(network, probes, [1.0, decay])
    seconds = probes.durations.sum() * probes.dt / 1000
    rate = readings[:, 0].sum(dtype=np.float64) / (network.n_neurons * seconds)
    here = readings[:, 1].astype(np.float64)
    there = _read(replace(network, initial=other_initial), probes, decay)[:, 0]
    same_input = ((here - there) ** 2).sum(axis=1).mean()
    # The mean over pairs of different samples, from the variance; a lone sample, or copies of
    # one, are compared with silence.
    other_input = 2 * here.var(axis=0, ddof=1).sum() if len(here) > 1 else 0.0
    if other_input == 0:
        other_input = (here**2).sum(axis=1).mean()
    return float(same_input / other_input if other_input > 0 else same_input > 0), float(rate)


def _read(network, probes, decays):
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


def _centre(network, spikes):
    """Return a factor for each channel, and each neuron's mean input current after it."""
    mean, std = spikes.channel_moments()
    w_in = in_double(network.w_in)
    if network.graded:
        scales = np.divide(1, std, out=np.zeros_like(std), where=std > 0)
        return scales, w_in.T @ (mean * scales)
    per_step = mean / network.hold(spikes)
    mean_current = np.zeros(network.n_neurons)
    for charge, clip in zip(charges(network), (np.maximum, np.minimum), strict=True):
        part = w_in.copy()
        part.data = clip(w_in.data, 0)
        mean_current += charge * (part.T @ per_step)
    return np.ones_like(mean), mean_current


def charges(network):
    """Sum the current that one weak spike causes, in nA steps per weight, for both signs."""
    charges, n_neurons, constants = [], network.n_neurons, network.syn_constants
    for row, weight in enumerate((WEAK, -WEAK)):
        syn = (*np.zeros((2, n_neurons)), *map(np.copy, network.synapses.initial(n_neurons)))
        syn[row][:] = weight
        charge, quiet, n_steps = np.zeros(n_neurons), 0, 0
        while quiet < STEPS_OF_SILENCE:
            if (n_steps := n_steps + 1) > MOST_STEPS:
                raise ValueError(
                    f"{network.synapses!r} still let a current flow {MOST_STEPS:,} steps of "
                    f"{network.dt:g} ms after a spike: take a longer dt or shorter time constants, "
                    "or set Calibration.centre=False"
                )
            flow = network.synapses.current(slice(None), syn, constants, network.initial[0], 0.0)
            network.synapses.decay(slice(None), syn, constants)
            charge += flow / weight
            quiet = quiet + 1 if np.abs(flow / weight).max() < 1e-9 else 0
        charges.append(charge)
    return charges


def _find_input_gain(rate_at, target):
    """Find the gain on the grid whose rate is nearest to the target; return both."""
    rates = {}

    def above(exponent):
        rates[exponent] = rate_at(2 ** (exponent / STEPS_PER_OCTAVE))
        return rates[exponent] > target

    started_above = above(0)
    near, stride = 0, -STEPS_PER_OCTAVE if started_above else STEPS_PER_OCTAVE
    far = stride
    while above(far) == started_above and abs(far) < FARTHEST:
        stride *= 2
        near, far = far, far + stride
    low, high = sorted((near, far))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if above(middle) else (middle, high)
    best = min(rates, key=lambda exponent: abs(rates[exponent] - target))
    return 2 ** (best / STEPS_PER_OCTAVE), rates[best]
