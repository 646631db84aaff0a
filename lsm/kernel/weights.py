"""Other recurrent weights for a network that is drawn."""

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from .._typing import Array, ArrayLike
from .._units import steps
from .._validation import check_integer, check_number, check_reals
from ..kernel.network import Network
from ._arrays import frozen

__all__ = ["read_only", "with_weight", "with_weights"]


def read_only(w: Any) -> Any:
    """Return a view of a CSR array whose numbers cannot be changed."""
    view = sparse.csr_array(w.shape, dtype=w.dtype)
    view.data, view.indices, view.indptr = map(frozen, (w.data, w.indices, w.indptr))
    return view


def with_weights(
    network: Network, weights: Array | ArrayLike | sparse.sparray, delay: float | str = "auto"
) -> Network:
    """Return a network with other recurrent weights.

    Parameters
    ----------
    network : Network
        The network, which is left as it is.
    weights : array or scipy.sparse array of shape (n_neurons, n_neurons)
        Weights `weights[pre, post]` in nA. Synapses are the entries that a sparse array stores,
        or the numbers of another array that are not zero.
    delay : float or "auto", default="auto"
        Delay in ms of synapses that the network does not have; "auto" is the delay of all its
        synapses, if they have the same. Other synapses keep their delays.

    Returns
    -------
    network : Network

    Raises
    ------
    TypeError, ValueError
        If the weights or the delay are invalid, a pair of neurons has several synapses, or new
        synapses have no delay or no parameters of short-term plasticity.
    """
    w, old = _entries(network, weights), network.w
    old_pairs, pairs = _pairs(old), _pairs(w)
    order = np.argsort(old_pairs, kind="stable")
    old_pairs = old_pairs[order]
    if np.any(old_pairs[1:] == old_pairs[:-1]):
        raise ValueError(
            "the topology has drawn several synapses from one neuron to another, so weights by "
            "pair do not determine them: fit with topology=FixedWeights(W) instead"
        )
    place = np.searchsorted(old_pairs, pairs)
    is_new = np.append(old_pairs, -1)[place] != pairs
    source = np.append(order, -1)[place]  # synapse of the network, where it has one
    short_term = network.short_term
    if short_term is not None:
        if is_new.any():
            raise ValueError(
                f"{is_new.sum()} synapses are new, which have no parameters of "
                "Liquid.short_term_plasticity: change only weights of synapses that exist, or fit "
                "with topology=FixedWeights(W)"
            )
        short_term = tuple(values[source] for values in short_term)
    delays = network.delays
    if np.ndim(delays) or (is_new.any() and not _is_auto(delay)):
        delays = np.append(np.broadcast_to(delays, len(order)), np.int32(0))[source]
        delays[is_new] = _delay_of_new(network, delay) if is_new.any() else 0
    return replace(network, w=w, delays=delays, short_term=short_term)


def with_weight(
    network: Network, pre: int, post: int, weight: float, delay: float | str = "auto"
) -> Network:
    """Return a network with another weight of one synapse, which is added if it does not exist.

    Parameters
    ----------
    network : Network
        The network, which is left as it is.
    pre, post : int
        Neurons from which and to which the synapse leads.
    weight : float
        Weight in nA.
    delay : float or "auto", default="auto"
        Delay in ms; "auto" keeps that of the synapse, and is for a new one as in
        :func:`with_weights`.

    Returns
    -------
    network : Network

    Raises
    ------
    TypeError, ValueError
        As of :func:`with_weights`.
    """
    last = network.n_neurons - 1
    pre, post = (check_integer(name, n, 0, last) for name, n in (("pre", pre), ("post", post)))
    w, weight = network.w, check_number("weight", weight)
    row = slice(w.indptr[pre], w.indptr[pre + 1])
    at = np.flatnonzero(w.indices[row] == post) + row.start
    data, indices, indptr = w.data.copy(), w.indices, w.indptr
    if len(at):
        data[at[0]] = weight
    else:
        at = row.start + np.searchsorted(indices[row], post)
        data, indices = np.insert(data, at, weight), np.insert(indices, at, post)
        indptr = indptr + (np.arange(len(indptr)) > pre).astype(indptr.dtype)
    changed = with_weights(network, sparse.csr_array((data, indices, indptr), w.shape), delay)
    if _is_auto(delay):
        return changed
    delays = np.array(np.broadcast_to(changed.delays, changed.w.nnz))
    delays[_pairs(changed.w) == pre * network.n_neurons + post] = _steps_of(network, delay)
    return replace(changed, delays=delays)


def _entries(network, weights):
    """Return weights of a user as a CSR array with an entry for each synapse."""
    shape = network.w.shape
    rule = f"W must be a matrix of {shape[0]} x {shape[1]} finite numbers (nA)"
    if not sparse.issparse(weights):
        weights = check_reals(rule, weights)
    if weights.shape != shape or weights.dtype.kind not in "iuf":
        raise ValueError(f"{rule}, got {weights.dtype} of shape {weights.shape}")
    with np.errstate(over="ignore"):
        w = sparse.csr_array(weights, dtype=network.w.dtype, copy=True)
    if not np.isfinite(w.data).all():
        raise ValueError(f"{rule}, got NaN, infinity, or a number beyond {w.dtype}")
    w.sum_duplicates()
    if network.inhibitory is not None:  # a weight of -0.0 belongs to an inhibitory neuron
        is_zero = (w.data == 0) & np.repeat(network.inhibitory, np.diff(w.indptr))
        w.data[is_zero] = -0.0
    return w


def _pairs(w):
    """Return one number for the pair of neurons of each synapse."""
    pre = np.repeat(np.arange(w.shape[0], dtype=np.int64), np.diff(w.indptr))
    return pre * w.shape[1] + w.indices


def _is_auto(delay):
    return isinstance(delay, str) and delay == "auto"


def _delay_of_new(network, delay):
    """Return the delay in steps of synapses that the network does not have."""
    if not _is_auto(delay):
        return _steps_of(network, delay)
    delays = np.unique(network.delays)
    if len(delays) != 1:
        raise ValueError(
            "delay must be given for new synapses, since the synapses of this liquid have "
            "different delays: pass delay=1.0, in ms"
        )
    return delays[0]


def _steps_of(network, delay):
    """Return a delay in ms as steps, at least one."""
    delay = check_number("delay", delay, 0, low_open=True, suffix=" or 'auto'")
    return steps("delay", delay, network.dt)
