"""A network and its input as plain arrays, and the script that reads them in another tool."""

import os
from pathlib import Path

import numpy as np

from .._units import steps
from ..inside import input_spikes

__all__ = [
    "check_path",
    "input_arrays",
    "refractory",
    "refuse_random",
    "synapse_arrays",
    "write_script",
]

IMPORTED = ("brian2", "nest", "numpy", "pathlib")  # by the scripts


def check_path(path):
    """Return the path of a script, or raise an error unless a script can be written there."""
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be a path that ends in .py, got {path!r:.80}")
    path = Path(path)
    if path.suffix != ".py":
        raise ValueError(
            f"path must be the name of a Python script, got {str(path)!r}: give "
            f"{str(path) + '.py'!r}"
        )
    if path.stem in IMPORTED:
        raise ValueError(
            f"path {str(path)!r} would replace the module {path.stem} that the script imports: "
            f"give another name, such as {str(path.with_stem('network_' + path.stem))!r}"
        )
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"path {str(path)!r} lies in a folder that does not exist: make {str(path.parent)!r}"
        )
    return path


def refuse_feedback(model, tool):
    """Raise a ValueError if a model feeds the output of its readout back into its liquid."""
    for name, value in model.get_params().items():
        if name.split("__")[-1] == "feedback" and value is not None:
            raise ValueError(
                f"{tool} carries the liquid alone, but the model has {name}={value!r} from its "
                "readout, without which the liquid gives other spikes: give the liquid, as "
                "model.liquid_, if they are wanted"
            )


def refuse_random(network, tool):
    """Raise a ValueError if a network does not send spikes, or depends on our random numbers."""
    name = type(network.neurons).__name__
    if not network.neurons.spiking:
        raise ValueError(
            f"{tool} carries networks of spikes, which {name} neurons do not send: fit a liquid of "
            "spiking neurons, such as LIF()"
        )
    if network.neurons.stochastic:
        raise ValueError(
            f"{tool} cannot carry {name} neurons, whose spikes are drawn from the random numbers "
            "of this package: fit a liquid of LIF(), which is the same model for small delta_v"
        )
    if network.noise:
        raise ValueError(
            f"{tool} cannot carry Liquid.noise={network.noise:g}, which is drawn from the random "
            "numbers of this package: fit the liquid with noise=0"
        )


def refractory(network):
    """Return the refractory period in ms, as the whole steps that the network takes."""
    return network.dt * steps(
        "refractory", network.parameters["refractory"], network.dt, may_vanish=True
    )


def synapse_arrays(network):
    """Return the synapses of a network, one line a synapse.

    Parameters
    ----------
    network : lsm.kernel.Network
        The network.

    Returns
    -------
    arrays : dict of str to array
        Recurrent synapses in `pre`, `post`, `weight` and `delay` (in steps), with `use`,
        `recovery` and `facilitation` (in ms) where they are dynamic; synapses of the input in
        `in_channel`, `in_neuron`, `in_weight` and `in_delay`.
    """
    arrays = {}
    for names, matrix, delays in (
        (("pre", "post", "weight", "delay"), network.w, network.delays),
        (("in_channel", "in_neuron", "in_weight", "in_delay"), network.w_in, network.delays_in),
    ):
        source = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        columns = (
            source, matrix.indices.astype(np.int64), matrix.data.astype(np.float64),
            np.broadcast_to(delays, matrix.nnz).astype(np.int64),
        )  # fmt: skip
        arrays |= dict(zip(names, columns, strict=True))
    if network.short_term is not None:
        names = ("use", "recovery", "facilitation")
        arrays |= dict(zip(names, map(np.asarray, network.short_term), strict=True))
    return arrays


def input_arrays(network, spikes):
    """Return the events of the input, one line an event, in steps of the network.

    Parameters
    ----------
    network : lsm.kernel.Network
        The network.
    spikes : SpikeArray
        The input.

    Returns
    -------
    arrays : dict of str to array
        `n_steps` of each sample; `event_sample`, `event_step`, `event_channel` and
        `event_amplitude` (number of spikes, or current in nA); of currents also `event_end`, the
        step that follows the last one of its row.
    """
    row_start = network.row_start(spikes)
    amplitude = spikes.amplitudes
    arrays = {
        "n_steps": network.n_steps(spikes),
        "event_sample": np.repeat(np.arange(len(spikes)), np.diff(spikes.offsets)),
        "event_step": row_start[spikes.rows],
        "event_channel": spikes.channels.astype(np.int64),
        "event_amplitude": np.ones(len(spikes.rows)) if amplitude is None else amplitude,
    }
    if spikes.graded:
        arrays["event_end"] = row_start[spikes.rows + 1]
    return arrays


def write_script(export, tool, model, path, X):
    """Write the script and the arrays of a model.

    Parameters
    ----------
    export : function
        Takes a network and its input; returns the text of the script and the arrays.
    tool : str
        Name of the public function, for errors.
    model, path, X : object
        As of :func:`lsm.formats.to_nest`.

    Returns
    -------
    path : pathlib.Path
        Path of the script.
    """
    path = check_path(path)
    liquid, spikes = input_spikes(model, X)
    refuse_feedback(model, tool)
    text, arrays = export(liquid.network_, spikes)
    np.savez_compressed(path.with_suffix(".npz"), **arrays)
    path.write_text(text, encoding="utf-8")
    return path
