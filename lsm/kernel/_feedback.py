"""Readout in the compiled loop, and its way back into the network."""

from functools import partial
from typing import Any

import numpy as np
from numba.extending import register_jitable

from .._jit import njit

__all__ = ["PARTS", "predict_and_learn"]

MOST = 1e12  # on the diagonal of the inverse correlation, while rows are forgotten
TILE = 64
MOST_GROWTH = 2.0  # of the matrix by forgetting, before the terms are taken into it

real = None  # placeholder, see `lsm.kernel._compile.kernel_for`


def feed(sample, row, first_row, closed_loop, drive):
    """Add the current that each neuron gets back from the readout during a row.

    Targets and outputs of a sample begin at `first_row`.
    """
    source, weights = row - closed_loop.delay, closed_loop.weights
    clip = closed_loop.clip
    if source >= 0:
        forced = source < closed_loop.n_forced[sample]
        signal = closed_loop.targets if forced else closed_loop.outputs
        for k in range(len(weights)):
            value = real(signal[first_row + source, k])
            if clip.shape[1] > 0 and not forced:
                # In this order a NaN stays, and is refused after the run.
                value = min(max(value, real(clip[0, k])), real(clip[1, k]))
            for n in range(weights.shape[1]):
                drive[n] += value * weights[k, n]


@register_jitable
def multiply(matrix, vector, product):
    """Add the product of a symmetric matrix and a vector to `product`; zeros cost nothing."""
    for i in range(len(vector)):
        if vector[i] != 0:
            row, value = matrix[i], vector[i]
            for j in range(len(row)):
                product[j] += value * row[j]


@partial(njit, fastmath={"contract"}, error_model="numpy")
def subtract(matrix, terms, scales):
    """Subtract `scales[k] * outer(terms[k], terms[k])` for each k from a symmetric matrix.

    It is done for columns that fit the nearest cache, four terms at once, below the diagonal.
    """
    for start in range(0, len(matrix), TILE):
        columns = slice(start, min(start + TILE, len(matrix)))
        for i in range(start, len(matrix)):
            row = matrix[i, columns]
            for k in range(0, len(terms), 4):
                a, b, c, d = (
                    terms[k, columns], terms[k + 1, columns], terms[k + 2, columns],
                    terms[k + 3, columns],
                )  # fmt: skip
                at_a, at_b = scales[k] * terms[k, i], scales[k + 1] * terms[k + 1, i]
                at_c, at_d = scales[k + 2] * terms[k + 2, i], scales[k + 3] * terms[k + 3, i]
                for j in range(len(row)):
                    row[j] -= at_a * a[j] + at_b * b[j] + at_c * c[j] + at_d * d[j]
    for i in range(len(matrix)):
        for j in range(i):
            matrix[j, i] = matrix[i, j]


@register_jitable
def take_in(correlation):
    """Take the terms of a :class:`~lsm.kernel.Correlation` into its matrix."""
    matrix, count, growth = correlation.matrix, correlation.n_terms[0], correlation.growth[0]
    correlation.scales[count:] = 0
    subtract(matrix, correlation.terms[: (count + 3) // 4 * 4], correlation.scales)
    if growth != 1:
        for i in range(len(matrix)):
            for j in range(len(matrix)):
                matrix[i, j] *= growth
    # A feature that is forgotten and never seen again, as of a silent neuron, would grow for ever.
    for i in range(len(matrix)):
        if growth > 1 and matrix[i, i] > MOST:
            shrink = np.sqrt(MOST / matrix[i, i])
            for j in range(len(matrix)):
                matrix[i, j] *= shrink
                matrix[j, i] *= shrink
    correlation.n_terms[0], correlation.growth[0] = 0, 1


@register_jitable
def learn_row(state, products, error, coef, correlation, forget):
    """Update a linear readout with one row by recursive least squares, in place.

    The update subtracts a matrix of rank one from the inverse correlation matrix. It is kept as
    a term, so that the matrix itself changes once for many rows.

    Parameters
    ----------
    state : float64 array of shape (n_features,)
        Features of the row.
    products : float64 array of shape (n_parts, n_features)
        Products of `correlation.matrix` with parts of `state`, which add up to it.
    error : float64 array of shape (n_outputs,)
        Outputs before the update, less the targets.
    coef : float64 array of shape (n_outputs, n_features)
        Coefficients; changed.
    correlation : Correlation
        Inverse correlation matrix of the states; changed.
    forget : float
        Factor by which a row counts less with each row after it, see :class:`lsm.readout.RLS`.

    Returns
    -------
    is_new : bool
        Whether `correlation.matrix` has changed, and with it what `products` have to be.
    """
    terms, scales = correlation.terms, correlation.scales
    count, growth = correlation.n_terms[0], correlation.growth[0]
    direction = terms[count]
    direction[:] = 0
    for part in range(len(products)):
        for i in range(len(direction)):
            direction[i] += products[part, i]
    for k in range(count):
        part, term = scales[k] * np.dot(terms[k], state), terms[k]
        for i in range(len(direction)):
            direction[i] -= part * term[i]
    scale = growth / (forget + growth * np.dot(state, direction))
    for k in range(len(error)):
        part = scale * error[k]
        for i in range(len(direction)):
            coef[k, i] -= part * direction[i]
    scales[count] = scale
    correlation.n_terms[0], correlation.growth[0] = count + 1, growth / forget
    is_full = count + 1 == len(terms) or growth / forget > MOST_GROWTH
    if is_full:
        take_in(correlation)
    return is_full


@partial(njit, error_model="numpy")
def predict_and_learn(
    X: Any, y: Any, learns: Any, coef: Any, correlation: Any, forget: Any, y_pred: Any
) -> None:
    """Predict each row, and then update the coefficients with it, in place."""
    products = np.empty((1, X.shape[1]))
    for row in range(len(X)):
        y_pred[row] = np.dot(coef, X[row])
        if learns[row]:
            products[:] = 0
            multiply(correlation.matrix, X[row], products[0])
            learn_row(X[row], products, y_pred[row] - y[row], coef, correlation, forget)


def follow(row, place, readings, products, features, correlation):
    """Bring the features of a row, and their products with the matrix, up to date.

    A trace fades as far for all neurons, and so does its product with a matrix: only neurons that
    spiked since the row before add a row of the matrix. Features are followed in double
    precision.
    """
    out, table, step = readings.out, readings.table, readings.step
    n_filters, n_neurons = out.shape[1:]
    for f in range(n_filters):
        fade = table[f, step[place] - step[place - 1]] if row > 0 else real(0)
        product, kept = products[f], np.float64(fade)
        for i in range(len(product)):
            product[i] *= kept
        for n in range(n_neurons):
            before = fade * out[place - 1, f, n] if row > 0 else real(0)
            features[f * n_neurons + n] *= kept
            if out[place, f, n] != before:
                added = np.float64(out[place, f, n]) - np.float64(before)
                features[f * n_neurons + n] += added
                line = correlation.matrix[f * n_neurons + n]
                for i in range(len(product)):
                    product[i] += added * line[i]


def respond(row, place, readings, closed_loop, features, products):
    """Compute the outputs for a row; where it is taught, update the readout with the targets.

    `place` is that of the row among the readings and among targets and outputs.
    """
    coef, outputs, correlation = closed_loop.coef, closed_loop.outputs, closed_loop.correlation
    out = readings.out
    n_filters, n_neurons = out.shape[1:]
    if len(coef) == 0:
        return
    learns = len(correlation.matrix) > 0
    if learns:
        follow(row, place, readings, products, features, correlation)
    else:
        for f in range(n_filters):
            for n in range(n_neurons):
                features[f * n_neurons + n] = out[place, f, n]
    for k in range(len(coef)):
        outputs[place, k] = closed_loop.intercept[k] + np.dot(coef[k], features)
    if learns and row >= closed_loop.taught_from:
        error = outputs[place] - closed_loop.targets[place]
        if learn_row(features, products, error, coef, correlation, closed_loop.forget):
            products[:] = 0
            for f in range(n_filters):
                of_filter = slice(f * n_neurons, (f + 1) * n_neurons)
                multiply(correlation.matrix[of_filter], features[of_filter], products[f])


PARTS = feed, multiply, take_in, learn_row, follow, respond
