"""The base of the liquid: a fixed network as a scikit-learn transformer."""

from copy import deepcopy
from typing import Literal, Self, overload

from joblib import effective_n_jobs
from scipy import sparse
from sklearn import get_config
from sklearn.base import TransformerMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ._parts import Composite
from ._typing import Array, ArrayLike, PathLike, Samples
from ._units import steps_per_row
from ._validation import check_bool, check_choice, check_integer, check_number
from .kernel import Network, Stream, read_only, with_weight, with_weights
from .memory import Memory
from .misreadings import warn_of_durations
from .samples import SampleForm, States, split_rows, warn_of_series
from .simulator import Recorded, Simulator
from .snapshots import Snapshots
from .spikes import SpikeArray

__all__ = ["Reservoir"]


def _has_states(reservoir):
    """Return whether `transform` returns states, which have columns with names."""
    return reservoir.output == "states"


class Reservoir(TransformerMixin, Composite):
    """Transformer that runs samples through a fixed network and reads its state.

    A subclass sets the network in its `fit`, by `_set_network`, and adds its parameters to these.

    Parameters
    ----------
    snapshots, dt, row_duration, static_steps, dtype, n_jobs, verbose, memory, output, \
    sparse_output : object
        As of :class:`~lsm.Liquid`.
    """

    _parts = {"snapshots": Snapshots}
    _part_methods = {"snapshots": "plan"}

    def __init__(
        self,
        snapshots: Snapshots | str,
        dt: float,
        row_duration: float | str,
        static_steps: int,
        dtype: str,
        n_jobs: int | None,
        verbose: bool,
        memory: PathLike | Memory | None,
        output: str,
        sparse_output: bool,
    ) -> None:
        self.snapshots = snapshots
        self.dt = dt
        self.row_duration = row_duration
        self.static_steps = static_steps
        self.dtype = dtype
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.memory = memory
        self.output = output
        self.sparse_output = sparse_output

    def _check(self):
        """Validate the parameters."""
        self._check_parts()
        check_number("Liquid.dt", self.dt, 0, low_open=True)
        if not self._is_default("row_duration"):
            check_number(
                "Liquid.row_duration", self.row_duration, 0, low_open=True, suffix=" or 'auto'"
            )
            steps_per_row(self.row_duration, self.dt)  # refuses rows shorter than a step
        check_integer("Liquid.static_steps", self.static_steps, 1)
        self._check_run()
        if cache := self._cache():
            cache.check()

    def _check_run(self):
        """Validate the parameters that act at once when they are set after `fit`."""
        check_choice("Liquid.dtype", self.dtype, ("float32", "float64"))
        if self.n_jobs is not None:
            check_integer("Liquid.n_jobs", self.n_jobs)
        effective_n_jobs(self.n_jobs)  # refuses zero
        check_choice("Liquid.output", self.output, ("states", "spikes"))
        check_bool("Liquid.sparse_output", self.sparse_output)
        self._check_parts("snapshots")

    def _cache(self):
        """Return the Memory in use, or None."""
        if self.memory is None or isinstance(self.memory, Memory):
            return self.memory
        return Memory(self.memory)

    def _decide_form(self, X):
        """Convert the samples of `fit`, and store their form."""
        form = self._new_form()
        warn_of_series(X)
        spikes = form.to_spikes(X, self)
        warn_of_durations(spikes)
        self.n_features_in_ = spikes.n_channels
        self._form = form.decide(X, spikes)
        return spikes

    def _new_form(self):
        """Return the form of the samples before `fit` has seen any."""
        return SampleForm.before_fit(self.row_duration, self.dt, self.static_steps)

    def _set_network(self, network):
        self.network_, self.n_neurons_ = network, network.n_neurons

    def to_spikes(self, X: Samples) -> SpikeArray:
        """Convert samples of any form to a SpikeArray.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        spikes : SpikeArray
            Spikes or currents as in `fit`. Before `fit`, arrays of floats are currents.

        Raises
        ------
        ValueError
            If the samples are invalid, or have another form than in `fit`.
        """
        if hasattr(self, "network_"):
            return self._form.to_spikes(X, self)
        self._check()
        return self._new_form().to_spikes(X)

    @property
    def simulator_(self) -> Simulator:
        """Runs of the fitted network, with the precision and the threads set at present."""
        check_is_fitted(self)
        self._check_run()
        snapshots = row_snapshots = self._part("snapshots")
        if self._is_default("snapshots"):  # a count of spikes in one row says little
            feature = "trace" if self.network_.neurons.spiking else "membrane"
            row_snapshots = Snapshots(feature=feature)
        return Simulator(
            self.network_, snapshots, row_snapshots, self.dtype, self.n_jobs, self.verbose,
            self._cache(),
        )  # fmt: skip

    @property
    def weights_(self) -> sparse.csr_array:
        """Recurrent weights of the fitted network in nA, `weights_[pre, post]`, read-only."""
        check_is_fitted(self)
        return read_only(self.network_.w)

    def with_weights(self, W: ArrayLike | sparse.sparray, delay: float | str = "auto") -> Self:
        """Return a fitted copy of the liquid with other recurrent weights.

        Everything else stays as in this liquid: neurons, kinds of neurons, input, calibration. The
        copy has no `health_` until its `diagnose` is called.

        Parameters
        ----------
        W : array or scipy.sparse array of shape (n_neurons, n_neurons)
            Weights `W[pre, post]` in nA. Synapses are the entries that a sparse array stores, or
            the numbers of another array that are not zero.
        delay : float or "auto", default="auto"
            Delay in ms of synapses that this liquid does not have; "auto" is the delay of all its
            synapses, if they have the same. Other synapses keep their delays, and their
            parameters of short-term plasticity.

        Returns
        -------
        liquid : Liquid
            The copy.

        Raises
        ------
        TypeError, ValueError
            If the weights or the delay are invalid, the topology has drawn several synapses for
            one pair of neurons, or new synapses have no delay or no parameters of short-term
            plasticity.

        Examples
        --------
        >>> import numpy as np
        >>> from lsm import Liquid
        >>> X = np.random.default_rng(0).poisson(0.05, (20, 100, 8))
        >>> liquid = Liquid(50, random_state=0).fit(X)
        >>> halved = liquid.with_weights(liquid.weights_ / 2)
        >>> float(halved.weights_.sum() / liquid.weights_.sum())
        0.5
        """
        check_is_fitted(self)
        return self.with_network(with_weights(self.network_, W, delay))

    def with_network(self, network: Network) -> Self:
        """Return a fitted copy of the liquid with another network, such as one that has learnt.

        Parameters
        ----------
        network : lsm.kernel.Network
            Network with as many neurons and channels as this one, such as
            `dataclasses.replace(liquid.network_, w_in=liquid.network_.w_in * 2)`.

        Returns
        -------
        liquid : Liquid
            The copy, without `health_` until its `diagnose` is called.

        Raises
        ------
        TypeError, ValueError
            If it is no network, or one of another size.
        """
        check_is_fitted(self)
        if not isinstance(network, Network):
            raise TypeError(f"network must be a Network of lsm.kernel, got {network!r:.80}")
        if network.w_in.shape != self.network_.w_in.shape:
            raise ValueError(
                "network must have as many channels and neurons as this liquid, "
                f"{self.network_.w_in.shape}, got {network.w_in.shape}"
            )
        return deepcopy(self, {id(self.network_): self.network_})._change_network(network)

    def set_weight(self, pre: int, post: int, weight: float, delay: float | str = "auto") -> Self:
        """Change one recurrent weight of this liquid, and add the synapse if it does not exist.

        The next `fit` draws all weights anew. A readout that was fitted on states of this liquid
        must be fitted again. :meth:`with_weights` changes many weights at once, and leaves the
        liquid as it is.

        Parameters
        ----------
        pre, post : int
            Neurons from which and to which the synapse leads.
        weight : float
            Weight in nA. The synapse stays if it is 0.
        delay : float or "auto", default="auto"
            Delay in ms; "auto" keeps that of the synapse. That of a new synapse is the delay of
            all synapses, if they have the same.

        Returns
        -------
        self : Liquid
            Without `health_`, until `diagnose` is called.

        Raises
        ------
        TypeError, ValueError
            As of :meth:`with_weights`.
        """
        check_is_fitted(self)
        return self._change_network(with_weight(self.network_, pre, post, weight, delay))

    def _change_network(self, network):
        """Take a network with other weights, whose health is not known."""
        self._set_network(network)
        vars(self).pop("health_", None)
        return self

    def transform(self, X: Samples) -> sparse.csr_array:
        """Run samples through the liquid and read its state.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        states : scipy.sparse.csr_array of shape (n_samples, n_readings * n_neurons)
            Column `k * n_neurons + n` holds reading k of neuron n. A dense array if
            `sparse_output` is False, or a data frame after `set_output`. With `output="spikes"` a
            SpikeArray instead, see :meth:`record`.

        Raises
        ------
        ValueError
            If the samples are invalid, or a data frame is wanted of sparse states.
        """
        simulator = self.simulator_
        if self.output == "spikes":
            return simulator.record(self.to_spikes(X))
        self._refuse_sparse_frames()
        states = simulator.states(self.to_spikes(X))
        return States(states) if self.sparse_output else states.toarray()

    def _refuse_sparse_frames(self):
        """Raise an error if scikit-learn would have to make a data frame of sparse states."""
        chosen = getattr(self, "_sklearn_output_config", {})  # where `set_output` keeps its choice
        wanted = chosen.get("transform", get_config()["transform_output"])
        if self.sparse_output and wanted != "default":
            raise ValueError(
                f"{wanted} output does not support the sparse states of a liquid: set "
                "Liquid.sparse_output=False, or call set_output(transform='default')"
            )

    def trajectory(self, X: Samples) -> list[Array]:
        """Run samples through the liquid and read its state at the end of every row.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        states : list of arrays of shape (T_i, n_features)
            The feature of `snapshots`, whatever its times. Traces come filter by filter.
        """
        simulator, spikes = self.simulator_, self.to_spikes(X)
        return split_rows(simulator.rows(spikes), spikes)

    @overload
    def record(
        self, X: Samples, neurons: str | ArrayLike = "all", potentials: Literal[False] = False
    ) -> SpikeArray: ...

    @overload
    def record(
        self, X: Samples, neurons: str | ArrayLike = "all", *, potentials: Literal[True]
    ) -> Recorded: ...

    def record(
        self, X: Samples, neurons: str | ArrayLike = "all", potentials: bool = False
    ) -> SpikeArray | Recorded:
        """Run samples through the liquid and return its spikes, and its potentials on request.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.
        neurons : "all", int array of shape (n_recorded,) or bool array of shape (n_neurons,), \
default="all"
            Neurons to record: their indices, or a mask.
        potentials : bool, default=False
            Whether to return the membrane potentials too.

        Returns
        -------
        recorded : SpikeArray or lsm.simulator.Recorded
            Without `potentials` the spikes: channel k is neuron `neurons[k]`, in rows of one step
            of `dt`. With them a named tuple of `spikes` and `potentials`, a list of arrays of
            shape (n_steps, n_recorded) with the potential in mV at the end of each step. Neurons
            that send no spikes have activations as potentials, and None as `spikes`.

        Raises
        ------
        ValueError
            If neurons that send no spikes are recorded without `potentials`, a neuron does not
            exist, or the potentials are too many to hold.

        Examples
        --------
        >>> import numpy as np
        >>> from lsm import Liquid
        >>> X = np.random.default_rng(0).poisson(0.05, (20, 100, 8))
        >>> liquid = Liquid(50, random_state=0).fit(X)
        >>> spikes, potentials = liquid.record(X, neurons=[3, 7], potentials=True)
        >>> spikes.n_channels, len(potentials), potentials[0].shape
        (2, 20, (100, 2))
        """
        return self.simulator_.record(self.to_spikes(X), neurons, potentials)

    def stream(self, row: SpikeArray) -> Stream:
        """Start a run of the liquid that goes on from piece to piece.

        Parameters
        ----------
        row : SpikeArray
            One sample of one row, of the kind that all rows are.

        Returns
        -------
        stream : lsm.kernel.Stream
            `stream.step(rows)` runs the next rows, one sample, and returns the state at the end of
            each, of shape (n_rows, n_filters, n_neurons).
        """
        return self.simulator_.stream(row)

    @available_if(_has_states)
    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """Return the names of the states' columns; `input_features` is ignored."""
        return self.simulator_.snapshots.feature_names(self.n_neurons_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []
        return tags
