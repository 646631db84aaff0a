"""What the wirings of a liquid share: who is inhibitory, weights and delays."""

from .._parts import Composite
from .._validation import check_number
from ._wiring import Wiring, check_delay, choose_inhibitory, csr, draw_delays
from .weights import Weights

__all__ = ["Topology"]


class Topology(Composite):
    """Base of wirings that draw who connects to whom, and share all else.

    A subclass has the parameters `inhibitory`, `weights` and `delay` beside its own, and a
    method `connect(n_neurons, inhibitory, rng)` that checks its own and returns the pattern:
    `indptr`, an int64 array of shape (n_neurons + 1,), and `targets`, an int32 array in which
    those of neuron i are `targets[indptr[i]:indptr[i + 1]]`, sorted.
    """

    _parts = {"weights": Weights}
    _part_methods = {"weights": "check"}

    def draw(self, n_neurons, rng):
        """Draw the network.

        Who is inhibitory, the pattern, the weights and the delays come from generators of
        their own, so that a change of one leaves the others.

        Parameters
        ----------
        n_neurons : int
            Number of neurons.
        rng : numpy.random.Generator
            Source of draws.

        Returns
        -------
        wiring : Wiring

        Raises
        ------
        TypeError, ValueError
            If a parameter is outside its meaning, before anything is drawn.
        """
        name = type(self).__name__
        share = check_number(f"{name}.inhibitory", self.inhibitory, 0, 1)
        delay = check_delay(f"{name}.delay", self.delay)
        self._check_parts()
        weights = self._part("weights")
        weights.check()
        rngs = rng.spawn(4)
        inhibitory = choose_inhibitory(n_neurons, share, rngs[0])
        indptr, targets = self.connect(n_neurons, inhibitory, rngs[1])
        data = weights.draw(indptr, targets, inhibitory, rngs[2])
        return Wiring(
            csr(data, targets, indptr, (n_neurons, n_neurons)),
            inhibitory,
            draw_delays(delay, indptr, targets, inhibitory, rngs[3]),
        )
