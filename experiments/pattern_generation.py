"""Generate patterns with a liquid whose output is its only input.

The table has the liquid, the liquid without recurrence, an echo state network of as many neurons,
and autoregressions on the last rows with as many static random units of them, and without, over
several seeds. For sines it has the error over five periods after a warm-up in which the target
is fed back; for the attractor of Lorenz the time for which a free run stays within 0.4 standard
deviations, in Lyapunov times, the median of ten starts; for the series of Mackey and Glass the
error after 84 steps, over fifty starts.
"""

import numpy as np
from scipy import stats

from lsm import Feedback, Liquid, LSMRegressor, Snapshots, without_recurrence
from lsm._validation import check_choice
from lsm.neurons import LIF, QIF
from lsm.readout import RLS, HoldOutRidge

from ._series.figures import draw_attractor, draw_free_run
from ._series.networks import KINDS, make_delayed_liquid
from ._series.patterns import PATTERNS, SINES, Continuation, load_data, measure
from ._series.tasks import fit

__all__ = ["evaluate", "fit", "load_data", "make_model"]

READOUTS = ("force", "ridge")
ECHO_STATE = {  # leak, standard deviation of the biases, spectral radius, scale of the feedback
    "sine": (0.1, 0.5, 1.2, 1.0),
    "three-sines": (0.4, 0.2, 1.2, 1.0),
    "lorenz": (1.0, 0.5, 0.5, 0.5),
    "mackey-glass": (0.2, 0.5, 0.9, 1.5),
}


def make_model(
    task="sine", readout=None, n_neurons=1000, *, kind="liquid", random_state=None, **settings
):
    """Make an unfitted regressor with feedback, for the patterns of :func:`load_data`.

    Parameters
    ----------
    task : {"sine", "three-sines", "lorenz", "mackey-glass"}
        As of :func:`load_data`.
    readout : {"force", "ridge"} or None
        force: recursive least squares while the output is fed back (FORCE learning); ridge: ridge
        regression while the target is fed back, with noise. By default force for the sines and
        ridge for the others.
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
    check_choice("kind", kind, KINDS)
    readout = readout or ("force" if task in SINES else "ridge")
    check_choice("readout", readout, READOUTS)
    liquid, feedback = (_spiking if kind == "liquid" else _echo_state)(task)
    liquid.set_params(n_neurons=n_neurons, random_state=random_state)
    # A readout that learns in the loop starts from silence, and learns from the first row on.
    washout = 0 if readout == "force" else 100
    model = LSMRegressor(
        liquid, _make_readout(readout, kind, task), feedback, washout=washout, encoder=None
    )
    return model.set_params(**settings)


def _make_readout(readout, kind, task):
    if readout == "force":
        return RLS(alpha=80.0 if kind == "liquid" else 0.1)
    if kind == "liquid" and task == "lorenz":
        # A neuron that first spikes in the rows held out would decide the penalty.
        return HoldOutRidge(alphas=(1e-10,))
    return HoldOutRidge()


def _spiking(task):
    """Make a liquid and its feedback."""
    if task in SINES:
        return _spiking_for_sines(task)
    if task == "lorenz":
        # Below threshold the potential is a smooth and curved function of the feedback, which is
        # enough to predict the next point of the path. With a higher peak a neuron that had not
        # spiked in training throws a free run off the attractor.
        neurons = QIF(tau_m=10.0, bias=stats.norm(-0.1, 0.3), v_peak=2.0)
        chosen = {"tau_syn": 40.0, "gain": 0.0003, "delay": (1.0, 100.0)}
        snapshots, feedback = Snapshots(feature="membrane"), Feedback(weight=0.15)
    else:
        # The potential of a neuron that never spikes is a smooth function of the feedback.
        neurons = LIF(tau_m=10.0, refractory=1.0, bias=stats.norm(0.3, 0.7))
        chosen = {"tau_syn": 80.0, "gain": 0.2, "delay": (1.0, 400.0)}
        snapshots = Snapshots(feature="membrane_and_trace", tau=(15.0, 60.0, 120.0))
        feedback = Feedback(weight=2.0, noise=0.01)
    return make_delayed_liquid(neurons, **chosen, snapshots=snapshots, dtype="float64"), feedback


def _spiking_for_sines(task):
    sine = task == "sine"
    liquid = make_delayed_liquid(
        LIF(tau_m=10.0, refractory=2.0, bias=1.2 if sine else 1.5),
        tau_syn=50.0,
        gain=0.6,
        delay=1.0,
        snapshots=(
            Snapshots(feature="membrane_and_trace", tau=50.0)
            if sine
            else Snapshots(feature="trace", tau=(20.0, 100.0))
        ),
    )
    liquid.set_params(topology__probability=0.1)
    return liquid, Feedback(weight=6.4 if sine else 12.0)


def _echo_state(task):
    """Make an echo state network, each step of which is a row, and its feedback."""
    leak, bias_spread, spectral_radius, scale = ECHO_STATE[task]
    return Liquid.echo_state(
        leak=leak,
        bias=stats.norm(0.0, bias_spread),
        spectral_radius=spectral_radius,
        initial="random",
        dt=PATTERNS[task].row,
        dtype="float64",
    ), Feedback(weight=scale)


def make_models(model, task, readout, n_neurons, random_state):
    """Make the models of the table by name; the first is `model`."""
    network = make_model(task, readout, n_neurons, kind="echo-state", random_state=random_state)
    return {
        "liquid": model,
        "liquid without recurrence": without_recurrence(model),
        "echo state network": network,
        "static random features": Continuation(n_units=n_neurons, random_state=random_state),
        "linear autoregression": Continuation(),
    }


def evaluate(model, data, test):
    """Return free runs after a warm-up, and their metric; a run that diverges is infinite."""
    n, targets = data.n_warmup, [data.target[i][data.n_warmup :] for i in test]
    try:
        y_pred = [
            model.generate(len(target), data.target[i][:n], X=data.data[[i]])
            for i, target in zip(test, targets, strict=True)
        ]
    except FloatingPointError:
        y_pred = [np.full_like(target, np.inf) for target in targets]
    return y_pred, {PATTERNS[data.task].metric: measure(data.task, y_pred, targets, data.unit)}


def draw(folder, comparison):
    """Draw a free run of each model, and the attractor of Lorenz."""
    data = comparison.data
    target = data.target[data.test[0]]
    runs = {name: y_pred[0] for name, y_pred in comparison.y_pred.items()}
    clock = PATTERNS[data.task].clock
    draw_free_run(folder / "free_run.png", target, runs, data.n_warmup, data.unit, clock)
    if data.task == "lorenz":
        draw_attractor(folder / "attractor.png", target[data.n_warmup :], runs["liquid"])
