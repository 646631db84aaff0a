"""The liquid: a scikit-learn transformer from spikes or signals to states."""

import warnings
from functools import partial

from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ._parts import all_or_nothing
from ._random import generators
from .calibration import Calibration
from .health import diagnose
from .kernel import GENERATORS, Recipe, check_reward, learn
from .neurons import LIF, LeakyTanh
from .reservoir import Reservoir
from .snapshots import Snapshots
from .synapses import Delta, Exponential, TsodyksMarkram
from .topology import Column, ErdosRenyi, RandomInput, Weights

__all__ = ["Liquid"]


def _learns(liquid):
    """Return whether a liquid has a rule of learning."""
    return liquid.plasticity is not None or liquid.homeostasis is not None


class Liquid(Reservoir, auto_wrap_output_keys=None):
    """Recurrent network of spiking neurons that transforms signals into states [1]_.

    The network is drawn and calibrated in `fit`. It is not trained, unless `plasticity` or
    `homeostasis` is given. `transform` runs every sample through the network from the same
    initial state, and reads the neurons at the times of `snapshots`. The state of a sample
    depends on nothing but the sample.

    Parameters
    ----------
    n_neurons : int or "auto", default="auto"
        Number of neurons; "auto" takes that of the topology, or else 1000.
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
        Length of a step in ms.
    static_steps : int, default=100
        Steps for which a row of a 2-D `X` is held as a constant current.
    dtype : {"float32", "float64"}, default="float32"
        Precision of the simulation.
    n_jobs : int, default=None
        Threads of a simulation, as in joblib.
    verbose : bool, default=False
        Whether learning and `transform` show a progress bar.
    memory : str, path or Memory, optional
        Folder of a cache of states, see :class:`~lsm.Memory`. A liquid that learns differs after
        each fit, and caches nothing.
    stimulus : samples, optional
        Samples for calibration and health instead of those of `fit`. The network then does not
        depend on the latter, and with `memory` all folds of a cross-validation share their states.
    random_state : int, RandomState instance or None, default=None
        Seed of all draws in `fit`.

    Attributes
    ----------
    network_ : lsm.kernel.Network
        The network, with calibrated and learnt weights.
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
    floats are currents. A row lasts one step of `dt`, or as long as a SpikeArray says. One
    channel has shape (T, 1), and a single sample goes into a list.

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
        "neurons": LIF,
        "synapses": Exponential,
        "topology": ErdosRenyi,
        "inputs": RandomInput,
        "calibration": Calibration,
    }
    _part_methods = Reservoir._part_methods | {
        "neurons": "reference_step",
        "synapses": "current",
        "topology": "draw",
        "inputs": "draw",
        "calibration": "calibrate",
        "short_term_plasticity": "draw",
        "plasticity": "on_pre",
        "homeostasis": "between",
    }
    _optional_parts = ("calibration", "short_term_plasticity", "plasticity", "homeostasis")

    def __init__(
        self,
        n_neurons="auto",
        neurons="auto",
        synapses="auto",
        topology="auto",
        inputs="auto",
        snapshots="auto",
        calibration="auto",
        short_term_plasticity=None,
        plasticity=None,
        homeostasis=None,
        noise=0.0,
        initial="rest",
        dt=1.0,
        static_steps=100,
        dtype="float32",
        n_jobs=None,
        verbose=False,
        memory=None,
        stimulus=None,
        random_state=None,
    ):
        super().__init__(snapshots, dt, static_steps, dtype, n_jobs, verbose, memory)
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
    def maass2002(cls, **params):
        """Return the column of Maass, Natschläger & Markram (2002).

        A column of 15 x 3 x 3 neurons with the published numbers, not calibrated; `params` override
        them. Delays of 0.8 and 1.5 ms need a step `dt` of 0.1 ms: give samples in rows of 1 ms as
        `SpikeArray.from_dense(X, row_duration=1.0)`. With static synapses the activity would run
        away: `Liquid.maass2002(short_term_plasticity=None, calibration="auto")` scales the weights.
        """
        parts = {"neurons": LIF, "synapses": Exponential, "topology": Column, "inputs": RandomInput}
        parts["short_term_plasticity"] = TsodyksMarkram
        published = {name: part.maass2002() for name, part in parts.items()}
        return cls(**(published | {"initial": "random", "calibration": None, "dt": 0.1} | params))

    @classmethod
    def echo_state(cls, *, leak=1.0, bias=0.0, spectral_radius=0.9, dt=1.0, **params):
        """Return an echo state network [1]_: rate neurons instead of spiking ones.

        In each step of `dt` ms the activations x change to::

            x(t) = (1 - leak) x(t - 1) + leak tanh(W x(t - 1) + W_in u(t) + bias)

        The recurrent weights W are normal, of either sign. The states are the activations.

        Parameters
        ----------
        leak : float, default=1.0
            Share of the activation that is new in each step, above 0 and at most 1.
        bias : float, array or scipy.stats distribution, default=0.0
            Constant input of the neurons.
        spectral_radius : float, default=0.9
            Spectral radius of W.
        dt : float, default=1.0
            Length of a step in ms; give the duration of a row of the samples.
        **params
            Other parameters of the liquid, such as `inputs=RandomInput(weight=0.1)`.

        Returns
        -------
        liquid : Liquid
            Unfitted, and not calibrated in `fit`.

        References
        ----------
        .. [1] H. Jaeger (2001). The "echo state" approach to analysing and training recurrent
           neural networks. GMD Report 148.
        """
        weights = Weights(
            distribution="signed", inhibition=1.0, normalization="spectral_radius",
            gain=spectral_radius,
        )  # fmt: skip
        defaults = {"snapshots": Snapshots(feature="membrane"), "calibration": None}
        return cls(
            neurons=LeakyTanh(leak=leak, bias=bias), synapses=Delta(),
            topology=ErdosRenyi(weights=weights, delay=dt), dt=dt, **(defaults | params),
        )  # fmt: skip

    def fit(self, X, y=None, reward=None):
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
        with all_or_nothing(self):
            self._check()
            spikes = self._decide_form(X)
            self._fit(spikes, check_reward(reward, len(spikes), self._rules()))
            self.diagnose(spikes)
        return self

    def _fit(self, spikes, reward):
        rngs = generators(self.random_state, GENERATORS)
        network, wiring, self.other_initial_ = self._recipe().draw(
            rngs, spikes.n_channels, spikes.graded
        )
        for rule in self._rules():
            rule.check_network(network)
        # A sample that ends before a snapshot is refused before the search for gains.
        self._part("snapshots").plan(network.n_steps(spikes), self.dt)
        self.calibrated_ = None
        if self.calibration is not None:
            network, self.calibrated_ = self._part("calibration").calibrate(
                network, self._stimulus_or(spikes), self.other_initial_, self._cache()
            )
        excitatory = network.w.data[network.w.data > 0]
        self.weight_unit_ = float(excitatory.mean(dtype=float)) if excitatory.size else 1.0
        self.inhibitory_, self.positions_ = wiring.inhibitory, wiring.positions
        self.parameters_ = network.parameters
        self._set_network(network)
        self._learning_rng = rngs["learning"]
        self._learn(spikes, reward)

    @available_if(_learns)
    def partial_fit(self, X, y=None, reward=None):
        """Continue learning with more samples; the first call is a `fit`.

        `diagnose` measures what learning has done to the liquid's health.

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
        """
        if not hasattr(self, "network_"):
            return self.fit(X, y, reward)
        self._check()
        for rule in self._rules():
            rule.check_network(self.network_)
        spikes = self.to_spikes(X)
        self._learn(spikes, check_reward(reward, len(spikes), self._rules()))
        return self

    def diagnose(self, X):
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

    def probes(self, X):
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
