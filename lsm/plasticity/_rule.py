"""What the rules share: checked parameters, and what a rule does by default."""

from typing import NamedTuple

import numpy as np
from sklearn.base import BaseEstimator

from .._validation import check_choice, check_number

__all__ = ["Past", "Rule", "SpikeRule"]


class Rule(BaseEstimator):
    """Parameters of a rule; a rule lists the bounds of its numbers in `_bounds`.

    Bounds are arguments of :func:`lsm._validation.check_number`, or a tuple of allowed words.
    """

    acts_on = "samples"
    learns_from_reward = False
    _bounds = {}

    def check(self, network):
        """Raise an error if a parameter is outside its meaning, or does not fit the network.

        Parameters
        ----------
        network : lsm.kernel.Network
            What the rule is to act on.
        """
        for name, bounds in self._bounds.items():
            label, value = f"{type(self).__name__}.{name}", getattr(self, name)
            if isinstance(bounds, tuple):
                check_choice(label, value, bounds)
            else:
                check_number(label, value, **bounds)

    def refuse_graded(self, network):
        """Raise an error if the neurons of a network send no spikes."""
        if not network.neurons.spiking:
            raise ValueError(
                f"{type(self).__name__} needs spikes, which neurons of {network.neurons!r} do not "
                "send"
            )


class SpikeRule(Rule):
    """Base of the rules that act at spikes; see :mod:`lsm.plasticity` for what a rule adds."""

    acts_on = "spikes"
    n_traces = n_lasting = n_synapse_states = 0

    def check(self, network):
        """Raise an error if a parameter is outside its meaning, or the neurons send no spikes."""
        super().check(network)
        self.refuse_graded(network)

    @staticmethod
    def on_pre(s, pre, post, step, w, traces, synapse_state, constants):
        """Return the weight of synapse s after a spike of its source; by default as before."""
        return w

    @staticmethod
    def on_post(s, pre, post, step, w, traces, synapse_state, constants):
        """Return the weight of synapse s after a spike of its target; by default as before."""
        return w

    @staticmethod
    def consolidate(weight, synapse_state, step, reward, constants):
        """Change the weights after a sample of so many steps; by default nothing is left to do."""


class Past(NamedTuple):
    """What a rule that acts between samples may look at.

    Attributes
    ----------
    before : lsm.kernel.Network
        The network as it was before the sample.
    counts : array of shape (n_neurons,)
        Spikes of each neuron in the sample.
    duration : float
        Length of the sample in ms.
    unit : float
        Mean excitatory weight before learning in nA.
    rng : numpy.random.Generator
        Source of draws.
    rewire : function
        Returns the network with recurrent synapses drawn anew by the liquid's own rules.
    """

    before: object
    counts: np.ndarray
    duration: float
    unit: float
    rng: np.random.Generator
    rewire: object
