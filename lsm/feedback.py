"""The way back from the readout into the liquid."""

from collections import deque

import numpy as np
from sklearn.base import BaseEstimator

from ._units import steps
from ._validation import check_number
from .kernel import Loop

__all__ = [
    "BEYOND",
    "Feedback",
    "Steps",
    "affine_map",
    "check_bounded",
    "close",
    "is_affine",
    "step_through",
]

BEYOND = 1e3  # times the largest target: what is farther away does not come back


class Feedback(BaseEstimator):
    """The readout's outputs flow back into the liquid as currents.

    At the end of every row of the input the readout gives its outputs; they come back after
    `delay` and are held for a row. In `fit` the targets come back in their place (teacher
    forcing), except for readouts that learn in the closed loop, such as
    :class:`~lsm.readout.RLS`.

    Parameters
    ----------
    density : float, default=1.0
        Share of the neurons that each output reaches.
    scale : float, default=1.0
        Weights are uniform from `-scale` to `scale`, in nA for an output of one.
    delay : float, optional
        Delay in ms, a multiple of the rows' length; by default one row, the least possible.
    noise : float, default=0.0
        Standard deviation of what is added to the targets that come back in `fit`, in their
        units. Some noise teaches a readout to live with its own errors.
    """

    def __init__(self, density=1.0, scale=1.0, delay=None, noise=0.0):
        self.density = density
        self.scale = scale
        self.delay = delay
        self.noise = noise

    def draw(self, n_outputs, n_neurons, rng):
        """Check the parameters and draw the weights, of shape (n_outputs, n_neurons)."""
        density = check_number("Feedback.density", self.density, 0, 1)
        scale = check_number("Feedback.scale", self.scale, 0)
        check_number("Feedback.noise", self.noise, 0)
        weights = rng.uniform(-scale, scale, (n_outputs, n_neurons))
        return weights * (rng.random(weights.shape) < density)

    def delay_rows(self, dt):
        """Return the delay in rows of `dt` ms."""
        if self.delay is None:
            return 1
        check_number("Feedback.delay", self.delay, 0, low_open=True)
        return int(steps("Feedback.delay", self.delay, dt, exact=True))


def affine_map(readout, n_features, n_outputs):
    """Return the coefficients and the intercept of a fitted readout, or None if it is not affine.

    The readout is asked, not looked into, so that a pipeline with a scaler counts as what it does.

    Parameters
    ----------
    readout : regressor
        Fitted.
    n_features, n_outputs : int
        Numbers of features and of outputs.

    Returns
    -------
    coef, intercept : float64 arrays of shapes (n_outputs, n_features) and (n_outputs,), or None
    """

    def ask(X):
        return np.asarray(readout.predict(X), dtype=float).reshape(len(X), n_outputs)

    intercept = ask(np.zeros((1, n_features)))[0]
    coef = (ask(np.eye(n_features)) - intercept).T
    probe = np.random.default_rng(0).normal(size=(3, n_features))
    straight = probe @ coef.T + intercept
    scale = np.abs(straight).max() + np.abs(intercept).max()
    if not np.allclose(ask(probe), straight, rtol=0, atol=1e-6 * scale):
        return None
    return np.ascontiguousarray(coef), np.ascontiguousarray(intercept)


def is_affine(readout, states, coef, intercept):
    """Tell whether a readout says of states what coefficients and an intercept give.

    Parameters
    ----------
    readout : regressor
        Fitted.
    states : array of shape (n_rows, n_features)
        Those that are not finite are left out.
    coef, intercept : arrays of shapes (n_outputs, n_features) and (n_outputs,)
        As of :func:`affine_map`.

    Returns
    -------
    is_affine : bool
        But for what is lost in the rounding of single precision.
    """
    states = states[np.isfinite(states).all(axis=1)]
    if len(states) == 0:
        return True
    said = np.asarray(readout.predict(states), dtype=float).reshape(len(states), -1)
    summed = np.abs(states) @ np.abs(coef).T + np.abs(intercept)
    return bool(np.all(np.abs(said - states @ coef.T - intercept) <= 1e-5 * summed))


def close(weights, delay, targets, n_forced, *, linear=None, online=None, washout=0):
    """Describe a closed loop over samples; see :class:`lsm.kernel.Loop`.

    Parameters
    ----------
    weights : array of shape (n_outputs, n_neurons)
        From outputs to neurons.
    delay : int
        Rows until an output comes back.
    targets : array of shape (n_rows, n_outputs)
        What comes back in forced rows, and is taught if `online` is given.
    n_forced : int array of shape (n_samples,)
        Forced rows of each sample.
    linear : (coef, intercept), optional
        The readout whose output comes back.
    online : RLS, optional
        A readout that is taught instead, in all rows from `washout` on.
    washout : int, default=0
        Rows at the start of each sample in which it is not taught.

    Returns
    -------
    loop : Loop
    """
    n_outputs = len(weights)
    coef, intercept = np.empty((0, 0)), np.empty(0)
    inverse, forget, taught_from = np.empty((0, 0)), 1.0, len(targets)
    if linear is not None:
        coef, intercept = linear
    if online is not None:
        coef, intercept = np.atleast_2d(online.coef_), np.atleast_1d(online.intercept_)
        inverse, forget = online.inverse_, float(online.forget)
        taught_from = washout
    outputs = np.zeros((len(targets), n_outputs))
    return Loop(
        weights, np.ascontiguousarray(targets, dtype=float), outputs, np.asarray(n_forced),
        taught_from, coef, intercept, inverse, delay, forget,
    )  # fmt: skip


class Steps:
    """A run of liquid and readout that goes on row by row; its memory does not grow.

    Parameters
    ----------
    stream : Stream
        A run of the liquid.
    weights : array of shape (n_outputs, n_neurons), optional
        From outputs to neurons; by default nothing flows back.
    delay : int, default=1
        Rows until an output comes back.
    """

    def __init__(self, stream, weights=None, delay=1):
        self.stream, self.weights = stream, weights
        self.on_their_way = deque(maxlen=delay)

    def step(self, row):
        """Run one row, with what comes back in it; return the state, of shape (1, n_features)."""
        back = None
        if self.weights is not None:
            full = len(self.on_their_way) == self.on_their_way.maxlen
            back = (self.on_their_way[0] if full else np.zeros(len(self.weights))) @ self.weights
        return self.stream.step(row, back).reshape(1, -1)

    def send(self, outputs):
        """Send outputs of shape (n_outputs,) on their way back."""
        self.on_their_way.append(outputs)


def step_through(steps, rows, targets, n_forced, predict, limit):
    """Run one sample row by row, with a readout of any kind.

    Parameters
    ----------
    steps : Steps
        A fresh run.
    rows : iterable of SpikeArray
        The input, row by row.
    targets : array of shape (n_rows, n_outputs)
        What comes back in the first `n_forced` rows.
    n_forced : int
        Forced rows.
    predict : function
        From a state of shape (1, n_features) to outputs of shape (n_outputs,).
    limit : float
        As of :func:`check_bounded`.

    Returns
    -------
    outputs : array of shape (n_rows, n_outputs)
    """
    outputs = np.zeros(targets.shape)
    for t, row in enumerate(rows):
        outputs[t] = predict(steps.step(row))
        check_bounded(outputs[t : t + 1], limit, t)
        steps.send(targets[t] if t < n_forced else outputs[t])
    return outputs


def check_bounded(outputs, limit, first=0):
    """Refuse outputs beyond a limit, or none at all.

    Parameters
    ----------
    outputs : array of shape (n_rows, n_outputs)
        What a readout said in rows `first`, `first` + 1, ...
    limit : float
        Largest magnitude that may be.
    first : int, default=0
        Number of the first row.

    Raises
    ------
    FloatingPointError
        With the first row in which the outputs are beyond it, and a remedy.
    """
    beyond = ~(np.abs(outputs) <= limit)
    if beyond.any():
        row, output = np.unravel_index(np.argmax(beyond), beyond.shape)
        raise FloatingPointError(
            f"the feedback diverges: output {output} is {outputs[row, output]:.3g} in row "
            f"{first + row}, beyond {limit:.3g}, {BEYOND:g} times the largest target; lower "
            "Feedback.scale, or raise Feedback.noise or the readout's penalty"
        )
