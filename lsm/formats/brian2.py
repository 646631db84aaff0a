"""Scripts that run a network in Brian2, in the steps that this package takes."""

from string import Template
from typing import Any

import numpy as np

from .._typing import Array, Path, PathLike, Samples
from ..kernel import Network
from ..spikes import SpikeArray
from ..synapses import Sampled
from ._brian2_models import NEURONS, SYNAPSES, sampled
from ._plain import input_arrays, refuse_random, synapse_arrays, write_script

__all__ = ["brian2_script", "to_brian2"]

SCRIPT = Template('''"""A network of $neurons neurons with $synapses synapses, for Brian2.

Run it by `python NAME.py`. It needs NumPy, Brian2 and the arrays in NAME.npz beside it, and
writes the spikes to NAME.spikes.npz: the sample, the step and the neuron of each, where a step
lasts $dt ms and a spike is at its end. Potentials are in mV, currents in nA.
"""

from pathlib import Path

import brian2 as b2
import numpy as np

b2.prefs.codegen.target = "numpy"  # "cython" compiles, for large networks
HERE = Path(__file__)
DATA = dict(np.load(HERE.with_suffix(".npz")))
DT = $dt * b2.ms

VARIABLES = """$variables
"""
# The statements of a step: the current of the synapses in nA, the neurons, the synapses.
CURRENT = """
$current"""
STEP = """
$step"""
DECAY = """
$decay"""
THRESHOLD = "$threshold"
RESET = """
$reset"""
SYNAPSES = """
$model"""
DELIVER = """
$deliver"""
SUBSTEPS = $substeps  # times that a step of the neurons is repeated
SCHEDULE = $schedule


def build(sample):
    """Return the network with the input of a sample, and the monitor of its spikes."""
    constants = {name[9:]: value for name, value in DATA.items() if name.startswith("constant_")}
    shared = {name: float(value) for name, value in constants.items() if value.ndim == 0}
    neurons = b2.NeuronGroup(
        len(DATA["bias"]), VARIABLES, threshold=THRESHOLD, reset=RESET, dt=DT, namespace=shared
    )
    neurons.bias = DATA["bias"]
    for name, value in constants.items():
        if value.ndim:
            setattr(neurons, name, value)
    for name, value in DATA.items():
        if name.startswith("initial_"):
            setattr(neurons, name[8:], value)
    for order, statements in enumerate([CURRENT, *[STEP] * SUBSTEPS, DECAY]):
        neurons.run_regularly(statements, dt=DT, when="groups", order=order)
    monitor = b2.SpikeMonitor(neurons)
    parts = [neurons, monitor, *inputs(sample, neurons)]
    if len(DATA["pre"]):
        synapses = b2.Synapses(neurons, neurons, SYNAPSES, on_pre=DELIVER, dt=DT)
        synapses.connect(i=DATA["pre"], j=DATA["post"])
        synapses.weight = DATA["weight"]
        synapses.pre.delay = $delay * DT
$short_term        parts.append(synapses)
    network = b2.Network(parts)
    network.schedule = SCHEDULE
    return network, monitor


$inputs


def run(sample):
    """Return step and neuron of each spike in a sample, in the order of time."""
    b2.start_scope()
    network, monitor = build(sample)
    network.run(int(DATA["n_steps"][sample]) * DT)
    return np.rint(np.asarray(monitor.t / DT)).astype(int), np.array(monitor.i)


if __name__ == "__main__":
    spikes = [run(sample) for sample in range(len(DATA["n_steps"]))]
    np.savez(
        HERE.with_suffix(".spikes.npz"),
        sample=np.repeat(np.arange(len(spikes)), [len(steps) for steps, _ in spikes]),
        step=np.concatenate([steps for steps, _ in spikes]),
        neuron=np.concatenate([neurons for _, neurons in spikes]),
    )
''')

ADD = """exc_post += int(weight >= 0) * weight
inh_post += int(weight < 0) * weight
"""
OF_SPIKES = f'''INPUT = """
{ADD}"""


def inputs(sample, neurons):
    """Return the generator of a sample's spikes and its synapses."""
    chosen = DATA["event_sample"] == sample
    counts = DATA["event_amplitude"][chosen].astype(int)
    if not len(counts) or not len(DATA["in_weight"]):
        return []
    # A generator spikes once a step, so a channel has as many as it has spikes in a step.
    most, n_channels = counts.max(), int(DATA["n_channels"])
    copy = np.concatenate([np.arange(count) for count in counts])
    channel = np.repeat(DATA["event_channel"][chosen], counts) + n_channels * copy
    times = np.repeat(DATA["event_step"][chosen], counts) * DT
    generator = b2.SpikeGeneratorGroup(most * n_channels, channel, times, dt=DT, when="start")
    synapses = b2.Synapses(generator, neurons, "weight : 1", on_pre=INPUT, dt=DT)
    copies = np.repeat(np.arange(most), len(DATA["in_weight"]))
    synapses.connect(
        i=np.tile(DATA["in_channel"], most) + n_channels * copies,
        j=np.tile(DATA["in_neuron"], most),
    )
    synapses.weight = np.tile(DATA["in_weight"], most)
    synapses.pre.delay = np.tile(DATA["in_delay"], most) * DT
    return [generator, synapses]'''

OF_CURRENTS = '''def inputs(sample, neurons):
    """Let the neurons receive the currents of a sample; return no generator of spikes."""
    neurons.namespace["received"] = b2.TimedArray(currents(sample), dt=DT)
    return []


def currents(sample):
    """Return the current in nA into each neuron in each step, of shape (n_steps, n_neurons)."""
    n_steps, chosen = int(DATA["n_steps"][sample]), DATA["event_sample"] == sample
    held = np.zeros((n_steps, int(DATA["n_channels"])))
    names = ("event_step", "event_end", "event_channel", "event_amplitude")
    for start, end, channel, amplitude in zip(*(DATA[name][chosen] for name in names)):
        held[start:end, channel] += amplitude
    current = np.zeros((n_steps, len(DATA["bias"])))
    for delay in np.unique(DATA["in_delay"]):
        late = DATA["in_delay"] == delay
        pairs = DATA["in_channel"][late], DATA["in_neuron"][late]
        weights = np.zeros((held.shape[1], current.shape[1]))
        np.add.at(weights, pairs, DATA["in_weight"][late])
        current[delay:] += held[: max(n_steps - delay, 0)] @ weights
    return current'''

DYNAMIC = """weight : 1
use : 1
recovery : second
facilitation : second
utilisation : 1
resources : 1
last : second
"""
TIRE = """resources = 1 + (resources - utilisation * resources - 1) * exp(-(t - last) / recovery)
utilisation = use + utilisation * (1 - use) * exp(-(t - last) / facilitation)
last = t
"""
ADD_WITH_EFFICACY = ADD.replace("* weight", "* weight * utilisation * resources")
SET_SHORT_TERM = """        synapses.use = DATA["use"]
        synapses.recovery = DATA["recovery"] * b2.ms
        synapses.facilitation = DATA["facilitation"] * b2.ms
        synapses.resources = 1
"""
IN_ORDER = '["start", "groups", "thresholds", "synapses", "resets", "end"]'
ARRIVALS_FIRST = '["start", "synapses", "groups", "thresholds", "resets", "end"]'


def to_brian2(model: Any, path: PathLike, X: Samples) -> Path:
    """Write a script that runs a fitted network in Brian2 [1]_ and gives the same spikes.

    Parameters
    ----------
    model : Liquid, estimator with one in `liquid_`, or pipeline with one of these
        Fitted model. Its readout stays here.
    path : str or path
        Name of the script, which ends in `.py`. The arrays go to a file of the same name that
        ends in `.npz`. Both replace files that exist.
    X : samples
        Samples for the model, which become the input of the network.

    Returns
    -------
    path : pathlib.Path
        Path of the script.

    Raises
    ------
    TypeError, ValueError
        If the model contains no liquid, the path is no name of a script, the samples are invalid,
        or Brian2 cannot give the spikes of the network: those of a model of your own, of neurons
        or noise that are random, and of neurons that send no spikes.

    Notes
    -----
    The script needs NumPy and Brian2, and not this package. It takes the steps of this package
    as statements of Brian2, not the steps of Brian2's integrators, so that models with nonlinear
    equations give the same spikes too. It writes them to a file whose name ends in `.spikes.npz`.
    The spikes are those of a liquid with `dtype="float64"`; `docs/elsewhere.md` has the figures.

    References
    ----------
    .. [1] M. Stimberg, R. Brette, D. F. M. Goodman (2019). Brian 2, an intuitive and efficient
       neural simulator. eLife 8, e47314.
    """
    return write_script(brian2_script, "to_brian2", model, path, X)


def brian2_script(network: Network, spikes: SpikeArray) -> tuple[str, dict[str, Array]]:
    """Return the script and the arrays of a network and its input.

    Parameters
    ----------
    network : lsm.kernel.Network
        The network.
    spikes : SpikeArray
        The input.

    Returns
    -------
    text : str
        The script.
    arrays : dict of str to array
        What it reads.

    Raises
    ------
    ValueError
        If Brian2 cannot give the spikes of the network.
    """
    refuse_random(network, "to_brian2")
    neuron, synapse = _models(network)
    constants, substeps = {}, 1
    names = f"{neuron.constants} {synapse.constants}".split()
    for name, value in zip(names, (*network.constants, *network.syn_constants), strict=True):
        if name == "substeps":
            substeps = int(value)
        elif name != "-":
            constants[name] = np.asarray(value, dtype=float)
    state = neuron.state.split()
    per_neuron = [name for name, value in constants.items() if value.ndim]
    flags = [name for name in ("awake", "over", "old") if name in neuron.threshold + neuron.reset]
    variables = [*state, *flags, "exc", "inh", *synapse.further.split(), "current", "bias"]
    dynamic = network.short_term is not None
    clear = "over = 0\n" if "substeps" in names else ""
    text = SCRIPT.substitute(
        neurons=type(network.neurons).__name__,
        synapses=type(network.synapses).__name__,
        dt=repr(network.dt),
        variables="".join(f"\n{name} : 1" for name in variables + per_neuron),
        current=clear + f"drive = bias{' + received(t, i)' * spikes.graded}\n" + synapse.current,
        step=neuron.step,
        decay=synapse.decay,
        threshold=neuron.threshold,
        reset=neuron.reset,
        model=DYNAMIC if dynamic else "weight : 1\n",
        deliver=TIRE + ADD_WITH_EFFICACY if dynamic else ADD,
        substeps=substeps,
        schedule=ARRIVALS_FIRST if synapse.arrives_first else IN_ORDER,
        delay='(DATA["delay"] - 1)' if synapse.arrives_first else 'DATA["delay"]',
        short_term=SET_SHORT_TERM if dynamic else "",
        inputs=OF_CURRENTS if spikes.graded else OF_SPIKES,
    )
    arrays = {f"constant_{name}": value for name, value in constants.items()}
    arrays |= {f"initial_{name}": row for name, row in zip(state, network.initial, strict=True)}
    arrays |= {"bias": network.bias, "n_channels": np.array(spikes.n_channels)}
    return text, arrays | synapse_arrays(network) | input_arrays(network, spikes)


def _models(network):
    """Return the statements of the two models of a network, or raise an error that names one."""
    synapses = type(network.synapses)
    for kind, known in ((type(network.neurons), NEURONS), (synapses, {*SYNAPSES, Sampled})):
        if kind not in known:
            names = ", ".join(sorted(model.__name__ for model in known))
            raise ValueError(
                f"to_brian2 does not know the model {kind.__name__}: fit a liquid of one of {names}"
            )
    if synapses is Sampled:
        return NEURONS[type(network.neurons)], sampled(network.syn_parameters)
    return NEURONS[type(network.neurons)], SYNAPSES[synapses]
