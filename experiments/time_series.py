"""Remember a random input, filter it, and predict series: a liquid against what it must beat."""

import warnings

import numpy as np
from scipy import stats
from sklearn.base import clone

from lsm import Liquid, LSMRegressor, Snapshots
from lsm._validation import check_choice
from lsm.neurons import LeakyTanh
from lsm.readout import HoldOutRidge
from lsm.synapses import Delta, Exponential
from lsm.topology import ErdosRenyi, RandomInput, Weights

from ._command.modules import arguments
from ._series.figures import draw_memory, draw_prediction
from ._series.settings import ECHO_STATE, LIQUID
from ._series.taps import LinearTaps
from ._series.tasks import ROW, WASHOUT, capacities, load_data, nrmse
from ._study import study
from ._study.results import digest
from ._study.seeds import INTERVAL, Scores, check_options

__all__ = ["load_data", "make_model", "run", "score"]

KINDS = ("liquid", "echo-state")
INPUTS = ("delayed", "direct")
N_TAPS = (10, 20, 50, 100)


def make_model(
    task="mackey-glass",
    inputs="delayed",
    n_neurons=1000,
    kind="liquid",
    random_state=None,
    **settings,
):
    """Make an unfitted regressor of what :func:`load_data` gives.

    Parameters
    ----------
    task : str, default="mackey-glass"
        As of :func:`load_data`; the settings that did best on its validation piece are taken.
    inputs : {"delayed", "direct"}, default="delayed"
        Whether each neuron has several synapses from the input, with delays, or one without.
    n_neurons : int, default=1000
        Size.
    kind : {"liquid", "echo-state"}, default="liquid"
        Spiking neurons, or an echo state network of rate neurons.
    random_state : int, RandomState instance or None, default=None
        Seed of the network.
    **settings : object
        Any parameters of the parts by their names, such as `liquid__neurons__tau_m=30.0`.

    Returns
    -------
    model : LSMRegressor

    Examples
    --------
    >>> from lsm.experiments.time_series import make_model
    >>> model = make_model("laser", n_neurons=500, random_state=0, liquid__neurons__tau_m=30.0)
    >>> model.liquid.snapshots.feature
    'membrane_and_trace'
    """
    check_choice("inputs", inputs, INPUTS)
    check_choice("kind", kind, KINDS)
    make = _spiking if kind == "liquid" else _echo_state
    liquid = make(task, inputs).set_params(n_neurons=n_neurons, random_state=random_state)
    return LSMRegressor(liquid, HoldOutRidge(), washout=WASHOUT).set_params(**settings)


def _spiking(task, inputs):
    """Make a liquid whose memory is in the delays of its synapses."""
    chosen = LIQUID[task, inputs]
    n_synapses = chosen["input_synapses"]
    return Liquid(
        neurons=chosen["neurons"](
            tau_m=chosen["tau_m"],
            refractory=chosen["refractory"],
            bias=stats.norm(chosen["bias"], chosen["bias_spread"]),
        ),
        synapses=Exponential(chosen["tau_syn"], chosen["tau_syn"]),
        topology=ErdosRenyi(
            weights=Weights(distribution="signed", inhibition=1.0, gain=chosen["gain"]),
            delay=(1.0, chosen["delay"]),
        ),
        inputs=RandomInput(
            weight=chosen["input_weight"] / n_synapses**0.5,
            synapses=n_synapses,
            delay=(0.0, chosen["input_delay"]),
        ),
        snapshots=Snapshots(feature="membrane_and_trace", tau=chosen["tau"]),
        calibration=None,
        initial="random",
        dtype="float64",
    )


def _echo_state(task, inputs):
    """Make an echo state network; a step of it is a row of the series."""
    chosen = ECHO_STATE[task, inputs]
    n_synapses = chosen["input_synapses"]
    return Liquid(
        neurons=LeakyTanh(leak=chosen["leak"], bias=stats.norm(0.0, chosen["bias_spread"])),
        synapses=Delta(),
        topology=ErdosRenyi(
            weights=Weights(
                distribution="signed",
                inhibition=1.0,
                normalization="spectral_radius",
                gain=chosen["gain"],
            ),
            delay=ROW,
        ),
        inputs=RandomInput(
            weight=chosen["input_weight"] / n_synapses**0.5,
            synapses=n_synapses,
            delay=(0.0, chosen["input_delay"]),
        ),
        snapshots=Snapshots(feature="membrane"),
        calibration=None,
        dt=ROW,
        dtype="float64",
    )


def score(model, data, test):
    """Return what a sweep goes by: the memory capacity, or minus the normalised error."""
    said = np.concatenate([part[WASHOUT:] for part in model.predict(data.data[test])])
    true = np.concatenate([data.target[i][WASHOUT:] for i in test])
    return capacities(said, true).sum() if true.shape[1] > 1 else -nrmse(said, true)


def run(
    task="mackey-glass",
    inputs="delayed",
    horizon=None,
    n_steps=None,
    data_home=None,
    n_neurons=1000,
    repeats=5,
    seed=0,
    jobs=-1,
    out=None,
    **settings,
):
    """Remember and predict series with a liquid, and show what the liquid is worth.

    The table has the liquid, the liquid without recurrence, an echo state network of as many
    neurons, and linear taps, over several seeds of series and networks. The settings of the
    networks were chosen on validation pieces, by searches of like size for both kinds; the
    penalty of every readout is chosen on the last quarter of what it is fitted on. The test
    piece serves for nothing but the table.

    Parameters
    ----------
    task : {"memory-capacity", "narma10", "mackey-glass", "lorenz", "laser", "sunspots"}
        memory-capacity: recall a random input up to 100 steps ago; narma10: a nonlinear moving
        average of a random input; the others: predict the series itself.
    inputs : {"delayed", "direct"}
        Whether each neuron has several synapses from the input, with delays, or one without, so
        that all memory is the network's.
    horizon : int or None
        How many steps ahead to predict. By default 84 for mackey-glass, 25 for lorenz, 1 for
        laser and 12 for sunspots.
    n_steps : int or None
        Length of a series that is made. By default 6000.
    data_home : str or None
        File or folder of the laser. By default it is downloaded once, about 0.2 MB.
    n_neurons : int
        Size of the networks in neurons.
    repeats : int
        How many seeds: seed, seed + 1, ...
    seed : int
        First seed, of the series that are made and of the networks.
    jobs : int
        Threads; -1 is one for each core.
    out : str or None
        The folder for results, which must not exist. By default
        results/time-series-DATE-TIME.
    **settings : object
        A parameter of the liquid by its name, such as liquid__neurons__tau_m 30.

    Returns
    -------
    scores : Scores
        What each model reached with each seed.
    """
    options = dict(locals())
    options |= options.pop("settings")
    check_choice("inputs", inputs, INPUTS)
    check_options(options)
    with study("time-series", run, options) as results:
        data = load_data(**arguments(load_data, options))
        print(data.DESCR, flush=True)
        make_model(**arguments(make_model, options), **settings)  # refuses unknown names
        with results.stages(4 * repeats) as stages, warnings.catch_warnings():
            # Delays of seconds outlast the pieces of half a second that health is measured on.
            warnings.filterwarnings("ignore", "the liquid does not forget", UserWarning)
            scores, first = _compare(options, settings, data, stages)
        print(scores, end="\n\n")
        print(_verdict(scores), flush=True)
        model, _ = first["liquid"]
        results.keep(
            scores.table(),
            model,
            model.liquid_,
            lambda folder: _draw(folder, task, data, first),
            score=scores.median("liquid"),
            measure=scores.unit,
            interval=INTERVAL,
            n_taps=first["linear taps"][0].n_taps_,
            data={
                "description": data.DESCR,
                "sha256": digest(*[data.data.to_dense(i) for i in range(3)], *data.target),
            },
        )
    return scores


def _compare(options, settings, data, stages):
    """Fit and test the models with all seeds; return the scores, and the first seed's models."""
    recalls = options["task"] == "memory-capacity"
    scores = Scores("memory capacity" if recalls else "NRMSE", more_is_better=recalls)
    first = {}
    for seed in range(options["seed"], options["seed"] + options["repeats"]):
        of_seed = options | {"seed": seed}
        if seed != options["seed"]:
            data = load_data(**arguments(load_data, of_seed))
        for name, model in _make_models(of_seed, settings).items():
            with stages.stage(name, f"seed {seed}"):
                fitted = model.fit(data.data[[0, 1]], data.target[:2])
                said = fitted.predict(data.data[[2]])[0][WASHOUT:]
                true = data.target[2][WASHOUT:]
                value = capacities(said, true).sum() if recalls else nrmse(said, true)
                scores.add(name, value, seed)
            if seed == options["seed"]:
                first[name] = fitted, said
    return scores, first


def _make_models(options, settings):
    """Make the models of the table; the first is the one the study is about."""
    of_model = arguments(make_model, options)
    liquid = make_model(**of_model, **settings)
    unconnected = clone(liquid).set_params(liquid__topology__fan_out=0)
    return {
        "liquid": liquid,
        "liquid without recurrence": unconnected,
        "echo state network": make_model(**of_model, kind="echo-state"),
        "linear taps": LinearTaps(N_TAPS, WASHOUT),
    }


def _verdict(scores):
    liquid, *others = scores.values
    pairs = [np.array([scores.values[liquid], scores.values[other]]) for other in others]
    sign = 1 if scores.more_is_better else -1
    lines = [
        f"'{liquid}' is better than '{other}' with {np.sum(sign * ours > sign * theirs)} of "
        f"{len(ours)} seeds."
        for other, (ours, theirs) in zip(others, pairs, strict=True)
    ]
    return "\n".join([*lines, f"Ranges are {INTERVAL}."])


def _draw(folder, task, data, first):
    true = data.target[2][WASHOUT:]
    said = {name: prediction for name, (_, prediction) in first.items()}
    if task == "memory-capacity":
        draw_memory(folder / "memory.png", {k: capacities(v, true) for k, v in said.items()})
    model, _ = first["liquid"]
    spikes = model.liquid_.record(data.data[[2]])
    name = data.target_names[0]
    draw_prediction(
        folder / "prediction.png", true[:, 0], {k: v[:, 0] for k, v in said.items()}, spikes,
        WASHOUT, name, f"{task}: {name}",
    )  # fmt: skip
