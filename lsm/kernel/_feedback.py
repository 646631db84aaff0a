"""Readout in the compiled loop, and its way back into the network."""

from typing import Any

import numpy as np

__all__ = ["PARTS", "recursive_least_squares"]

MOST = 1e12  # on the diagonal of the inverse correlation, while rows are forgotten

real = None  # placeholder, see `lsm.kernel._compile.kernel_for`


def feed(sample, row, first_row, closed_loop, drive):
    """Add the current that each neuron gets back from the readout during a row.

    Targets and outputs of a sample begin at `first_row`.
    """
    source, weights = row - closed_loop.delay, closed_loop.weights
    if source >= 0:
        forced = source < closed_loop.n_forced[sample]
        signal = closed_loop.targets if forced else closed_loop.outputs
        for k in range(len(weights)):
            value = real(signal[first_row + source, k])
            for n in range(weights.shape[1]):
                drive[n] += value * weights[k, n]


def recursive_least_squares(state: Any, error: Any, coef: Any, inverse: Any, forget: Any) -> Any:
    """Update a linear readout with one row by recursive least squares, in place.

    Parameters
    ----------
    state : float64 array of shape (n_features,)
        Features of the row.
    error : float64 array of shape (n_outputs,)
        Outputs before the update, less the targets.
    coef : float64 array of shape (n_outputs, n_features)
        Coefficients; changed.
    inverse : float64 array of shape (n_features, n_features)
        Inverse correlation matrix of the states; changed.
    forget : float
        Factor by which a row counts less with each row after it, see :class:`lsm.readout.RLS`.
    """
    direction = np.dot(inverse, state)
    scale, grow = 1.0 / (forget + np.dot(state, direction)), 1.0 / forget
    for i in range(len(state)):
        part = scale * direction[i]
        for k in range(len(error)):
            coef[k, i] -= part * error[k]
        for j in range(len(state)):
            inverse[i, j] = grow * (inverse[i, j] - part * direction[j])
    # A feature that is forgotten and never seen again, as of a silent neuron, would grow for ever.
    for i in range(len(state)):
        if grow > 1 and inverse[i, i] > MOST:
            shrink = np.sqrt(MOST / inverse[i, i])
            for j in range(len(state)):
                inverse[i, j] *= shrink
                inverse[j, i] *= shrink


def respond(row, place, out, closed_loop, features):
    """Compute the outputs for a row; where it is taught, update the readout with the targets.

    `place` is that of the row among the readings `out` and among targets and outputs.
    """
    coef, outputs = closed_loop.coef, closed_loop.outputs
    n_filters, n_neurons = out.shape[1:]
    if len(coef) == 0:
        return
    for f in range(n_filters):
        for n in range(n_neurons):
            features[f * n_neurons + n] = out[place, f, n]
    for k in range(len(coef)):
        outputs[place, k] = closed_loop.intercept[k] + np.dot(coef[k], features)
    if len(closed_loop.inverse) > 0 and row >= closed_loop.taught_from:
        error = outputs[place] - closed_loop.targets[place]
        recursive_least_squares(features, error, coef, closed_loop.inverse, closed_loop.forget)


PARTS = feed, recursive_least_squares, respond
