"""Several rules between samples as one."""

from typing import Any

from ..plasticity.intrinsic_plasticity import IntrinsicPlasticity
from ..plasticity.rewiring import Rewiring
from ..plasticity.synaptic_scaling import SynapticScaling
from .base import Past, SampleRule

__all__ = ["Homeostasis"]


class Homeostasis(SampleRule):
    """Apply several rules after each sample: rewiring, then scaling, then intrinsic plasticity.

    Parameters
    ----------
    rewiring : Rewiring or None, default=None
        Replaces weak synapses.
    scaling : SynapticScaling or None, default=None
        Scales the excitatory weights onto each neuron.
    intrinsic : IntrinsicPlasticity or None, default=None
        Changes the bias of each neuron.

    Examples
    --------
    >>> from lsm.plasticity import Homeostasis, IntrinsicPlasticity, SynapticScaling
    >>> intrinsic = IntrinsicPlasticity(target_rate=5.0)
    >>> rule = Homeostasis(scaling=SynapticScaling(), intrinsic=intrinsic)
    >>> rule.get_params()["intrinsic__target_rate"]
    5.0
    """

    def __init__(
        self,
        rewiring: Rewiring | None = None,
        scaling: SynapticScaling | None = None,
        intrinsic: IntrinsicPlasticity | None = None,
    ) -> None:
        self.rewiring = rewiring
        self.scaling = scaling
        self.intrinsic = intrinsic

    def check(self) -> None:
        """Check that each part is a rule between samples, and check its parameters.

        Raises
        ------
        TypeError, ValueError
            If a part is not a rule between samples, or a parameter of a part is invalid.
        """
        for name, part in self.get_params(deep=False).items():
            if not (part is None or isinstance(part, SampleRule)):
                raise TypeError(
                    f"Homeostasis.{name} must be a rule that acts between samples, got {part!r}"
                )
        for part in self._in_order():
            part.check()

    def check_network(self, network: Any) -> None:
        """Check the parts, and that each can act on the network."""
        super().check_network(network)
        for part in self._in_order():
            part.check_network(network)

    def between(self, network: Any, past: Past) -> Any:
        """Apply the parts that are given; see :class:`SampleRule`."""
        for part in self._in_order():
            network = part.between(network, past)
        return network

    def _in_order(self):
        parts = (self.rewiring, self.scaling, self.intrinsic)
        return [part for part in parts if part is not None]
