"""The liquid: a scikit-learn transformer from spikes or signals to states."""

import warnings
from functools import partial
from typing import Any, Self

from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from . import presets
from ._fitted import fit_network
from ._parts import all_or_nothing
from ._random import generators
from ._typing import Estimator, Parameter, PathLike, RandomState, Reward, Samples
from ._units import rounding_named
from .calibration import Calibration
from .health import Health, diagnose
from .kernel import GENERATORS, Recipe, check_reward, learn
from .memory import Memory
from .neurons import LIF
from .reservoir import Reservoir
from .snapshots import Snapshots
from .spikes import SpikeArray
from .synapses import Exponential, TsodyksMarkram
from .topology import ErdosRenyi, RandomInput

__all__ = ["Liquid"]


def _learns(liquid):
    """Return whether a liquid has a rule of learning."""
    return liquid.plasticity is not None or liquid.homeostasis is not None


class Liquid(Reservoir):
    """Recurrent network of spiking neurons that transforms signals into states [1]_.

    The network is drawn and calibrated in `fit`. It is not trained, unless `plasticity` or
    `homeostasis` is given. `transform` runs every sample from the same initial state, and reads
    the neurons at the times of `snapshots`. A sample's state depends on nothing but the sample.

    Parameters
    ----------
    n_neurons : int or "auto", default="auto"
        Number of neurons; "auto" takes that of a wiring that fixes it, or else 1000.
    neurons : neuron model, default=LIF()
        See :mod:`lsm.neurons`.
    synapses : synapse model, default=Exponential()
        See :mod:`lsm.synapses`.
    topology : wiring, default=ErdosRenyi()
        Recurrent connections, see :mod:`lsm.topology`.
    inputs : input wiring, default=RandomInput()
        Connections from the channels to the neurons.
    snapshots : Snapshots, default=Snapshots()
        When and what to read.
    calibration : Calibration or None, default=Calibration()
        Search for the gains; None takes the weights as they are.
    short_term_plasticity : TsodyksMarkram, optional
        Depression and facilitation of recurrent synapses within a sample.
    plasticity : rule, optional
        Rule that changes the excitatory recurrent weights at spikes, in `fit` and `partial_fit`,
        see :mod:`lsm.plasticity`.
    homeostasis : rule, optional
        Rule that regulates or rewires neurons between samples, in `fit` and `partial_fit`.
    noise : float, default=0.0
        Standard deviation in nA of a current that is drawn for each neuron and step, from the
        seed and the sample's content.
    initial : {"rest", "random"}, default="rest"
        State at the start of every sample: rest, or potentials drawn once in `fit`.
    dt : float, default=1.0
        Length of a step in ms, to which delays and refractory periods are rounded.
    row_duration : float or "auto", default="auto"
        Duration in ms of a row of an array; "auto" is `dt`. A SpikeArray has its own. A row
        begins at the nearest step, so that its duration need not be a multiple of `dt`.
    static_steps : int, default=100
        Steps for which a row of a 2-D `X` is held as a constant current.
    dtype : {"float32", "float64"}, default="float32"
        Precision of the simulation.
    n_jobs : int, default=None
        Threads of a simulation, as in joblib. With fewer samples than threads, several threads
        run each sample of a large liquid.
    verbose : bool, default=False
        Whether learning and `transform` show a progress bar.
    memory : str, path or Memory, optional
        Folder of a cache of states, see :class:`~lsm.Memory`. A liquid that learns differs after
        each fit, and caches nothing.
    output : {"states", "spikes"}, default="states"
        Result of `transform`: the states, or the spikes of all neurons, for a liquid that follows.
    sparse_output : bool, default=True
        Whether states are a sparse array; False for a dense one.
    stimulus : samples, optional
        Samples for calibration and health instead of those of `fit`. The network then does not
        depend on the latter, and with `memory` all folds of a cross-validation share their states.
    random_state : int, RandomState instance or None, default=None
        Seed of all draws in `fit`.

    Attributes
    ----------
    network_ : lsm.kernel.Network
        The network, with calibrated and learnt weights.
    weights_ : sparse array of shape (n_neurons, n_neurons)
        Recurrent weights `weights_[pre, post]` in nA, as calibrated and learnt; read-only.
    weights_before_ : sparse array of shape (n_neurons, n_neurons) or None
        The same before a rule has learnt; None without a rule.
    simulator_ : lsm.simulator.Simulator
        Runs of the network.
    inhibitory_ : bool array of shape (n_neurons,)
        Which neurons are inhibitory.
    positions_ : array of shape (n_neurons, 3) or None
        Positions of the neurons, if the topology has a space.
    parameters_ : dict
        Parameters of the neurons as drawn.
    other_initial_ : tuple of arrays of shape (n_neurons,)
        Second, random initial state, for the echo-state index.
    calibrated_ : lsm.calibration.Calibrated or None
        The gains that calibration found.
    weight_unit_ : float
        Mean excitatory weight in nA before learning, the unit of the rules' weights.
    health_ : lsm.health.Health
        Health of the liquid after `fit`, or at the last call of `diagnose`.
    n_features_in_ : int
        Number of input channels.

    Notes
    -----
    `X` is a :class:`~lsm.spikes.SpikeArray`, a sequence of arrays of shape (T_i, n_channels),
    dense or sparse, a 3-D array, or a 2-D array of static patterns. Integers are spike counts,
    floats are currents. Arrays have rows as in `fit`. One channel has shape (T, 1), and a single
    sample goes into a list.

    Of parameters set after `fit`, `snapshots`, `dtype`, `n_jobs`, `verbose` and `memory` act at
    once, rules of learning act in `partial_fit`, and all others act in the next `fit`.

    References
    ----------
    .. [1] W. Maass, T. Natschläger, H. Markram (2002). Real-time computing without stable
       states: a new framework for neural computation based on perturbations. Neural
       Computation 14, 2531-2560.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import Liquid
    >>> rng = np.random.default_rng(0)
    >>> X = [(rng.random((200, 10)) < rate).astype(int) for rate in (0.02, 0.05, 0.1)]
    >>> Liquid(n_neurons=100, random_state=0).fit_transform(X).shape
    (3, 100)
    """

    _parts = Reservoir._parts | {
        "neurons": LIF, "synapses": Exponential, "topology": ErdosRenyi, "inputs": RandomInput,
        "calibration": Calibration,
    }  # fmt: skip
    _part_methods = Reservoir._part_methods | {
        "neurons": "reference_step", "synapses": "current", "topology": "draw", "inputs": "draw",
        "calibration": "calibrate", "short_term_plasticity": "draw", "plasticity": "on_pre",
        "homeostasis": "between",
    }  # fmt: skip
    _part_of_matrix = {"topology": "FixedWeights", "inputs": "FixedInputs"}
    _optional_parts = ("calibration", "short_term_plasticity", "plasticity", "homeostasis")

    def __init__(
        self, n_neurons: int | str = "auto", neurons: Estimator | str = "auto",
        synapses: Estimator | str = "auto", topology: Estimator | str = "auto",
        inputs: Estimator | str = "auto", snapshots: Snapshots | str = "auto",
        calibration: Calibration | str | None = "auto",
        short_term_plasticity: TsodyksMarkram | None = None, plasticity: Estimator | None = None,
        homeostasis: Estimator | None = None, noise: float = 0.0, initial: str = "rest",
        dt: float = 1.0, row_duration: float | str = "auto", static_steps: int = 100,
        dtype: str = "float32", n_jobs: int | None = None, verbose: bool = False,
        memory: PathLike | Memory | None = None, output: str = "states", sparse_output: bool = True,
        stimulus: Samples | None = None, random_state: RandomState = None,
    ) -> None:  # fmt: skip
        super().__init__(
            snapshots, dt, row_duration, static_steps, dtype, n_jobs, verbose, memory, output,
            sparse_output,
        )  # fmt: skip
        self.n_neurons = n_neurons
        self.neurons = neurons
        self.synapses = synapses
        self.topology = topology
        self.inputs = inputs
        self.calibration = calibration
        self.short_term_plasticity = short_term_plasticity
        self.plasticity = plasticity
        self.homeostasis = homeostasis
        self.noise = noise
        self.initial = initial
        self.stimulus = stimulus
        self.random_state = random_state

    @classmethod
    def maass2002(cls, **params: Any) -> Self:
        """Return the column of Maass et al. (2002), see :func:`lsm.presets.maass2002`.

        `params` override its parameters. For rows of 1 ms set `row_duration=1.0`.
        """
        return cls(**(presets.maass2002() | params))

    @classmethod
    def echo_state(
        cls, *, leak: Parameter = 1.0, bias: Parameter = 0.0, spectral_radius: float = 0.9,
        dt: float = 1.0, **params: Any,
    ) -> Self:  # fmt: skip
        """Return an echo state network, see :func:`lsm.presets.echo_state`.

        `params` are other parameters of the liquid, such as `inputs=RandomInput(weight=0.1)`.
        """
        preset = presets.echo_state(leak, bias, spectral_radius, dt)
        if given := params.keys() & {"neurons", "synapses", "topology"}:
            raise TypeError(
                f"Liquid.echo_state makes its own {', '.join(sorted(given))}: leave them out, or "
                "make a Liquid with parts of your own"
            )
        return cls(**(preset | params))

    @classmethod
    def self_driven(cls, **params: Any) -> Self:
        """Return a liquid without input for feedback, see :func:`lsm.presets.self_driven`.

        `params` override its parameters.

        Examples
        --------
        >>> import numpy as np
        >>> from lsm import Feedback, Liquid, LSMRegressor
        >>> from lsm.readout import HoldOutRidge
        >>> wave, silence = np.sin(np.arange(1100) / 10), np.zeros((1000, 1))
        >>> liquid, feedback = Liquid.self_driven(random_state=0), Feedback(weight=2.0, noise=0.01)
        >>> model = LSMRegressor(liquid, HoldOutRidge(), feedback, washout=100)
        >>> continued = model.fit([silence], [wave[:1000]]).generate(100, wave[800:1000])
        >>> bool(np.abs(continued - wave[1000:]).max() < 0.5)
        True
        """
        return cls(**(presets.self_driven() | params))

    def fit(self, X: Samples, y: Any = None, reward: Reward | None = None) -> Self:
        """Draw the liquid, calibrate it on `X`, let its rules learn, and diagnose it.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Training samples.
        y : ignored
            For scikit-learn's pipelines.
        reward : array of shape (n_samples,) or function, optional
            For rules that learn from reward: the reward after each sample, or a function of a
            sample's index and the spike counts of all neurons that returns it.

        Returns
        -------
        self : Liquid

        Raises
        ------
        TypeError, ValueError
            If a parameter or the input is invalid.

        Warns
        -----
        UserWarning
            If the liquid is useless, with a remedy.
        """
        with all_or_nothing(self), rounding_named():
            self._check()
            spikes = self._decide_form(X)
            self._fit(spikes, check_reward(reward, len(spikes), self._rules()))
            self.diagnose(spikes)
        return self

    def _fit(self, spikes, reward):
        rngs = generators(self.random_state, GENERATORS)

        def check(network):
            for rule in self._rules():
                rule.check_network(network)
            # A sample that ends before a snapshot is refused before the search for gains.
            self._part("snapshots").plan(network.n_steps(spikes), self.dt)

        network, wiring, self.other_initial_, self.calibrated_ = fit_network(
            self._recipe(), self._part("calibration"), self._stimulus_or(spikes), rngs, check,
            seed=self.random_state, memory=self._cache(),
        )  # fmt: skip
        excitatory = network.w.data[network.w.data > 0]
        self.weight_unit_ = float(excitatory.mean(dtype=float)) if excitatory.size else 1.0
        self.inhibitory_, self.positions_ = wiring.inhibitory, wiring.positions
        self.parameters_ = network.parameters
        self._set_network(network)
        self.weights_before_ = self.weights_ if self._rules() else None
        self._learning_rng = rngs["learning"]
        self._learn(spikes, reward)

    @available_if(_learns)
    def partial_fit(self, X: Samples, y: Any = None, reward: Reward | None = None) -> Self:
        """Continue learning with more samples; the first call is a `fit`.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Training samples, learnt from in this order.
        y : ignored
            For scikit-learn's pipelines.
        reward : array of shape (n_samples,) or function, optional
            As in `fit`.

        Returns
        -------
        self : Liquid
            Its `health_` is as before; `diagnose` measures it again.
        """
        if not hasattr(self, "network_"):
            return self.fit(X, y, reward)
        self._check()
        for rule in self._rules():
            rule.check_network(self.network_)
        spikes = self.to_spikes(X)
        self._learn(spikes, check_reward(reward, len(spikes), self._rules()))
        return self

    def diagnose(self, X: Samples) -> Health:
        """Measure the liquid's health again, after more learning or on other samples.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples. Where `stimulus` is given, the health is measured on it instead.

        Returns
        -------
        health : lsm.health.Health
            The new `health_`.
        """
        check_is_fitted(self)
        spikes = self.to_spikes(X)
        probes = self.probes(spikes)
        self.health_ = diagnose(self.network_, spikes, probes, self.other_initial_, self._cache())
        if complaint := self.health_.complaint():
            warnings.warn(complaint, UserWarning, stacklevel=3)
        return self.health_

    def probes(self, X: Samples) -> SpikeArray:
        """Return short pieces of samples, on which gains and health are measured.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples. Where `stimulus` is given, pieces of it are returned instead.

        Returns
        -------
        probes : SpikeArray
            `calibration` sets their number and length.
        """
        check_is_fitted(self)
        calibration = self._part("calibration") or Calibration()
        return calibration.probes(self._stimulus_or(self.to_spikes(X)))

    def _check(self):
        super()._check()
        self._recipe().check()

    def _recipe(self):
        return Recipe(
            self._part("neurons"), self._part("synapses"), self._part("topology"),
            self._part("inputs"), self.short_term_plasticity, self.n_neurons, self.noise,
            self.initial, self.dt,
        )  # fmt: skip

    def _rules(self):
        return [rule for rule in (self.plasticity, self.homeostasis) if rule is not None]

    def _learn(self, spikes, reward):
        """Let the rules change the network, sample by sample."""
        if self._rules():
            gain = self.calibrated_.recurrent_gain if self.calibrated_ else 1.0
            rewire = partial(self._recipe().rewire, self.network_, gain, self._learning_rng)
            self._set_network(learn(
                self.network_, spikes, self._rules(), unit=self.weight_unit_, dtype=self.dtype,
                reward=reward, rng=self._learning_rng, rewire=rewire, verbose=self.verbose,
            ))  # fmt: skip

    def _stimulus_or(self, spikes):
        """Return `stimulus` as a SpikeArray like the samples of `fit`, or those if it is None."""
        if self.stimulus is None:
            return spikes
        return self._form.to_spikes_like(spikes, "Liquid.stimulus", self.stimulus)

    def _cache(self):
        return None if _learns(self) else super()._cache()
