"""Arguments of a simulation: a network, a plan of readings, a readout in the loop."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from scipy import sparse

from .._html import table
from .._typing import Array
from .._units import MOST_STEPS, steps_at
from ..neurons import NeuronModel
from ..spikes import SpikeArray
from ..synapses import SynapseModel

__all__ = ["Correlation", "Loop", "Network", "Plan", "in_double"]

N_TERMS = 64  # a multiple of four; with more terms, a row costs more than it saves


@dataclass(frozen=True)
class Network:
    """A network ready to run; a simulation does not change it.

    One step of `dt` ms has five parts, in this order: (1) potentials move with the currents of
    the step's start, (2) currents decay, (3) arriving spikes are added to the currents,
    (4) potentials above threshold are reset and refractory counts move, (5) spikes are sent, to
    arrive after their delay of one step or more.

    Attributes
    ----------
    neurons, synapses : object
        Models, see :mod:`lsm.neurons` and :mod:`lsm.synapses`.
    parameters, syn_parameters : dict
        Parameters as `draw` of the two models returned them.
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
        Whether input amplitudes are currents, held for a row, rather than counts of spikes.
    short_term : tuple of 3 float arrays of shape (w.nnz,), or None
        Use U, and time constants of recovery D and facilitation F in ms, of dynamic synapses.
    noise : float
        Standard deviation in nA of a noise current, drawn anew for each neuron and step.
    seed : int
        Seed of the noise, combined with the content of each sample.
    lasting : float array of shape (n_lasting, n_neurons), or None
        Traces of a learning rule that go on from sample to sample.
    inhibitory : bool array of shape (n_neurons,), or None
        Whether each neuron is inhibitory, for learning rules that need to know.
    """

    neurons: Any
    synapses: Any
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

    def __setstate__(self, state):
        vars(self).update(state)
        _check_shapes(self)

    def _repr_html_(self):
        """Return the models, synapses, weights and delays as a table, for a notebook."""
        (n_channels, n), weights = self.w_in.shape, self.w.data
        signs = ("excitatory", weights[weights >= 0]), ("inhibitory", weights[weights < 0])
        rows = [
            ("neurons", f"{n:,}, {self.neurons!r:.200}"),
            ("currents of synapses", f"{self.synapses!r:.200}"),
            ("input channels", f"{n_channels:,}"),
            ("input synapses", _described(self.w_in.data)),
            ("delays of the input", _range(np.multiply(self.delays_in, self.dt), "ms")),
            *((f"{kind} synapses", _described(part)) for kind, part in signs),
            ("delays", _range(np.multiply(self.delays, self.dt), "ms")),
            ("constant currents", _range(self.bias, "nA")),
            ("standard deviation of noise", f"{self.noise:g} nA"),
            ("step", f"{self.dt:g} ms"),
        ]
        if self.inhibitory is not None:
            n_inhibitory = int(np.count_nonzero(self.inhibitory))
            rows.insert(1, ("inhibitory neurons", f"{n_inhibitory:,}"))
        return table(("Network", ""), rows)

    @property
    def n_neurons(self) -> int:
        """Number of neurons."""
        return len(self.bias)

    @property
    def constants(self) -> tuple[Any, ...]:
        """Constants of one step of the neurons."""
        return self.neurons.constants(self.parameters, self.dt)

    @property
    def syn_constants(self) -> Any:
        """Constants of one step of the synapses."""
        return self.synapses.constants(self.syn_parameters, self.parameters, self.dt)

    def keys(self, spikes: SpikeArray, salt: int = 0) -> Array:
        """Return a key of the random numbers for each sample, from its content and the seed.

        Another `salt` gives samples of equal content other random numbers.
        """
        if self.noise == 0 and not self.neurons.stochastic:
            return np.zeros(len(spikes), dtype=np.uint32)
        digests = [int(spikes.digest(i)[:8], 16) for i in range(len(spikes))]
        return (np.array(digests, dtype=np.uint32) ^ np.uint32(self.seed)) + np.uint32(salt)

    def n_steps(self, spikes: SpikeArray) -> Array:
        """Return the length of each sample in steps of the network."""
        self._longest(spikes)
        return steps_at(spikes.n_rows.astype(np.int64), spikes.row_duration, self.dt)

    def row_start(self, spikes: SpikeArray, first_row: int = 0) -> Array:
        """Return the step at which each row of the input begins.

        A row begins at the step nearest to its time, and lasts until the next row begins. Where
        rows are no multiple of `dt`, their lengths differ by one step.

        Parameters
        ----------
        spikes : SpikeArray
            The input.
        first_row : int, default=0
            Number of rows that came before, in a run that goes on from call to call.

        Returns
        -------
        row_start : int64 array of shape (n_rows + 1,)
            For as many rows as the longest sample has, and the end of the last one.

        Raises
        ------
        ValueError
            If a row is shorter than a step, or a sample has too many steps.
        """
        rows = np.arange(first_row, first_row + self._longest(spikes) + 1, dtype=np.int64)
        return steps_at(rows, spikes.row_duration, self.dt)

    def _longest(self, spikes):
        """Return the rows of the longest sample; refuse more steps than the loop counts."""
        n_rows = int(spikes.n_rows.max(initial=0))
        duration = n_rows * spikes.row_duration
        if duration > MOST_STEPS * self.dt:
            raise ValueError(
                f"a sample of X lasts {duration:g} ms, more than {MOST_STEPS} steps of "
                f"Liquid.dt={self.dt:g} ms: cut it into pieces, or set a larger dt"
            )
        return n_rows


def _described(weights):
    """Return a text of the number of synapses, and of their weights in nA."""
    if weights.size == 0:
        return "0"
    return f"{weights.size:,}, weights {_range(weights, 'nA')}, mean {weights.mean():.3g} nA"


def _range(values, unit):
    """Return a text of the lowest and the highest of some values."""
    if np.size(values) == 0:
        return ""
    low, high = (f"{end:.4g}" for end in (np.min(values), np.max(values)))
    return f"{low if low == high else f'{low} to {high}'} {unit}"


def _check_shapes(network):
    """Refuse a network from a file whose arrays do not fit: the kernel would read beyond them."""
    n, (w, w_in) = len(network.bias), (network.w, network.w_in)

    def are(shapes, *arrays):
        return all(array is None or np.shape(array) in shapes for array in arrays)

    every = [(n,)]
    rows = [network.bias, *network.initial, *(() if network.lasting is None else network.lasting)]
    numbers = *network.parameters.values(), *network.syn_parameters.values()
    is_whole = (
        isinstance(network.neurons, NeuronModel)
        and isinstance(network.synapses, SynapseModel)
        and w.format == w_in.format == "csr"
        and _has_valid_indices(w)
        and _has_valid_indices(w_in)
        and all(np.asarray(row).dtype.kind == "f" and np.isfinite(row).all() for row in rows)
        and all(np.asarray(value).dtype.kind in "biuf" for value in numbers)
        and all(np.asarray(d).dtype.kind in "iu" for d in (network.delays, network.delays_in))
        and (network.inhibitory is None or network.inhibitory.dtype == bool)
        and are([(n, n)], w)
        and are([(w_in.shape[0], n)], w_in)
        and are(every, network.bias, network.inhibitory, *network.initial)
        and are([(), w.data.shape], network.delays)
        and are([(), w_in.data.shape], network.delays_in)
        and are([w.data.shape], *(network.short_term or ()))
        and (network.lasting is None or are(every, *network.lasting))
        and np.min(network.delays, initial=1) >= 1
        and np.min(network.delays_in, initial=0) >= 0
        and network.dt > 0
    )
    if not is_whole:
        raise ValueError("a network is damaged: its parts do not fit each other")


def _has_valid_indices(w):
    """Return whether the synapses of a CSR array exist, and its weights are finite numbers."""
    indptr, indices, data = w.indptr, w.indices, w.data
    return (
        indptr.dtype.kind == indices.dtype.kind == "i"
        and data.dtype.kind == "f"
        and len(indptr) == w.shape[0] + 1
        and indptr[0] == 0
        and indptr[-1] == len(indices) == len(data)
        and bool(np.all(np.diff(indptr) >= 0))
        and bool(np.all((indices >= 0) & (indices < w.shape[1])))
        and bool(np.isfinite(data).all())
    )


class Plan(NamedTuple):
    """Times at which to read the neurons, and filters of their spikes.

    Attributes
    ----------
    offsets : int64 array of shape (n_samples + 1,)
        Reading times of sample i are `times[offsets[i]:offsets[i + 1]]`.
    times : int array
        Numbers of steps after which to read, increasing within a sample, from 1 to the sample's
        length.
    decays : float array of shape (n_filters,)
        Decay of each filter per step. A reading is one value for each filter and neuron: the sum
        of `decay**age` over the neuron's spikes so far, where age counts steps and is zero in
        the last step. With a decay of one, it is the number of spikes.
    potential : bool
        Whether the first filter gives the membrane potential instead.
    """

    offsets: np.ndarray
    times: np.ndarray
    decays: np.ndarray
    potential: bool = False

    def select(self, samples: Sequence[Array]) -> Any:
        """Return the plan of some samples, an index array."""
        counts = np.diff(self.offsets)[samples]
        starts = np.repeat(self.offsets[:-1][samples], counts)
        offsets = np.concatenate([[0], np.cumsum(counts)])
        within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], counts)
        return self._replace(offsets=offsets, times=self.times[starts + within])


def in_double(w: Any) -> Any:
    """Return weights in double precision."""
    w = w.copy()  # `astype` would merge synapses between the same two neurons
    w.data = w.data.astype(np.float64)
    return w


class Correlation(NamedTuple):
    """Inverse correlation matrix of rows, with the changes by the last rows apart.

    The matrix is `growth * (matrix - sum(scale * outer(term, term)))` over the terms.

    Attributes
    ----------
    matrix : float64 array of shape (n_features, n_features)
        The matrix before the last rows.
    terms : float64 array of shape (N_TERMS, n_features)
        One term a row, the first `n_terms` of them.
    scales : float64 array of shape (N_TERMS,)
        Factors of the terms.
    n_terms : int64 array of shape (1,)
        Number of terms.
    growth : float64 array of shape (1,)
        Growth by the forgetting of earlier rows.
    """

    matrix: np.ndarray
    terms: np.ndarray
    scales: np.ndarray
    n_terms: np.ndarray
    growth: np.ndarray

    @classmethod
    def of(cls, matrix: np.ndarray) -> Self:
        """Return a correlation that is this matrix, without terms."""
        return cls(
            matrix=matrix,
            terms=np.zeros((N_TERMS, len(matrix))),
            scales=np.zeros(N_TERMS),
            n_terms=np.zeros(1, np.int64),
            growth=np.ones(1),
        )

    def is_of(self, n_features: int) -> bool:
        """Return whether all arrays have the shapes for a number of features."""
        return (
            self.matrix.shape == (n_features, n_features)
            and self.terms.shape == (N_TERMS, n_features)
            and self.scales.shape == (N_TERMS,)
            and self.n_terms.shape == self.growth.shape == (1,)
            and 0 <= self.n_terms[0] < N_TERMS
        )

    @property
    def whole(self) -> np.ndarray:
        """The inverse correlation matrix, of shape (n_features, n_features)."""
        terms = self.terms[: self.n_terms[0]]
        scaled = self.scales[: self.n_terms[0], None] * terms
        return self.growth[0] * (self.matrix - scaled.T @ terms)


class Loop(NamedTuple):
    """A linear readout in the loop: evaluated after every row, its outputs flow back as currents.

    Rows of all samples stand one after the other in `targets` and `outputs`.

    Attributes
    ----------
    weights : array of shape (n_outputs, n_neurons)
        Current into each neuron for an output of one, in nA.
    targets : float64 array of shape (n_rows, n_outputs)
        Targets, where they are known.
    outputs : float64 array of shape (n_rows, n_outputs)
        Filled with the outputs of the readout.
    n_forced : int array of shape (n_samples,)
        Number of rows, from the start of each sample, in which the target flows back instead of
        the output.
    taught_from : int
        First row of each sample in which the readout learns, if it has a `correlation`.
    coef, intercept : float64 arrays of shapes (n_outputs, n_features) and (n_outputs,)
        The readout; none if `coef` has no rows.
    correlation : Correlation
        Inverse correlation matrix of the states, for recursive least squares; of no features if
        nothing is learnt. It and `coef` are changed in place.
    delay : int, default=1
        Rows after which an output flows back, at least one.
    forget : float, default=1.0
        Factor by which a row counts less with each row after it.
    clip : float64 array of shape (2, n_outputs)
        Lowest and highest value of each output that flows back: an output beyond them flows back
        as the nearer one. Of shape (2, 0) without clipping, the default.
    """

    weights: np.ndarray
    targets: np.ndarray
    outputs: np.ndarray
    n_forced: np.ndarray
    taught_from: int
    coef: np.ndarray
    intercept: np.ndarray
    correlation: Correlation
    delay: int = 1
    forget: float = 1.0
    clip: np.ndarray = np.empty((2, 0))
