"""Generate patterns from nothing but one's own output: sines, and the attractor of Lorenz."""

import warnings

import numpy as np
from scipy import stats
from sklearn.base import clone

from lsm import Feedback, Liquid, LSMRegressor, Snapshots
from lsm._validation import check_choice
from lsm.neurons import LIF, QIF, LeakyTanh
from lsm.readout import RLS, HoldOutRidge
from lsm.synapses import Delta, Exponential
from lsm.topology import ErdosRenyi, Weights

from ._command.modules import arguments
from ._series.figures import draw_attractor, draw_free_run
from ._series.patterns import ROWS, SINES, Continuation, load_data, measure, units_of
from ._study import study
from ._study.results import digest
from ._study.seeds import INTERVAL, Scores, check_options

__all__ = ["load_data", "make_model", "run", "score"]

READOUTS = ("force", "ridge")
ECHO_STATE = {  # leak, standard deviation of the biases, gain, and scale of what flows back
    "sine": (0.1, 0.5, 1.2, 1.0),
    "three-sines": (0.4, 0.2, 1.2, 1.0),
    "lorenz": (1.0, 0.5, 0.5, 0.5),
    "mackey-glass": (0.2, 0.5, 0.9, 1.5),
}


def make_model(
    task="sine", readout=None, n_neurons=1000, kind="liquid", random_state=None, **settings
):  # fmt: skip
    """Make an unfitted regressor whose output flows back, for what :func:`load_data` gives.

    Parameters
    ----------
    task : {"sine", "three-sines", "lorenz", "mackey-glass"}
        As of :func:`load_data`.
    readout : {"force", "ridge"}, optional
        Recursive least squares while the output flows back, or ridge regression while the
        target does, with noise; by default force for the sines and ridge for chaos.
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
    >>> from lsm.experiments.pattern_generation import make_model
    >>> make_model("sine", feedback__weight=3.0).feedback
    Feedback(weight=3.0)
    """
    check_choice("kind", kind, ("liquid", "echo-state"))
    readout = readout or ("force" if task in SINES else "ridge")
    check_choice("readout", readout, READOUTS)
    liquid, feedback = (_spiking if kind == "liquid" else _echo_state)(task)
    liquid.set_params(n_neurons=n_neurons, random_state=random_state)
    taught = _make_readout(readout, kind, task)
    # What learns in the loop starts from silence, and learns from the first row on.
    washout = 0 if readout == "force" else 100
    return LSMRegressor(liquid, taught, feedback, washout=washout).set_params(**settings)


def _make_readout(readout, kind, task):
    if readout == "force":
        return RLS(alpha=80.0 if kind == "liquid" else 0.1)
    if kind == "liquid" and task == "lorenz":
        # A neuron that spikes for the first time in the rows held out would decide the penalty.
        return HoldOutRidge(alphas=(1e-10,))
    return HoldOutRidge()


def _spiking(task):
    """Make a liquid and what flows back into it."""
    if task in SINES:
        return _spiking_for_sines(task)
    if task == "lorenz":
        return _spiking_for_lorenz()
    return Liquid(
        # Those that are never driven to a spike tell smoothly what flows back.
        neurons=LIF(tau_m=10.0, refractory=1.0, bias=stats.norm(0.3, 0.7)),
        synapses=Exponential(80.0, 80.0),
        topology=ErdosRenyi(
            weights=Weights(distribution="signed", inhibition=1.0, gain=0.2), delay=(1.0, 400.0)
        ),
        snapshots=Snapshots(feature="membrane_and_trace", tau=(15.0, 60.0, 120.0)),
        calibration=None,
        initial="random",
        dtype="float64",
    ), Feedback(weight=2.0, noise=0.01)


def _spiking_for_lorenz():
    return Liquid(
        # Below threshold the potential is a smooth and curved function of what flows back, which
        # is all it takes to tell the next point of the path. With a higher peak a neuron that had
        # not spiked in training throws a free run off the attractor.
        neurons=QIF(tau_m=10.0, bias=stats.norm(-0.1, 0.3), v_peak=2.0),
        synapses=Exponential(40.0, 40.0),
        topology=ErdosRenyi(
            weights=Weights(distribution="signed", inhibition=1.0, gain=0.0003), delay=(1.0, 100.0)
        ),
        snapshots=Snapshots(feature="membrane"),
        calibration=None,
        initial="random",
        dtype="float64",
    ), Feedback(weight=0.15)


def _spiking_for_sines(task):
    sine = task == "sine"
    return Liquid(
        neurons=LIF(tau_m=10.0, refractory=2.0, bias=1.2 if sine else 1.5),
        synapses=Exponential(50.0, 50.0),
        topology=ErdosRenyi(
            probability=0.1, weights=Weights(distribution="signed", inhibition=1.0, gain=0.6)
        ),
        snapshots=(
            Snapshots(feature="membrane_and_trace", tau=50.0)
            if sine
            else Snapshots(feature="trace", tau=(20.0, 100.0))
        ),
        calibration=None,
        initial="random",
    ), Feedback(weight=6.4 if sine else 12.0)


def _echo_state(task):
    """Make an echo state network, a step of which is a row, and what flows back into it."""
    leak, bias_spread, gain, scale = ECHO_STATE[task]
    return Liquid(
        neurons=LeakyTanh(leak=leak, bias=stats.norm(0.0, bias_spread)),
        synapses=Delta(),
        topology=ErdosRenyi(
            weights=Weights(
                distribution="signed", inhibition=1.0, normalization="spectral_radius", gain=gain
            ),
            delay=ROWS[task],
        ),
        snapshots=Snapshots(feature="membrane"),
        calibration=None,
        initial="random",
        dt=ROWS[task],
        dtype="float64",
    ), Feedback(weight=scale)


def score(model, data, test):
    """Return what a sweep goes by: Lyapunov times, or minus the normalised error."""
    value = measure(data.task, *_free_runs(model, data, test), data.unit)
    return value if data.task == "lorenz" else -value


def _free_runs(model, data, pieces):
    """Return what a model makes of pieces after their warm-up, and what they are."""
    n, true = data.n_warmup, [data.target[i][data.n_warmup :] for i in pieces]
    said = [
        model.generate(len(rest), data.target[i][:n], X=data.data[[i]])
        for i, rest in zip(pieces, true, strict=True)
    ]
    return said, true


def run(
    task="sine",
    readout=None,
    training=None,
    n_neurons=1000,
    repeats=5,
    seed=0,
    jobs=-1,
    out=None,
    **settings,
):
    """Let a liquid go on with a pattern by itself, its output being its only input.

    The table has the liquid, the liquid without recurrence, an echo state network of as many
    neurons, and a linear autoregression, over several seeds. For sines it tells the error over
    five periods after a warm-up in which the target flows back; for the attractor of Lorenz how
    long a free run stays within 0.4 standard deviations, in Lyapunov times, the median of ten
    starts; for the series of Mackey and Glass the error after 84 steps, over fifty starts.

    Parameters
    ----------
    task : {"sine", "three-sines", "lorenz", "mackey-glass"}
        5 Hz; 2, 4 and 6 Hz at once; the three variables of Lorenz's chaotic system; or the
        series of Mackey and Glass.
    readout : {"force", "ridge"}
        Learn while the output flows back (FORCE), or by ridge regression while the target does.
        By default force for the sines and ridge for the others.
    training : float or None
        How much is learnt, in ms. By default 10,000 of the sine, 20,000 of three
        sines and 800,000 of the others.
    n_neurons : int
        Size of the networks in neurons.
    repeats : int
        How many seeds: seed, seed + 1, ...
    seed : int
        First seed, of the path on the attractor and of the networks.
    jobs : int
        Threads; -1 is one for each core.
    out : str or None
        The folder for results, which must not exist. By default
        results/pattern-generation-DATE-TIME.
    **settings : object
        A parameter of the liquid's model by its name, such as feedback__weight 3.

    Returns
    -------
    scores : Scores
        What each model reached with each seed.
    """
    options = dict(locals())
    options |= options.pop("settings")
    check_options(options)
    with study("pattern-generation", run, options) as results:
        data = load_data(**arguments(load_data, options))
        print(data.DESCR, flush=True)
        make_model(**arguments(make_model, options), **settings)  # refuses unknown names
        with results.stages(4 * repeats) as stages, warnings.catch_warnings():
            # Delays of seconds outlast the pieces of half a second that health is measured on.
            warnings.filterwarnings("ignore", "the liquid does not forget", UserWarning)
            scores, first = _compare(options, settings, data, stages)
        print(scores, end="\n\n")
        print(f"Ranges are {INTERVAL}.", flush=True)
        model, _ = first["liquid"]
        results.keep(
            scores.table(),
            model,
            model.liquid_,
            lambda folder: _draw(folder, task, data, first),
            score=scores.median("liquid"),
            measure=scores.unit,
            interval=INTERVAL,
            data={"description": data.DESCR, "sha256": digest(*data.target)},
        )
    return scores


def _compare(options, settings, data, stages):
    """Fit the models with all seeds and let them run; return the scores, and the first ones."""
    task = options["task"]
    scores = Scores(units_of(task), more_is_better=task == "lorenz")
    first = {}
    for seed in range(options["seed"], options["seed"] + options["repeats"]):
        of_seed = options | {"seed": seed}
        if seed != options["seed"]:
            data = load_data(**arguments(load_data, of_seed))
        for name, model in _make_models(of_seed, settings).items():
            with stages.stage(name, f"seed {seed}"):
                fitted = model.fit(data.data[[0]], data.target[:1])
                said, true = _tested(fitted, data)
                scores.add(name, measure(task, said, true, data.unit), seed)
            if seed == options["seed"]:
                first[name] = fitted, said
    return scores, first


def _tested(model, data):
    """Return the free runs of the test, infinitely wrong if one diverges, and what they are."""
    try:
        return _free_runs(model, data, data.test)
    except FloatingPointError:
        true = [data.target[i][data.n_warmup :] for i in data.test]
        return [np.full_like(part, np.inf) for part in true], true


def _make_models(options, settings):
    """Make the models of the table; the first is the one the study is about."""
    of_model = arguments(make_model, options)
    liquid = make_model(**of_model, **settings)
    unconnected = clone(liquid).set_params(
        liquid__topology__fan_out=0, liquid__topology__probability=None
    )
    return {
        "liquid": liquid,
        "liquid without recurrence": unconnected,
        "echo state network": make_model(**of_model, kind="echo-state"),
        "linear autoregression": Continuation(),
    }


def _draw(folder, task, data, first):
    piece = data.test[0]
    true = data.target[piece]
    runs = {name: said[0] for name, (_, said) in first.items()}
    clock = {"lorenz": "Lyapunov times", "mackey-glass": "steps"}.get(task, "periods")
    draw_free_run(folder / "free_run.png", true, runs, data.n_warmup, data.unit, clock)
    if task == "lorenz":
        draw_attractor(folder / "attractor.png", true[data.n_warmup :], runs["liquid"])
