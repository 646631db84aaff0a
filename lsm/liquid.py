"""The liquid: a scikit-learn transformer from spikes or signals to states."""

import warnings
from dataclasses import replace

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ._parts import PartsMixin, all_or_nothing
from ._random import generators
from ._runs import RunsMixin
from ._samples import SamplesMixin
from ._validation import check_choice, check_integer, check_number
from .calibration import Calibration, probe
from .health import Health, diagnose
from .kernel import GENERATORS, check_reward, draw_network, draw_recurrence, learn
from .memory import Memory, recall
from .neurons import LIF, LeakyTanh
from .snapshots import Snapshots
from .synapses import Delta, Exponential
from .topology import Column, ErdosRenyi, RandomInput, Weights

__all__ = ["Liquid"]


def _learns(liquid):
    """Tell whether a liquid has anything to learn with."""
    return liquid.plasticity is not None or liquid.homeostasis is not None


class Liquid(RunsMixin, SamplesMixin, PartsMixin, TransformerMixin, BaseEstimator):
    """A recurrent network of spiking neurons that turns signals into states [1]_.

    The network is drawn and calibrated in `fit` and not trained, unless `plasticity` or
    `homeostasis` is given. `transform` changes nothing: it lets every sample
    run through it from the same initial state, and reads the neurons at the times that
    `snapshots` says. The state of a sample depends on nothing but the sample.

    Parameters
    ----------
    n_neurons : int, optional
        Number of neurons; by default what the topology fixes, or 1000.
    neurons : neuron model, default=LIF()
        See :mod:`lsm.neurons`.
    synapses : synapse model, default=Exponential()
        See :mod:`lsm.synapses`.
    topology : wiring, default=ErdosRenyi()
        Recurrent connections, see :mod:`lsm.topology`.
    inputs : input wiring, default=RandomInput()
        How channels reach the neurons.
    snapshots : Snapshots, default=Snapshots()
        When and what to read.
    calibration : Calibration or None, default="auto"
        How the gains are found; "auto" is `Calibration()`, None takes the weights as they are.
    short_term_plasticity : TsodyksMarkram, optional
        Lets a recurrent synapse tire and recover within a sample.
    plasticity : rule, optional
        Lets spikes change the excitatory recurrent weights in `fit` and `partial_fit`, see
        :mod:`lsm.plasticity`.
    homeostasis : rule, optional
        What keeps neurons in range, or rewires them, between samples in `fit` and `partial_fit`.
    noise : float, default=0.0
        Standard deviation in nA of a current that is drawn anew for each neuron and step, from
        the seed and the sample's content.
    initial : {"rest", "random"}, default="rest"
        Where every sample starts: at rest, or at potentials drawn once in `fit`.
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
        Folder that keeps what was computed, see :class:`~lsm.Memory`. A liquid that learns is
        another after each fit, and keeps nothing.
    stimulus : samples, optional
        What the liquid is calibrated and diagnosed on instead of the samples of `fit`. Then it
        does not depend on them, and with `memory` all folds of a cross-validation share their
        states.
    random_state : int, RandomState instance or None, default=None
        Seed of everything that is drawn in `fit`.

    Attributes
    ----------
    network_ : lsm.kernel.Network
        The network, with calibrated and learnt weights.
    inhibitory_ : bool array of shape (n_neurons,)
        Which neurons are inhibitory.
    positions_ : array of shape (n_neurons, 3) or None
        Where the neurons are, if the topology has a space.
    parameters_ : dict
        Parameters of the neurons as drawn.
    calibrated_ : lsm.calibration.Calibrated or None
        The gains that calibration found.
    weight_unit_ : float
        Mean excitatory weight in nA before learning, which the rules of learning count in.
    health_ : lsm.health.Health
        What state the liquid was in after `fit`, or when `diagnose` was called.
    n_features_in_ : int
        Number of input channels.

    Notes
    -----
    `X` is a :class:`~lsm.spikes.SpikeArray`, a sequence of arrays of shape (T_i, n_channels),
    dense or sparse, a 3-D array (n_samples, T, n_channels), or a 2-D array
    (n_samples, n_features) of static patterns. Arrays of integers are spike counts, arrays of
    floats (0. and 1. too) are currents. A row of a sample is one step of `dt`; for rows of
    another length give `SpikeArray.from_dense(X, dt=...)`. One channel has shape (T, 1), and a
    single sample goes into a list.

    Of parameters set after `fit`, `snapshots`, `dtype`, `n_jobs`, `verbose` and `memory` act at
    once, rules of learning in `partial_fit`, and all others in the next `fit`.

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

    _parts = {
        "neurons": LIF,
        "synapses": Exponential,
        "topology": ErdosRenyi,
        "inputs": RandomInput,
        "snapshots": Snapshots,
        "calibration": Calibration,
    }

    # What an object must be able to do to serve as a part.
    _part_methods = {
        "neurons": "reference_step",
        "synapses": "current",
        "topology": "draw",
        "inputs": "draw",
        "snapshots": "plan",
        "calibration": "calibrate",
        "short_term_plasticity": "draw",
        "plasticity": "on_pre",
        "homeostasis": "between",
    }
    _optional_parts = ("calibration", "short_term_plasticity", "plasticity", "homeostasis")

    def __init__(
        self,
        n_neurons=None,
        neurons=None,
        synapses=None,
        topology=None,
        inputs=None,
        snapshots=None,
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
        self.n_neurons = n_neurons
        self.neurons = neurons
        self.synapses = synapses
        self.topology = topology
        self.inputs = inputs
        self.snapshots = snapshots
        self.calibration = calibration
        self.short_term_plasticity = short_term_plasticity
        self.plasticity = plasticity
        self.homeostasis = homeostasis
        self.noise = noise
        self.initial = initial
        self.dt = dt
        self.static_steps = static_steps
        self.dtype = dtype
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.memory = memory
        self.stimulus = stimulus
        self.random_state = random_state

    @classmethod
    def maass2002(cls, **params):
        """Return the column of Maass, Natschläger & Markram (2002), with static synapses.

        A column of 15 x 3 x 3 neurons with their published numbers; `params` override them.
        Delays of 0.8 and 1.5 ms need a fine step, so `dt` is 0.1 ms: give samples in rows of
        1 ms as `SpikeArray.from_dense(X, dt=1.0)`. Without the paper's
        short-term depression the published weights run away, so calibration scales them, in
        published proportions; `calibration=None` takes them as they are.
        """
        defaults = {
            "neurons": LIF.maass2002(),
            "synapses": Exponential.maass2002(),
            "topology": Column.maass2002(),
            "inputs": RandomInput.maass2002(),
            "dt": 0.1,
        }
        return cls(**(defaults | params))

    @classmethod
    def echo_state(cls, *, leak=1.0, bias=0.0, spectral_radius=0.9, dt=1.0, **params):
        """Return an echo state network [1]_: rate neurons instead of spiking ones.

        In each step of `dt` ms the activations x move by::

            x(t) = (1 - leak) x(t - 1) + leak tanh(W x(t - 1) + W_in u(t) + bias)

        The recurrent weights W are normal, of either sign, and scaled to the spectral radius. The
        states are the activations at the end of a sample, or at each of its rows.

        Parameters
        ----------
        leak : float, default=1.0
            Share of the activation that is new in each step, above 0 and at most 1.
        bias : float, array or scipy.stats distribution, default=0.0
            Constant input of the neurons.
        spectral_radius : float, default=0.9
            Spectral radius of the recurrent weights.
        dt : float, default=1.0
            Length of a step in ms. It should be the row duration of the samples, so that each row
            is one step.
        **params
            Other parameters of the liquid, such as `n_neurons`, `random_state` or
            `inputs=RandomInput(weight=0.1)`.

        Returns
        -------
        liquid : Liquid
            Unfitted, and not calibrated in `fit`.

        References
        ----------
        .. [1] H. Jaeger (2001). The "echo state" approach to analysing and training recurrent
           neural networks. GMD Report 148.

        Examples
        --------
        >>> import numpy as np
        >>> from lsm import Liquid, LSMRegressor
        >>> from lsm.topology import RandomInput
        >>> inputs = RandomInput(weight=0.1)
        >>> network = Liquid.echo_state(n_neurons=100, inputs=inputs, random_state=0)
        >>> u = np.random.default_rng(0).uniform(-1, 1, 400)
        >>> model = LSMRegressor(network, washout=20).fit([u[:, None]], [np.roll(u, 3)])
        >>> model.score([u[:, None]], [np.roll(u, 3)]) > 0.99
        True
        """
        weights = Weights(
            distribution="signed", inhibition=1.0, scale="spectral_radius", gain=spectral_radius
        )
        defaults = {"snapshots": Snapshots(feature="membrane"), "calibration": None}
        return cls(
            neurons=LeakyTanh(leak=leak, bias=bias),
            synapses=Delta(),
            topology=ErdosRenyi(weights=weights, delay=dt),
            dt=dt,
            **(defaults | params),
        )

    def fit(self, X, y=None, reward=None):
        """Draw the liquid, calibrate it on `X`, let it learn if it does, and diagnose it.

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
            If a parameter or the input is outside its meaning.

        Warns
        -----
        UserWarning
            If the liquid is of no use, with a remedy.
        """
        with all_or_nothing(self):
            self._check_params()
            spikes = self._spikes(X, reset=True)
            self._fit(spikes, reward)
            self.diagnose(spikes)
        return self

    def _fit(self, spikes, reward):
        reward = check_reward(reward, len(spikes), self._rules())
        network = self._draw(spikes)
        for rule in self._rules():
            rule.check(network)
        self.part("snapshots").plan(network.n_steps(spikes), self.dt)  # refuses what is too short
        self.calibrated_ = None
        if self.calibration is not None:
            calibration = self.part("calibration")
            network, self.calibrated_ = calibration.calibrate(
                network, self._stimulus(spikes), self._other_initial, self._memory()
            )
        self.network_ = network
        self.n_neurons_ = network.n_neurons
        excitatory = network.w.data[network.w.data > 0]
        self.weight_unit_ = float(excitatory.mean(dtype=float)) if excitatory.size else 1.0
        self._learn(spikes, reward)

    def diagnose(self, X):
        """Measure the liquid's health anew, after more learning or on other samples.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples; where `stimulus` is given it is measured on instead.

        Returns
        -------
        health : lsm.health.Health
            Which is now `health_` too.

        Warns
        -----
        UserWarning
            If the liquid is of no use, with a remedy.
        """
        check_is_fitted(self)
        spikes = self._spikes(X, reset=False)
        calibration = self.part("calibration") or Calibration()
        stimulus = self._stimulus(spikes)
        probes = probe(stimulus, self.network_, calibration.n_samples, calibration.max_duration)
        max_rates = 1000 / (self.network_.dt + np.asarray(self.parameters_.get("refractory", 0.0)))
        dead = np.flatnonzero(np.bincount(spikes.channels, minlength=spikes.n_channels) == 0)
        asked = (self.network_, probes, self._other_initial, max_rates)
        found = recall(self._memory(), "health", asked, lambda: vars(diagnose(*asked, ())))
        self.health_ = Health(**found | {"dead_channels": tuple(map(int, dead))})
        if complaint := self.health_.complaint():
            warnings.warn(complaint, UserWarning, stacklevel=3)
        return self.health_

    @available_if(_learns)
    def partial_fit(self, X, y=None, reward=None):
        """Go on learning, from more samples; the first call is a `fit`.

        What learning has done to the liquid's health, `diagnose` tells.

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
        self._check_params()
        for rule in self._rules():
            rule.check(self.network_)
        spikes = self._spikes(X, reset=False)
        self._learn(spikes, check_reward(reward, len(spikes), self._rules()))
        return self

    def _check_params(self):
        check_number("Liquid.dt", self.dt, 0, low_open=True)
        check_integer("Liquid.static_steps", self.static_steps, 1)
        check_choice("Liquid.initial", self.initial, ("rest", "random"))
        if self.n_neurons is not None:
            check_integer("Liquid.n_neurons", self.n_neurons, 1, 10**9)
        self.check_parts()
        self._check_run()
        check_number("Liquid.noise", self.noise, 0)
        if memory := self._memory():
            memory.check()
        if not self.part("neurons").spiking:
            if self.short_term_plasticity:
                raise ValueError(
                    "Liquid.short_term_plasticity acts at spikes, which neurons of "
                    f"{self.neurons!r} do not send"
                )
            if self.part("synapses").needs_potential:
                raise ValueError(
                    f"Liquid.synapses={self.synapses!r} act on a membrane potential, which "
                    f"neurons of {self.neurons!r} do not have: take Delta()"
                )

    def _rules(self):
        return [rule for rule in (self.plasticity, self.homeostasis) if rule is not None]

    def _learn(self, spikes, reward):
        """Let the rules change the network, sample by sample."""
        if self._rules():
            self.network_ = learn(
                self.network_, spikes, self._rules(), unit=self.weight_unit_, dtype=self.dtype,
                reward=reward, rng=self._learning_rng, rewire=self._rewire, verbose=self.verbose,
            )  # fmt: skip

    def _rewire(self):
        """Draw recurrent synapses anew, by the same rules and with weights of the same scale."""
        rngs = dict.fromkeys(("topology", "short_term"), self._learning_rng)
        recurrence, _ = draw_recurrence(
            self.part("topology"), self.short_term_plasticity, rngs, self.n_neurons_,
            self.network_.dt,
        )  # fmt: skip
        gain = self.calibrated_.recurrent_gain if self.calibrated_ else 1.0
        return replace(self.network_, **recurrence | {"w": recurrence["w"] * gain})

    def _memory(self):
        """Return the memory in use, if any."""
        if self.memory is None or _learns(self):
            return None
        return self.memory if isinstance(self.memory, Memory) else Memory(self.memory)

    def _draw(self, spikes):
        """Draw the network, and a second initial state to compare with."""
        topology = self.part("topology")
        n_neurons = self.n_neurons
        if n_neurons is None:
            n_neurons = getattr(topology, "n_neurons", 1000)
        rngs = generators(self.random_state, GENERATORS)
        self._learning_rng = rngs["learning"]
        network, wiring, self._other_initial = draw_network(
            self.part("neurons"), self.part("synapses"), topology, self.part("inputs"), rngs,
            n_neurons=n_neurons, n_channels=spikes.n_channels, graded=spikes.graded, dt=self.dt,
            short_term_plasticity=self.short_term_plasticity, noise=self.noise,
            at_rest=self.initial == "rest",
        )  # fmt: skip
        self.inhibitory_, self.positions_ = wiring.inhibitory, wiring.positions
        self.parameters_ = network.parameters
        return network

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []
        return tags
