"""Closed loop of liquid and readout: outputs flow back, in the kernel or row by row."""

from collections import deque
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .._typing import Array, Estimator
from ..kernel import Correlation, Loop
from ..readout import RLS
from ..samples import cut_rows, split_rows
from ..simulator import Simulator
from ..spikes import SpikeArray

__all__ = ["ClosedLoop", "Steps"]

DIVERGED = 1e3  # times the largest target


@dataclass(frozen=True)
class ClosedLoop:
    """Feedback path from the outputs of a readout to the neurons of a liquid.

    Attributes
    ----------
    weights : float64 array of shape (n_outputs, n_neurons)
        Current in nA that an output of one gives each neuron.
    delay : int
        Rows until an output comes back.
    limit : float
        Largest magnitude of an output that may come back.
    row_duration : float
        Duration of a row in ms.
    clip : float64 array of shape (2, n_outputs) or None
        Lowest and highest value of each output that comes back: an output beyond them comes back
        as the nearer one. None without clipping.
    """

    weights: np.ndarray
    delay: int
    limit: float
    row_duration: float
    clip: np.ndarray | None = None

    @property
    def n_outputs(self) -> int:
        """Number of outputs."""
        return len(self.weights)

    def as_outputs(self, output: Any) -> Any:
        """Return the prediction for a row as shape (n_outputs,); zeros if there is none yet."""
        if output is None:
            return np.zeros(self.n_outputs)
        return np.reshape(output, self.n_outputs).astype(float)

    def widen(self, targets: Array) -> Any:
        """Return a loop whose limit and clipping allow for further targets."""
        wider = replace(self, limit=max(self.limit, DIVERGED * np.abs(targets).max()))
        if self.clip is None:
            return wider
        values = np.vstack([self.clip, targets.reshape(-1, self.n_outputs)])
        return replace(wider, clip=np.stack([values.min(axis=0), values.max(axis=0)]))

    def returned(self, outputs: Array) -> Array:
        """Return the values that come back for outputs of shape (n_rows, n_outputs)."""
        return outputs if self.clip is None else np.clip(outputs, *self.clip)

    def force(self, simulator: Simulator, spikes: SpikeArray, targets: Array) -> Array:
        """Run a liquid while the targets come back; return the states of all rows.

        Parameters
        ----------
        simulator : Simulator
            Runs of the liquid.
        spikes : SpikeArray
            Samples.
        targets : array of shape (n_rows, n_outputs)
            Values that come back in place of the outputs.

        Returns
        -------
        states : array of shape (n_rows, n_features)
        """
        return simulator.rows(spikes, self._loop(targets, spikes.n_rows))

    def teach(
        self, simulator: Simulator, spikes: SpikeArray, targets: Array, readout: RLS, washout: int
    ) -> None:
        """Let a readout learn while its outputs come back; return nothing.

        Parameters
        ----------
        simulator : Simulator
            Runs of the liquid.
        spikes : SpikeArray
            Samples.
        targets : array of shape (n_rows, n_outputs)
            What the readout learns.
        readout : RLS
            Started; changed in place.
        washout : int
            Rows at the start of each sample in which it does not learn.

        Raises
        ------
        FloatingPointError
            If the outputs diverge.
        """
        loop = self._loop(
            targets,
            np.zeros_like(spikes.n_rows),
            taught_from=washout,
            coef=np.atleast_2d(readout.coef_),
            intercept=np.atleast_1d(readout.intercept_),
            correlation=readout.correlation_,
            forget=float(readout.forget),
        )
        simulator.rows(spikes, loop)
        self._check_samples(loop.outputs, spikes)

    def run(
        self,
        simulator: Simulator,
        spikes: SpikeArray,
        readout: Estimator,
        forced: Array,
        n_forced: Array,
    ) -> Array:
        """Return the outputs of all rows while they come back.

        Parameters
        ----------
        simulator : Simulator
            Runs of the liquid.
        spikes : SpikeArray
            Samples.
        readout : regressor
            Fitted.
        forced : array of shape (n_rows, n_outputs)
            Values that come back in place of the outputs in forced rows.
        n_forced : int array of shape (n_samples,)
            Number of forced rows at the start of each sample.

        Returns
        -------
        outputs : float64 array of shape (n_rows, n_outputs)

        Raises
        ------
        FloatingPointError
            If the outputs diverge.
        """
        affine = affine_map(readout, simulator.n_row_features, self.n_outputs)
        if affine is not None:
            coef, intercept = affine
            loop = self._loop(forced, n_forced, coef=coef, intercept=intercept)
            states = simulator.rows(spikes, loop)
            # A tree, say, is constant near the probes of `affine_map`, but not at the states.
            if is_affine(readout, states, coef, intercept):
                self._check_samples(loop.outputs, spikes)
                return loop.outputs
        parts = zip(split_rows(forced, spikes), n_forced, strict=True)
        return np.concatenate([
            self._step_through(simulator, cut_rows(spikes, sample), readout, *part)
            for sample, part in enumerate(parts)
        ])  # fmt: skip

    def _step_through(self, simulator, rows, readout, forced, n_forced):
        """Run one sample row by row, with a readout of any kind."""
        steps, outputs = Steps(simulator.stream(rows[0]), self), np.zeros(forced.shape)
        for t, row in enumerate(rows):
            outputs[t] = self.as_outputs(readout.predict(steps.step(row)))
            self.check(outputs[t : t + 1], t)
            steps.send(forced[t] if t < n_forced else self.returned(outputs[t]))
        return outputs

    def _loop(self, targets, n_forced, **readout):
        """Describe the loop to the kernel; without `coef` there is no readout in it."""
        nothing = {
            "taught_from": len(targets), "coef": np.empty((0, 0)), "intercept": np.empty(0),
            "correlation": Correlation.of(np.empty((0, 0))),
        }  # fmt: skip
        return Loop(
            weights=self.weights,
            targets=np.ascontiguousarray(targets, dtype=float),
            outputs=np.zeros((len(targets), self.n_outputs)),
            n_forced=np.asarray(n_forced),
            delay=self.delay,
            clip=np.empty((2, 0)) if self.clip is None else self.clip,
            **nothing | readout,
        )

    def _check_samples(self, outputs, spikes):
        for part in split_rows(outputs, spikes):
            self.check(part)

    def check(self, outputs: Array, first_row: int = 0) -> None:
        """Refuse outputs that are beyond the limit, or NaN.

        Parameters
        ----------
        outputs : array of shape (n_rows, n_outputs)
            Outputs of a readout in rows `first_row`, `first_row` + 1, ...
        first_row : int, default=0
            Number of the first row.

        Raises
        ------
        FloatingPointError
            With the first row in which the outputs are beyond it, and a remedy.
        """
        beyond = ~(np.abs(outputs) <= self.limit)
        if beyond.any():
            row, output = np.unravel_index(np.argmax(beyond), beyond.shape)
            raise FloatingPointError(
                f"the feedback diverges: output {output} is {outputs[row, output]:.3g} in row "
                f"{first_row + row}, beyond {self.limit:.3g}, {DIVERGED:g} times the largest "
                "target; lower Feedback.weight, or raise Feedback.noise or the readout's penalty"
            )


class Steps:
    """Run of a liquid that goes on row by row, with feedback; its memory does not grow.

    Parameters
    ----------
    stream : lsm.kernel.Stream
        Run of the liquid.
    closed_loop : ClosedLoop or None
        Path of the feedback; None for a run without feedback.
    """

    def __init__(self, stream: Any, closed_loop: "ClosedLoop | None") -> None:
        self.stream, self.closed_loop = stream, closed_loop
        delay = 1 if closed_loop is None else closed_loop.delay
        self._on_their_way: deque[Array] = deque(maxlen=delay)

    def step(self, rows: Any) -> Any:
        """Run rows with the outputs that arrive in them; return the states, (n_rows, n_features).

        With feedback there may be one row only.
        """
        current = None
        if self.closed_loop is not None:
            arriving = np.zeros(self.closed_loop.n_outputs)
            if len(self._on_their_way) == self._on_their_way.maxlen:
                arriving = self._on_their_way[0]
            current = arriving @ self.closed_loop.weights
        return self.stream.step(rows, current).reshape(rows.n_rows[0], -1)

    def send(self, outputs: Array) -> None:
        """Send outputs of shape (n_outputs,) on their way back."""
        self._on_their_way.append(outputs)


def affine_map(readout, n_features, n_outputs):
    """Return coefficients and intercept of a fitted readout, or None if it is not affine.

    They are found from predictions, so that a pipeline with a scaler counts too.

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

    def predict(X):
        return np.asarray(readout.predict(X), dtype=float).reshape(len(X), n_outputs)

    intercept = predict(np.zeros((1, n_features)))[0]
    coef = (predict(np.eye(n_features)) - intercept).T
    probe = np.random.default_rng(0).normal(size=(3, n_features))
    straight = probe @ coef.T + intercept
    scale = np.abs(straight).max() + np.abs(intercept).max()
    if not np.allclose(predict(probe), straight, rtol=0, atol=1e-6 * scale):
        return None
    return np.ascontiguousarray(coef), np.ascontiguousarray(intercept)


def is_affine(readout, states, coef, intercept):
    """Return whether the predictions of a readout are those of coefficients and an intercept.

    Parameters
    ----------
    readout : regressor
        Fitted.
    states : array of shape (n_rows, n_features)
        States; those that are not finite are left out.
    coef, intercept : arrays of shapes (n_outputs, n_features) and (n_outputs,)
        As of :func:`affine_map`.

    Returns
    -------
    is_affine : bool
        Up to the rounding of single precision.
    """
    states = states[np.isfinite(states).all(axis=1)]
    if len(states) == 0:
        return True
    y_pred = np.asarray(readout.predict(states), dtype=float).reshape(len(states), -1)
    summed = np.abs(states) @ np.abs(coef).T + np.abs(intercept)
    return bool(np.all(np.abs(y_pred - states @ coef.T - intercept) <= 1e-5 * summed))
