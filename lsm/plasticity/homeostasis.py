"""Several homeostatic rules at once."""

from ._rule import Rule

__all__ = ["Homeostasis"]


class Homeostasis(Rule):
    """Apply several rules after each sample: rewiring, then scaling, then intrinsic plasticity.

    Parameters
    ----------
    rewiring : Rewiring, optional
        Replaces weak synapses.
    scaling : SynapticScaling, optional
        Scales the excitatory weights onto each neuron.
    intrinsic : IntrinsicPlasticity, optional
        Moves the bias of each neuron.

    Examples
    --------
    >>> from lsm.plasticity import Homeostasis, IntrinsicPlasticity, SynapticScaling
    >>> rule = Homeostasis(scaling=SynapticScaling(), intrinsic=IntrinsicPlasticity(rate=5.0))
    >>> rule.get_params()["intrinsic__rate"]
    5.0
    """

    def __init__(self, rewiring=None, scaling=None, intrinsic=None):
        self.rewiring = rewiring
        self.scaling = scaling
        self.intrinsic = intrinsic

    def check(self, network):
        """Raise an error if a part is no rule, or a parameter of one is outside its meaning."""
        for name, part in self.get_params(deep=False).items():
            if part is not None and (isinstance(part, type) or not hasattr(part, "between")):
                raise TypeError(
                    f"Homeostasis.{name} must be a rule that acts between samples, got {part!r}"
                )
        for part in self._in_order():
            part.check(network)

    def between(self, network, past):
        """Apply the rules that are given; return the network."""
        for part in self._in_order():
            network = part.between(network, past)
        return network

    def _in_order(self):
        parts = (self.rewiring, self.scaling, self.intrinsic)
        return [part for part in parts if part is not None]
