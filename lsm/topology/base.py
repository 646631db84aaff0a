"""The base classes of wirings: of the liquid, and of its input."""

from abc import abstractmethod
from typing import NamedTuple

import numpy as np
from scipy import sparse

from .._checked import Checked
from .._parts import Composite
from .._typing import Array
from ._wiring import check_delay, choose_inhibitory, csr, draw_delays
from .weights import Weights

__all__ = ["InputWiring", "Topology", "Wiring"]


class Wiring(NamedTuple):
    """The recurrent synapses of a liquid, as drawn.

    Attributes
    ----------
    weights : scipy.sparse.csr_array of shape (n_neurons, n_neurons), float32
        `weights[pre, post]`, sorted within rows. Rows of inhibitory neurons hold no positive
        weights and rows of excitatory neurons no negative ones (Dale's law), unless the weights
        are drawn with either sign.
    inhibitory : bool array of shape (n_neurons,)
        Which neurons are inhibitory.
    delays : float or float32 array of shape (nnz,)
        Delay of each synapse in ms, in the order of `weights.data`; a float if all are equal.
    positions : float array of shape (n_neurons, 3) or None
        Positions of the neurons, for wirings in space.
    """

    weights: sparse.csr_array
    inhibitory: np.ndarray
    delays: float | np.ndarray
    positions: np.ndarray | None = None


class Topology(Composite, Checked):
    """Base of the wirings of a liquid, which connect its neurons.

    A wiring is a subclass with the parameters below beside its own, stored untouched by
    `__init__` as in any scikit-learn estimator. It defines the method `connect`, which draws the
    pattern of connections; the base class draws all else. A wiring with a fixed number of neurons
    has it as the attribute or property `n_neurons`.

    Parameters
    ----------
    inhibitory : float
        Share of inhibitory neurons, at random places.
    weights : Weights or "auto"
        Weights of the connections; "auto" is `Weights()`.
    delay : float, (float, float) or 4 floats
        Delay in ms, the ends of a uniform distribution of delays, or the delays of the pairs EE,
        EI, IE and II (source, then target; excitatory and inhibitory).

    Attributes
    ----------
    bounds : dict of str to str or tuple
        Bounds of parameters, by name: comparisons with numbers or other parameters such as
        `"integer >= 0"` or `"<= 1 or None"`, `"boolean"`, or a tuple of allowed words.
    is_given : bool, default=False
        Whether the weights are given by the user, so that calibration leaves them.

    Examples
    --------
    A wiring in which each neuron connects to its opposite on a ring:

    >>> import numpy as np
    >>> from lsm.topology import Topology
    >>> class Opposite(Topology):
    ...     def __init__(self, inhibitory=0.2, weights="auto", delay=1.0):
    ...         self.inhibitory = inhibitory
    ...         self.weights = weights
    ...         self.delay = delay
    ...
    ...     def connect(self, n_neurons, inhibitory, rng):
    ...         indptr = np.arange(n_neurons + 1)
    ...         return indptr, (indptr[:-1] + n_neurons // 2) % n_neurons
    >>> wiring = Opposite().draw(6, np.random.default_rng(0))
    >>> (wiring.weights != 0).toarray().astype(int)
    array([[0, 0, 0, 1, 0, 0],
           [0, 0, 0, 0, 1, 0],
           [0, 0, 0, 0, 0, 1],
           [1, 0, 0, 0, 0, 0],
           [0, 1, 0, 0, 0, 0],
           [0, 0, 1, 0, 0, 0]])

    Such a class is a part of a liquid like any other: `Liquid(topology=Opposite())`.
    """

    bounds = {"inhibitory": ">= 0 and <= 1"}
    is_given = False
    required_parameters = ("inhibitory", "weights", "delay")
    _parts = {"weights": Weights}
    _part_methods = {"weights": "check"}

    def check(self) -> None:
        """Check that the wiring is complete and that its parameters are valid.

        Raises
        ------
        TypeError
            If a method or a parameter is missing, or a parameter has a wrong type.
        ValueError
            If a parameter is out of bounds.
        """
        super().check()
        check_delay(f"{type(self).__name__}.delay", self.delay)
        self._check_parts()

    @abstractmethod
    def connect(
        self, n_neurons: int, inhibitory: Array, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Draw the pattern of connections.

        Parameters
        ----------
        n_neurons : int
            Number of neurons.
        inhibitory : bool array of shape (n_neurons,)
            Which neurons are inhibitory.
        rng : numpy.random.Generator
            Random generator.

        Returns
        -------
        indptr : int array of shape (n_neurons + 1,)
            Where the targets of each neuron begin and end: those of neuron i are
            `targets[indptr[i]:indptr[i + 1]]`.
        targets : int array of shape (n_synapses,)
            Targets of all neurons, sorted for each neuron, each at most once.
        """

    def draw(self, n_neurons: int, rng: np.random.Generator) -> "Wiring":
        """Draw the network.

        The inhibitory neurons, the pattern, the weights and the delays come from random
        generators of their own, so that a change of one leaves the others.

        Parameters
        ----------
        n_neurons : int
            Number of neurons.
        rng : numpy.random.Generator
            Random generator.

        Returns
        -------
        wiring : Wiring

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid, before anything is drawn.
        """
        self.check()
        delay = check_delay(f"{type(self).__name__}.delay", self.delay)
        rngs = rng.spawn(4)
        inhibitory = choose_inhibitory(n_neurons, self.inhibitory, rngs[0])
        indptr, targets = self._pattern(n_neurons, inhibitory, rngs[1])
        data = self._part("weights").draw(indptr, targets, inhibitory, rngs[2])
        return Wiring(
            csr(data, targets, indptr, (n_neurons, n_neurons)),
            inhibitory,
            draw_delays(delay, indptr, targets, inhibitory, rngs[3]),
        )

    def _pattern(self, n_neurons, inhibitory, rng):
        """Return the pattern of `connect`, checked: compiled code relies on it."""
        pattern = self.connect(n_neurons, inhibitory, rng)
        if not isinstance(pattern, tuple) or len(pattern) != 2:
            raise TypeError(
                f"{type(self).__name__}.connect must return a tuple (indptr, targets), got "
                f"{pattern!r:.80}"
            )
        indptr, targets = np.asarray(pattern[0], np.int64), np.asarray(pattern[1], np.int32)
        fits = indptr.shape == (n_neurons + 1,) and targets.ndim == 1
        fits = fits and indptr[0] == 0 and indptr[-1] == len(targets)
        fits = fits and np.all(indptr[1:] >= indptr[:-1])
        if not fits or (targets.size and not 0 <= targets.min() <= targets.max() < n_neurons):
            raise ValueError(
                f"{type(self).__name__}.connect must return `indptr`, of shape "
                f"({n_neurons + 1},) and rising from 0 to the number of targets, and `targets`, "
                f"from 0 to {n_neurons - 1}; got shapes {indptr.shape} and {targets.shape}; see "
                "lsm.topology.Topology.connect"
            )
        return indptr, targets


class InputWiring(Checked):
    """Base of the wirings of the input, which connect channels to neurons.

    A wiring is a subclass whose parameters are the arguments of its `__init__`, stored untouched
    as in any scikit-learn estimator. It defines the method `draw`.

    Attributes
    ----------
    bounds : dict of str to str or tuple
        Bounds of parameters, by name: comparisons with numbers or other parameters such as
        `"> 0"` or `"integer >= 1"`, `"boolean"`, or a tuple of allowed words.
    is_given : bool, default=False
        Whether the weights are given by the user, so that calibration leaves them.

    Examples
    --------
    Channel i feeds neuron i:

    >>> import numpy as np
    >>> from scipy import sparse
    >>> from lsm.topology import InputWiring
    >>> class OneToOne(InputWiring):
    ...     bounds = {"weight": ">= 0"}
    ...
    ...     def __init__(self, weight=1.0):
    ...         self.weight = weight
    ...
    ...     def draw(self, n_channels, inhibitory, rng):
    ...         self.check()
    ...         eye = sparse.eye_array(n_channels, len(inhibitory), format="csr")
    ...         return sparse.csr_array(self.weight * eye, dtype=np.float32), 0.0
    >>> weights, delays = OneToOne(weight=2.0).draw(2, np.zeros(3, dtype=bool), None)
    >>> weights.toarray()
    array([[2., 0., 0.],
           [0., 2., 0.]], dtype=float32)

    Such a class is a part of a liquid like any other: `Liquid(inputs=OneToOne())`.
    """

    is_given = False

    @abstractmethod
    def draw(
        self, n_channels: int, inhibitory: Array, rng: np.random.Generator
    ) -> tuple[sparse.csr_array, float | Array]:
        """Check the parameters and draw the input synapses.

        Parameters
        ----------
        n_channels : int
            Number of input channels.
        inhibitory : bool array of shape (n_neurons,)
            Which neurons are inhibitory.
        rng : numpy.random.Generator
            Random generator.

        Returns
        -------
        weights : scipy.sparse.csr_array of shape (n_channels, n_neurons), float32
            Weights in nA, with an entry for each synapse; several synapses may have the same row
            and column.
        delays : float or float32 array of shape (nnz,)
            Delay of each synapse in ms, in the order of `weights.data`; a float if all are equal.
        """
