"""What both forms of the simulation take: a network, and a plan of what to read when."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import sparse

__all__ = ["Loop", "Network", "Plan", "in_double"]


@dataclass(frozen=True)
class Network:
    """A network ready to run; nothing in it changes while it runs.

    One step of `dt` ms does, in this order: (1) move the potentials with the currents at the
    start of the step, (2) let the currents decay, (3) add what arrives now, (4) threshold,
    reset, refractory count, (5) send the spikes, to arrive after their delay of one step or
    more.

    Attributes
    ----------
    neurons, synapses : object
        Models, see :mod:`lsm.neurons` and :mod:`lsm.synapses`.
    parameters, syn_parameters : dict
        What `draw` of the two models returned.
    initial : tuple of arrays of shape (n_neurons,)
        State of the neurons at the start of every sample.
    bias : float64 array of shape (n_neurons,)
        Constant current in nA.
    w_in : scipy.sparse.csr_array of shape (n_channels, n_neurons)
        Input weights in nA.
    w : scipy.sparse.csr_array of shape (n_neurons, n_neurons)
        Recurrent weights `w[pre, post]` in nA.
    delays : int or int array of shape (w.nnz,)
        Delays in steps, at least one, in the order of `w.data`.
    delays_in : int or int array of shape (w_in.nnz,)
        Delays of the input in steps, in the order of `w_in.data`.
    dt : float
        Length of a step in ms.
    graded : bool
        Whether input amplitudes are currents held for a frame, or counts of spikes.
    short_term : tuple of 3 float arrays of shape (w.nnz,), or None
        Use U, and time constants of recovery D and facilitation F in ms, of dynamic synapses.
    noise : float
        Standard deviation in nA of a current that is drawn anew for each neuron and step.
    seed : int
        Seed of what is drawn as it runs, beside the content of the sample.
    lasting : float array of shape (n_lasting, n_neurons), or None
        What a rule of learning keeps of each neuron from sample to sample.
    inhibitory : bool array of shape (n_neurons,), or None
        Which neurons inhibit, for rules of learning that tell them apart.
    """

    neurons: object
    synapses: object
    parameters: dict
    syn_parameters: dict
    initial: tuple
    bias: np.ndarray
    w_in: sparse.csr_array
    w: sparse.csr_array
    delays: int | np.ndarray = 1
    delays_in: int | np.ndarray = 0
    dt: float = 1.0
    graded: bool = False
    short_term: tuple | None = None
    noise: float = 0.0
    seed: int = 0
    lasting: np.ndarray | None = None
    inhibitory: np.ndarray | None = None

    @property
    def n_neurons(self):
        """Number of neurons."""
        return len(self.bias)

    @property
    def constants(self):
        """What one step of the neurons needs."""
        return self.neurons.constants(self.parameters, self.dt)

    @property
    def syn_constants(self):
        """What one step of the synapses needs."""
        return self.synapses.constants(self.syn_parameters, self.parameters, self.dt)

    def keys(self, spikes):
        """Return a 32-bit number for each sample from its content and the network's seed."""
        if self.noise == 0 and not self.neurons.stochastic:
            return np.zeros(len(spikes), dtype=np.uint32)
        digests = [int(spikes.digest(i)[:8], 16) for i in range(len(spikes))]
        return np.array(digests, dtype=np.uint32) ^ np.uint32(self.seed)

    def n_steps(self, spikes):
        """Return the length of each sample in steps of the network."""
        return spikes.durations.astype(np.int64) * self.hold(spikes)

    def hold(self, spikes):
        """Return how many steps of the network one step of the input lasts."""
        hold = round(spikes.dt / self.dt)
        if hold < 1 or abs(hold * self.dt - spikes.dt) > 1e-6 * spikes.dt:
            raise ValueError(
                f"X has steps of {spikes.dt:g} ms, which is no multiple of the liquid's "
                f"dt={self.dt:g} ms"
            )
        return hold


class Plan(NamedTuple):
    """When to read the liquid, and how its spikes are filtered until then.

    Attributes
    ----------
    offsets : int64 array of shape (n_samples + 1,)
        Reading times of sample i are `times[offsets[i]:offsets[i + 1]]`.
    times : int array
        Step after which to read, increasing within a sample, from 1 to the sample's length.
    decays : float array of shape (n_filters,)
        Each reading is one value a filter and neuron: the sum over the neuron's spikes so far
        of `decay**age`, with age in steps and zero in the step just done. A decay of one counts.
    potential : bool
        Whether the first filter gives the membrane potential instead.
    """

    offsets: np.ndarray
    times: np.ndarray
    decays: np.ndarray
    potential: bool = False

    def select(self, samples):
        """Return the plan of some samples, an index array."""
        counts = np.diff(self.offsets)[samples]
        starts = np.repeat(self.offsets[:-1][samples], counts)
        offsets = np.concatenate([[0], np.cumsum(counts)])
        within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], counts)
        return self._replace(offsets=offsets, times=self.times[starts + within])


def in_double(w):
    """Return weights in double precision; `astype` would merge synapses of one pair."""
    w = w.copy()
    w.data = w.data.astype(np.float64)
    return w


class Loop(NamedTuple):
    """A linear readout that is evaluated at the end of every row of the input, and its way back.

    Rows of all samples stand one after the other in `targets` and `outputs`.

    Attributes
    ----------
    weights : array of shape (n_outputs, n_neurons)
        Current in nA that an output of one gives each neuron.
    targets : float64 array of shape (n_rows, n_outputs)
        What the outputs should be, where that is known.
    outputs : float64 array of shape (n_rows, n_outputs)
        Filled with what the readout says.
    n_forced : int array of shape (n_samples,)
        In how many rows of each sample the target comes back instead of the output.
    taught_from : int
        Row of each sample from which on the readout learns, if it has an `inverse`.
    coef, intercept : float64 arrays of shapes (n_outputs, n_features) and (n_outputs,)
        The readout; without rows in `coef` there is none.
    inverse : float64 array of shape (n_features, n_features), or without elements
        Inverse correlation of the states, for recursive least squares; changed in place, as
        `coef` is.
    delay : int
        Rows after which an output comes back, at least one.
    forget : float
        Factor by which the past counts less at each update.
    """

    weights: np.ndarray
    targets: np.ndarray
    outputs: np.ndarray
    n_forced: np.ndarray
    taught_from: int
    coef: np.ndarray
    intercept: np.ndarray
    inverse: np.ndarray
    delay: int = 1
    forget: float = 1.0
