"""Structural plasticity: weak synapses are replaced by new ones."""

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from .base import Past, SampleRule

__all__ = ["Rewiring"]


class Rewiring(SampleRule):
    """Replace the weakest excitatory synapses after each sample [1]_.

    The wiring of the liquid draws its connections anew, with weights, delays and short-term
    plasticity, and as many synapses as were removed are taken from them at random. A new synapse
    starts at an excitatory neuron and connects neurons of the same kinds as in the draw, does not
    connect a neuron to itself, and does not double an existing synapse. So the number of synapses
    does not change and Dale's law holds. A wiring that gives the same connections each time, such
    as :class:`lsm.topology.FixedWeights`, offers no new synapses.

    Parameters
    ----------
    share : float, default=0.01
        Share of the excitatory synapses that are replaced after each sample.

    References
    ----------
    .. [1] D. B. Chklovskii, B. W. Mel, K. Svoboda (2004). Cortical rewiring and information
       storage. Nature 431, 782-788.
    """

    bounds = {"share": ">= 0 and <= 1"}

    def __init__(self, share: float = 0.01) -> None:
        self.share = share

    def between(self, network: Any, past: Past) -> Any:
        """Replace synapses; see :class:`SampleRule`."""
        old, drawn = _synapses(network), _synapses(past.rewire())
        n_neurons = network.n_neurons
        kinds, kinds_drawn = (_kinds(synapses, n_neurons) for synapses in (old, drawn))
        fits = ~np.signbit(drawn["w"]) & (drawn["pre"] != drawn["post"])
        for end in ("pre", "post"):
            fits &= kinds[drawn[end]] == kinds_drawn[drawn[end]]
        fits &= ~np.isin(*(part["pre"] * n_neurons + part["post"] for part in (drawn, old)))
        excitatory = np.flatnonzero(~np.signbit(old["w"]))
        n_replaced = min(round(self.share * len(excitatory)), fits.sum())
        weakest = excitatory[np.argsort(old["w"][excitatory], kind="stable")[:n_replaced]]
        new = past.rng.choice(np.flatnonzero(fits), n_replaced, replace=False)
        merged = {
            name: np.concatenate([np.delete(old[name], weakest), drawn[name][new]]) for name in old
        }
        order = np.lexsort((merged["post"], merged["pre"]))
        return _with_synapses(network, {name: merged[name][order] for name in merged})


def _synapses(network):
    """Return the recurrent synapses of a network, as an array for each of their properties."""
    w = network.w
    synapses = {
        "pre": np.repeat(np.arange(len(w.indptr) - 1), np.diff(w.indptr)),
        "post": w.indices.astype(np.int64),
        "w": w.data,
        "delays": np.broadcast_to(network.delays, w.nnz),
    }
    names = ("use", "depression", "facilitation")
    return synapses | dict(zip(names, network.short_term or (), strict=False))


def _with_synapses(network, synapses):
    """Return the network with other recurrent synapses, sorted by row; inverts `_synapses`."""
    pre, post, data, delays, *short_term = synapses.values()
    indptr = np.searchsorted(pre, np.arange(network.n_neurons + 1))
    indices = (part.astype(network.w.indices.dtype) for part in (post, indptr))
    w = sparse.csr_array((data, *indices), shape=network.w.shape)
    return replace(network, w=w, delays=delays, short_term=tuple(short_term) or None)


def _kinds(synapses, n_neurons):
    """Return the sign of the weights of each neuron, zero for both signs or no weights."""
    signs = np.where(np.signbit(synapses["w"]), -1, 1)
    highest, lowest = np.full(n_neurons, -1), np.full(n_neurons, 1)
    np.maximum.at(highest, synapses["pre"], signs)
    np.minimum.at(lowest, synapses["pre"], signs)
    return np.sign(highest + lowest)
