"""The base classes of learning rules: rules at spikes, and rules between samples."""

from abc import abstractmethod
from typing import Any, NamedTuple

import numpy as np

from .._checked import Checked
from .._typing import Array

__all__ = ["Past", "Rule", "SampleRule", "SpikeRule"]


class Rule(Checked):
    """Base of both kinds of rules: :class:`SpikeRule` and :class:`SampleRule`.

    Attributes
    ----------
    bounds : dict of str to str or tuple
        Bounds of parameters, by name: comparisons with numbers or other parameters such as
        `"> 0"` or `">= 0 or None"`, or a tuple of allowed words.
    acts_on : {"spikes", "samples"}
        When the rule acts.
    learns_from_reward : bool, default=False
        Whether the rule uses the rewards that are given to :meth:`lsm.Liquid.fit`.
    """

    learns_from_reward = False

    def check_network(self, network: Any) -> None:
        """Check that the parameters are valid and that the rule can act on a network.

        Parameters
        ----------
        network : lsm.kernel.Network
            Network of the liquid before learning.

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid, or does not fit the network.
        """
        self.check()

    def check_spiking(self, network: Any) -> None:
        """Raise a ValueError if the neurons of a network send no spikes."""
        if not network.neurons.spiking:
            raise ValueError(
                f"{type(self).__name__} needs spikes, which neurons of {network.neurons!r} do not "
                "send"
            )


class SpikeRule(Rule):
    """Base of the rules that change weights at spikes, given to a liquid as `plasticity`.

    A rule is a subclass whose parameters are the arguments of its `__init__`, stored untouched as
    in any scikit-learn estimator. It defines the methods `constants`, `decay_traces` and
    `add_to_traces`, and at least one of `on_pre`, `on_post` and `consolidate`.

    A rule changes excitatory recurrent weights alone. A weight that would fall below zero is set
    to zero, so Dale's law holds. Rules count weights in units of the mean excitatory weight
    before learning, in nA the argument `unit` of `constants`.

    A step calls, in this order and each for all neurons concerned: `decay_traces`, `on_pre`,
    `on_post`, `add_to_traces`. So spikes of the same step do not pair. numba compiles these four
    into the simulation. A number that is written in them makes the arithmetic double precision: a
    fast rule takes all its numbers from `constants`.

    A rule is separable if a postsynaptic spike changes a weight to::

        max(w, min(w + traces[0][pre] * rise(post, traces, constants), w_max * unit))

    where `w_max` is an attribute, `rise` is never negative, and the first trace is multiplied by
    the same number in each step, and raised by about one by a spike. A separable rule defines
    `rise` too. The simulation then calls `rise` once a spike in place of `on_post` once a synapse.
    The weights are the same but for rounding: the changes between two spikes of the source are
    added at once. They all have one sign, so the bound clips their sum as it clips one by one.

    Attributes
    ----------
    is_separable : bool, default=False
        Whether the rule is separable; may be a property that depends on the parameters.
    n_traces : int, default=0
        Number of traces of each neuron. They are zero at the start of a sample.
    n_lasting : int, default=0
        Number of traces, the last ones, that go on from sample to sample instead.
    n_synapse_states : int, default=0
        Number of state variables of each synapse. They are zero at the start of a sample.
    learns_from_reward : bool, default=False
        Whether `consolidate` uses the reward.
    bounds : dict of str to str or tuple
        Bounds of parameters, by name, see :class:`Rule`.

    Examples
    --------
    Each postsynaptic spike raises a weight in proportion to the recent presynaptic spikes:

    >>> import numpy as np
    >>> from lsm.plasticity import SpikeRule
    >>> class Hebb(SpikeRule):
    ...     n_traces = 1
    ...     bounds = {"learning_rate": ">= 0", "tau": "> 0"}
    ...
    ...     def __init__(self, learning_rate=0.01, tau=20.0):
    ...         self.learning_rate = learning_rate
    ...         self.tau = tau
    ...
    ...     def constants(self, dt, unit):
    ...         return self.learning_rate * unit, np.exp(-dt / self.tau), 1.0
    ...
    ...     @staticmethod
    ...     def on_post(s, pre, post, step, w, traces, synapse_state, constants):
    ...         return w + constants[0] * traces[0][pre]
    ...
    ...     @staticmethod
    ...     def decay_traces(n, traces, constants):
    ...         traces[0][n] *= constants[1]
    ...
    ...     @staticmethod
    ...     def add_to_traces(n, traces, constants):
    ...         traces[0][n] += constants[2]
    >>> rule = Hebb(tau=10.0)
    >>> rule.check()
    >>> constants, traces = rule.constants(dt=1.0, unit=1.0), (np.array([2.0, 0.0]),)
    >>> round(float(rule.on_post(0, 0, 1, 5, 0.5, traces, (), constants)), 3)
    0.52

    Such a class is a part of a liquid like any other: `Liquid(plasticity=Hebb())`.
    """

    acts_on = "spikes"
    n_traces = n_lasting = n_synapse_states = 0
    is_separable = False

    def check(self) -> None:
        """Check that the rule is complete and that its parameters are valid.

        Raises
        ------
        TypeError
            If a method or a parameter is missing, or a parameter has a wrong type.
        ValueError
            If a parameter is out of bounds.
        """
        super().check()
        changes = ("on_pre", "on_post", "consolidate")
        if all(getattr(type(self), name) is getattr(SpikeRule, name) for name in changes):
            raise TypeError(
                f"{type(self).__name__} must define at least one of {', '.join(changes)}, which "
                "change the weights: see lsm.plasticity.SpikeRule"
            )
        if self.is_separable and (
            type(self).rise is SpikeRule.rise or not hasattr(self, "w_max") or self.n_traces == 0
        ):
            raise TypeError(
                f"{type(self).__name__}, which is separable, must have a method rise, an attribute "
                "w_max and a trace: see lsm.plasticity.SpikeRule, or set is_separable to False"
            )

    def check_network(self, network: Any) -> None:
        """Check the parameters, and that the neurons of a network send spikes."""
        super().check_network(network)
        self.check_spiking(network)

    @abstractmethod
    def constants(self, dt: float, unit: float) -> tuple[float, ...]:
        """Return the numbers that the other methods need.

        Parameters
        ----------
        dt : float
            Length of a step in ms.
        unit : float
            Mean excitatory weight before learning in nA.

        Returns
        -------
        constants : tuple of float
        """

    @staticmethod
    @abstractmethod
    def decay_traces(n: Any, traces: Any, constants: Any) -> None:
        """Move the traces of neuron n by one step, in place.

        Parameters
        ----------
        n : int
            Index of the neuron.
        traces : tuple of `n_traces` arrays of shape (n_neurons,)
            Traces of all neurons.
        constants : tuple of float
            As `constants` returned them.
        """

    @staticmethod
    def on_pre(
        s: int, pre: int, post: int, step: int, w: float, traces: Any, synapse_state: Any,
        constants: Any,
    ) -> Any:  # fmt: skip
        """Return the weight of a synapse after a spike of its source; by default unchanged.

        Parameters
        ----------
        s : int
            Index of the synapse in the arrays of `synapse_state`.
        pre, post : int
            Source and target of the synapse.
        step : int
            Number of the step in the sample.
        w : float
            Weight of the synapse in nA.
        traces : tuple of `n_traces` arrays of shape (n_neurons,)
            Traces of all neurons.
        synapse_state : tuple of `n_synapse_states` arrays of shape (n_synapses,)
            State of all synapses, which may be changed in place.
        constants : tuple of float
            As `constants` returned them.

        Returns
        -------
        w : float
            New weight in nA; a negative one is set to zero.
        """
        return w

    @staticmethod
    def on_post(
        s: int, pre: int, post: int, step: int, w: float, traces: Any, synapse_state: Any,
        constants: Any,
    ) -> Any:  # fmt: skip
        """Return the weight of a synapse after a spike of its target; as `on_pre`."""
        return w

    @staticmethod
    def rise(post: int, traces: Any, constants: Any) -> Any:
        """Return the change of a weight by a spike of its target, for a first trace of one.

        Parameters
        ----------
        post : int
            Target of the synapse.
        traces : tuple of `n_traces` arrays of shape (n_neurons,)
            Traces of all neurons, before the spike adds to them.
        constants : tuple of float
            As `constants` returned them.

        Returns
        -------
        rise : float
            In nA; not negative.
        """
        # Other rules have none; `check` refuses a separable rule that does not define it.
        raise NotImplementedError("a separable rule must define rise")

    @staticmethod
    @abstractmethod
    def add_to_traces(n: Any, traces: Any, constants: Any) -> None:
        """Change the traces of neuron n after its spike, in place.

        Parameters
        ----------
        n : int
            Index of the neuron.
        traces : tuple of `n_traces` arrays of shape (n_neurons,)
            Traces of all neurons.
        constants : tuple of float
            As `constants` returned them.
        """

    @staticmethod
    def consolidate(
        weight: Array,
        synapse_state: tuple[Any, ...],
        step: int,
        reward: float,
        constants: tuple[float, ...],
    ) -> None:
        """Change the weights after a sample, in place; by default they stay.

        Parameters
        ----------
        weight : array of shape (n_synapses,)
            Weights of all synapses in nA, inhibitory ones too, which must stay.
        synapse_state : tuple of `n_synapse_states` arrays of shape (n_synapses,)
            State of all synapses at the end of the sample.
        step : int
            Number of steps of the sample.
        reward : float
            Reward of the sample, one if the user gave none.
        constants : tuple of float
            As `constants` returned them.
        """


class SampleRule(Rule):
    """Base of the rules that act between samples, given to a liquid as `homeostasis`.

    A rule is a subclass whose parameters are the arguments of its `__init__`, stored untouched as
    in any scikit-learn estimator. It defines the method `between`.

    Attributes
    ----------
    bounds : dict of str to str or tuple
        Bounds of parameters, by name, see :class:`Rule`.

    Examples
    --------
    The bias of all neurons falls a little after each sample:

    >>> from dataclasses import replace
    >>> from lsm.plasticity import SampleRule
    >>> class Tiring(SampleRule):
    ...     bounds = {"share": ">= 0 and <= 1"}
    ...
    ...     def __init__(self, share=0.01):
    ...         self.share = share
    ...
    ...     def between(self, network, past):
    ...         return replace(network, bias=network.bias * (1 - self.share))

    Such a class is a part of a liquid like any other: `Liquid(homeostasis=Tiring())`.
    """

    acts_on = "samples"

    @abstractmethod
    def between(self, network: Any, past: "Past") -> Any:
        """Return the network for the next sample.

        Parameters
        ----------
        network : lsm.kernel.Network
            Network after the sample, which must not be changed in place.
        past : Past
            What happened in the sample, and tools of the liquid.

        Returns
        -------
        network : lsm.kernel.Network
        """


class Past(NamedTuple):
    """Facts about the last sample for rules that act between samples.

    Attributes
    ----------
    before : lsm.kernel.Network
        Network before the sample.
    counts : array of shape (n_neurons,)
        Number of spikes of each neuron in the sample.
    duration : float
        Length of the sample in ms.
    unit : float
        Mean excitatory weight before learning in nA.
    rng : numpy.random.Generator
        Random generator.
    rewire : function
        Returns the network with recurrent synapses drawn anew by the wiring of the liquid.
    """

    before: Any
    counts: np.ndarray
    duration: float
    unit: float
    rng: np.random.Generator | None
    rewire: Any
