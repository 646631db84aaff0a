"""The way back from a linear readout into the network, inside the compiled loop."""

import numpy as np

__all__ = ["PARTS"]

MOST = 1e12  # on the diagonal of the inverse correlation, while rows are forgotten

real = None  # placeholder, see `lsm.kernel._loop.kernel_for`


def feed(sample, row, feedback, drive):
    """Add the current that each neuron gets back during a row of the input."""
    offset, targets, outputs, n_forced, _, weights, delay = feedback[:7]
    source = row - delay
    if source >= 0:
        signal = targets if source < n_forced[sample] else outputs
        for k in range(len(weights)):
            value = real(signal[offset[sample] + source, k])
            for n in range(weights.shape[1]):
                drive[n] += value * weights[k, n]


def recursive_least_squares(state, error, coef, inverse, forget):
    """Move coefficients towards the least squares of all that was seen, in place.

    `error` is that of the outputs before the update, shape (n_outputs,); `inverse` is the inverse
    correlation matrix of the states. See :class:`lsm.readout.RLS`.
    """
    direction = np.dot(inverse, state)
    scale, grow = 1.0 / (forget + np.dot(state, direction)), 1.0 / forget
    for i in range(len(state)):
        part = scale * direction[i]
        for k in range(len(error)):
            coef[k, i] -= part * error[k]
        for j in range(len(state)):
            inverse[i, j] = grow * (inverse[i, j] - part * direction[j])
    # What is forgotten and never seen again, as of a silent neuron, would grow without end.
    for i in range(len(state)):
        if grow > 1 and inverse[i, i] > MOST:
            shrink = np.sqrt(MOST / inverse[i, i])
            for j in range(len(state)):
                inverse[i, j] *= shrink
                inverse[j, i] *= shrink


def respond(sample, row, reading, feedback, last):
    """Let the readout answer to a state, and learn from the target if it is taught."""
    offset, targets, outputs, _, taught_from = feedback[:5]
    coef, intercept, inverse, forget = feedback[7:]
    n_filters, n_neurons = reading.shape
    if len(coef) == 0:
        return
    for f in range(n_filters):
        for n in range(n_neurons):
            last[f * n_neurons + n] = reading[f, n]
    place = offset[sample] + row
    for k in range(len(coef)):
        outputs[place, k] = intercept[k] + np.dot(coef[k], last)
    if len(inverse) > 0 and row >= taught_from:
        error = outputs[place] - targets[place]
        recursive_least_squares(last, error, coef, inverse, forget)


PARTS = feed, recursive_least_squares, respond
