"""Remember a random input, filter it, and predict time series with a liquid.

The table has the liquid, the liquid without recurrence, an echo state network of as many neurons,
as many static random units of the last rows, and linear taps, over several seeds of series and
networks. The settings of the networks were chosen
on validation pieces, by searches of similar size for both kinds; the penalty of every readout is
chosen on the last quarter of the samples that it is fitted on. The test piece serves for the table
only.
"""

import numpy as np
from scipy import stats

from lsm import Liquid, LSMRegressor, Snapshots, without_recurrence
from lsm._validation import check_choice
from lsm.readout import HoldOutRidge
from lsm.topology import RandomInput

from ._series.figures import draw_memory, draw_prediction
from ._series.networks import KINDS, make_delayed_liquid
from ._series.settings import ECHO_STATE, LIQUID
from ._series.taps import make_linear_taps, make_static
from ._series.tasks import ROW, WASHOUT, capacities, fit, load_data, nrmse
from ._study.metric import Metric

__all__ = ["evaluate", "fit", "load_data", "make_model"]

INPUTS = ("delayed", "direct")
N_TAPS = (10, 20, 50, 100)
MEMORY_CAPACITY = Metric("memory capacity")
NRMSE = Metric("NRMSE", more_is_better=False)


def make_model(
    task="mackey-glass",
    inputs="delayed",
    n_neurons=1000,
    *,
    kind="liquid",
    random_state=None,
    **settings,
):
    """Make an unfitted regressor of the series of :func:`load_data`.

    Parameters
    ----------
    task : str, default="mackey-glass"
        As of :func:`load_data`; the settings are those that did best on its validation piece.
    inputs : {"delayed", "direct"}, default="delayed"
        delayed: each neuron has several synapses from the input, with delays; direct: it has one,
        without a delay, so that all memory is the network's.
    n_neurons : int, default=1000
        Number of neurons in each network.
    kind : {"liquid", "echo-state"}, default="liquid"
        Spiking neurons, or an echo state network of rate neurons.
    random_state : int, RandomState instance or None, default=None
        Seed of the network.
    **settings : object
        Any parameters of the parts by their names, such as `liquid__neurons__tau_m=30.0`.

    Returns
    -------
    model : LSMRegressor
    """
    check_choice("inputs", inputs, INPUTS)
    check_choice("kind", kind, KINDS)
    make = _spiking if kind == "liquid" else _echo_state
    liquid = make(task, inputs).set_params(n_neurons=n_neurons, random_state=random_state)
    model = LSMRegressor(liquid, HoldOutRidge(), washout=WASHOUT, encoder=None)
    return model.set_params(**settings)


def _spiking(task, inputs):
    """Make a liquid whose memory is in the delays of its synapses."""
    chosen = LIQUID[task, inputs]
    neurons = chosen["neurons"](
        tau_m=chosen["tau_m"],
        refractory=chosen["refractory"],
        bias=stats.norm(chosen["bias"], chosen["bias_spread"]),
    )
    return make_delayed_liquid(
        neurons,
        tau_syn=chosen["tau_syn"],
        gain=chosen["gain"],
        delay=(1.0, chosen["delay"]),
        inputs=_input(chosen),
        snapshots=Snapshots(feature="membrane_and_trace", tau=chosen["tau"]),
        dtype="float64",
    )


def _echo_state(task, inputs):
    """Make an echo state network; each of its steps is a row of the series."""
    chosen = ECHO_STATE[task, inputs]
    return Liquid.echo_state(
        leak=chosen["leak"],
        bias=stats.norm(0.0, chosen["bias_spread"]),
        spectral_radius=chosen["gain"],
        inputs=_input(chosen),
        dt=ROW,
        dtype="float64",
    )


def _input(chosen):
    n_synapses = chosen["input_synapses"]
    return RandomInput(
        weight=chosen["input_weight"] / n_synapses**0.5,
        synapses=n_synapses,
        delay=(0.0, chosen["input_delay"]),
    )


def make_models(model, task, inputs, n_neurons, random_state):
    """Make the models of the table by name; the first is `model`."""
    network = make_model(task, inputs, n_neurons, kind="echo-state", random_state=random_state)
    return {
        "liquid": model,
        "liquid without recurrence": without_recurrence(model),
        "echo state network": network,
        "static random features": make_static(
            n_neurons, N_TAPS, WASHOUT, random_state=random_state
        ),
        "linear taps": make_linear_taps(N_TAPS, WASHOUT),
    }


def evaluate(model, data, test):
    """Return predictions of whole pieces, and the memory capacity or the normalised error."""
    y_pred = model.predict(data.data[test])
    predicted = np.concatenate([part[WASHOUT:] for part in y_pred])
    target = np.concatenate([data.target[i][WASHOUT:] for i in test])
    if target.shape[1] > 1:
        return y_pred, {MEMORY_CAPACITY: capacities(predicted, target).sum()}
    return y_pred, {NRMSE: nrmse(predicted, target)}


def draw(folder, comparison):
    """Draw predictions of the test piece, and the memory capacity by delay."""
    data = comparison.data
    (piece,) = data.test
    target = data.target[piece][WASHOUT:]
    y_pred = {name: parts[0][WASHOUT:] for name, parts in comparison.y_pred.items()}
    if target.shape[1] > 1:
        curves = {name: capacities(values, target) for name, values in y_pred.items()}
        draw_memory(folder / "memory.png", curves)
    name = data.target_names[0]
    draw_prediction(
        folder / "prediction.png", target[:, 0], {k: v[:, 0] for k, v in y_pred.items()},
        comparison.model.liquid_.record(data.data[[piece]]), WASHOUT, name, f"{data.task}: {name}",
    )  # fmt: skip


def facts(comparison):
    """Return the numbers of rows that were chosen for the controls."""
    names = {"n_taps": "linear taps", "n_taps_static": "static random features"}
    return {key: comparison.models[name].n_taps_ for key, name in names.items()}
