"""Parameters of e-prop, which learns the weights of a liquid from targets."""

from .._checked import Checked

__all__ = ["EProp"]


class EProp(Checked):
    """E-prop: learning of the liquid's own weights from targets, by eligibility traces [1]_.

    Given to :class:`~lsm.LSMClassifier` or :class:`~lsm.LSMRegressor` as `learning`. `fit` draws
    and calibrates the liquid as always. E-prop then changes its weights, and at last the readout
    is fitted on the states of the liquid that has learnt.

    While it learns, linear outputs read the spikes z of the neurons, filtered by `tau_out`::

        y_k(t) = sum_j w_kj r_j(t) + b_k,     r_j(t) = exp(-dt / tau_out) r_j(t - 1) + z_j(t)

    The loss is the cross-entropy of their softmax for labels, and half their squared error for
    numbers, which are scaled to a standard deviation of one. It is averaged over the steps with a
    target: the end of each row for targets at rows, and the last `window` ms for one target a
    sample. The weight from neuron i to neuron j changes along::

        dE/dw_ji = sum_t L_j(t) f_ji(t),      L_j(t) = sum_k B_jk (y_k(t) - y*_k(t))

    where f is the eligibility trace `e_ji = dz_j/dw_ji` filtered like the spikes. The trace holds
    the path of a weight through the current, the potential and the adaptation of its own target
    neuron. Paths through the spikes of other neurons and through the reset are left out: with
    symmetric feedback, this is the only difference from backpropagation through time. The
    derivative of a spike is replaced by::

        dampening / scale * max(0, 1 - |v - threshold| / (width * scale))

    outside the refractory period, where `scale` is `v_threshold - v_reset`.

    Parameters
    ----------
    n_epochs : int, default=20
        Passes through the samples.
    learning_rate : float, default=0.01
        Step of the optimizer. For the liquid's weights it is in units of their mean size, taken
        apart for the recurrent and the input weights.
    weights : {"recurrent", "inputs", "both"}, default="both"
        Weights that learn.
    feedback : {"symmetric", "random"}, default="symmetric"
        Weights B of the learning signals: those of the outputs, or drawn once and fixed.
    tau_out : float, default=20.0
        Time constant in ms of the outputs.
    window : float, default=100.0
        With one target a sample: length in ms of the end of a sample in which the outputs are
        compared with the target. A shorter sample is compared as a whole.
    dampening : float, default=0.3
        Height of the derivative of a spike.
    width : float, default=1.0
        Distance from the threshold at which this derivative vanishes, in units of
        `v_threshold - v_reset`.
    rate_penalty : float, default=0.01
        Weight of the loss `sum_j (rate_j / target_rate - 1)**2 / 2`, which keeps neurons from
        falling silent and from firing too much. The rates are averages over a batch.
    target_rate : float or "auto", default="auto"
        Rate in Hz towards which this loss pulls each neuron; "auto" is the mean rate of the
        liquid before it learns.
    batch_size : int, default=32
        Samples between two changes of the weights.
    optimizer : {"adam", "gradient"}, default="adam"
        Adam [2]_, or steps along the gradient.
    keep_signs : bool, default=True
        Whether weights stop at zero, so that Dale's law holds.
    w_max : float, default=10.0
        Bound of a weight's size in units of the mean size. A weight that is beyond it at the start
        does not grow.

    Notes
    -----
    The neurons must be LIF or AdaptiveLIF, the synapses Exponential or Delta, without short-term
    plasticity. Delays and the pattern of connections stay. The arithmetic is in double precision.
    The random numbers come from the `random_state` of the liquid.

    References
    ----------
    .. [1] G. Bellec, F. Scherr, A. Subramoney, E. Hajek, D. Salaj, R. Legenstein, W. Maass (2020).
       A solution to the learning dilemma for recurrent networks of spiking neurons. Nature
       Communications 11, 3625.
    .. [2] D. P. Kingma, J. Ba (2015). Adam: a method for stochastic optimization. International
       Conference on Learning Representations.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import Liquid, LSMClassifier
    >>> from lsm.plasticity import EProp
    >>> rng = np.random.default_rng(0)
    >>> y = np.arange(40) % 2
    >>> X = [rng.poisson(0.05, (100, 8)) * (np.arange(8) // 4 == label) for label in y]
    >>> model = LSMClassifier(Liquid(50, random_state=0), learning=EProp(n_epochs=5)).fit(X, y)
    >>> bool(model.learning_curve_[-1] < model.learning_curve_[0])
    True
    """

    acts_on = "targets"
    bounds = {
        "n_epochs": "integer >= 1",
        "learning_rate": "> 0",
        "weights": ("recurrent", "inputs", "both"),
        "feedback": ("symmetric", "random"),
        "tau_out": "> 0",
        "window": "> 0",
        "dampening": "> 0",
        "width": "> 0",
        "rate_penalty": ">= 0",
        "target_rate": "> 0 or 'auto'",
        "batch_size": "integer >= 1",
        "optimizer": ("adam", "gradient"),
        "keep_signs": "boolean",
        "w_max": "> 0",
    }

    def __init__(
        self,
        n_epochs: int = 20,
        learning_rate: float = 0.01,
        weights: str = "both",
        feedback: str = "symmetric",
        tau_out: float = 20.0,
        window: float = 100.0,
        dampening: float = 0.3,
        width: float = 1.0,
        rate_penalty: float = 0.01,
        target_rate: float | str = "auto",
        batch_size: int = 32,
        optimizer: str = "adam",
        keep_signs: bool = True,
        w_max: float = 10.0,
    ) -> None:
        self.n_epochs = n_epochs
        self.learning_rate = learning_rate
        self.weights = weights
        self.feedback = feedback
        self.tau_out = tau_out
        self.window = window
        self.dampening = dampening
        self.width = width
        self.rate_penalty = rate_penalty
        self.target_rate = target_rate
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.keep_signs = keep_signs
        self.w_max = w_max
