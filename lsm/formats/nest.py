"""Scripts that run a network in NEST."""

import warnings
from string import Template
from typing import Any

import numpy as np

from .._typing import Array, Path, PathLike, Samples
from ..kernel import Network
from ..spikes import SpikeArray
from ..synapses import Biexponential
from ._nest_models import MODELS, peak_factor
from ._plain import input_arrays, refractory, refuse_random, synapse_arrays, write_script

__all__ = ["nest_script", "to_nest"]

TIC = 0.001  # ms, in which NEST counts time

SCRIPT = Template('''"""A network of $neurons neurons with $synapses synapses, for NEST.

Run it by `python NAME.py`. It needs NumPy, NEST and the arrays in NAME.npz beside it, and
writes the spikes to NAME.spikes.npz: the sample, the step and the neuron of each, where a step
lasts $dt ms and a spike is at its end. Of several processes (MPI), each writes a file of its own
neurons. Potentials are in mV, currents in pA, conductances in nS.
$note"""

from pathlib import Path

import nest
import numpy as np

nest.verbosity = nest.VerbosityLevel.ERROR
HERE = Path(__file__)
DATA = dict(np.load(HERE.with_suffix(".npz")))
DT = $dt  # ms
NEURON = "$model"
SYNAPSE = "$synapse"
OF_SYNAPSE = $dynamic
THREADS = 1
START = 2  # steps before a sample begins, since NEST's input takes a step at least

PARAMETERS = {name[7:]: value for name, value in DATA.items() if name.startswith("neuron_")}
INITIAL = {name[8:]: value for name, value in DATA.items() if name.startswith("initial_")}


def dictionaries(columns):
    """Return a dictionary for each neuron."""
    rows = zip(*(value.tolist() for value in columns.values()))
    return [dict(zip(columns, row)) for row in rows]


def build(sample):
    """Make the network with the input of a sample; return the neurons and the recorder."""
    nest.ResetKernel()
    nest.resolution = DT
    nest.local_num_threads = THREADS
    neurons = nest.Create(NEURON, len(DATA["bias"]))
    neurons.set(dictionaries(PARAMETERS))
    further = {name: DATA[array] for name, array in OF_SYNAPSE.items()}
    connect(neurons, neurons, "", SYNAPSE, further)
    connect(inputs(sample), neurons, "in_", "static_synapse", {})
    background = nest.Create("step_current_generator")
    background.set(amplitude_times=[(START - 1) * DT], amplitude_values=[1.0])
    weights = DATA["bias"].reshape(-1, 1)
    nest.Connect(background, neurons, syn_spec={"weight": weights, "delay": DT})
    recorder = nest.Create("spike_recorder")
    nest.Connect(neurons, recorder)
    return neurons, recorder


def connect(sources, neurons, prefix, model, further):
    """Make the synapses whose arrays start with a prefix, receptor by receptor."""
    pre = sources[0].global_id + DATA[prefix + "pre"]
    post = neurons[0].global_id + DATA[prefix + "post"]
    for receptor in np.unique(DATA[prefix + "receptor"]):
        chosen = DATA[prefix + "receptor"] == receptor
        spec = {"weight": DATA[prefix + "weight"], "delay": DT * DATA[prefix + "delay"], **further}
        spec = {name: values[chosen] for name, values in spec.items()}
        spec |= {"synapse_model": model, "receptor_type": int(receptor)}
        nest.Connect(pre[chosen], post[chosen], "one_to_one", spec)


$inputs


def run(sample):
    """Return step and neuron of each spike in a sample, in the order of time."""
    neurons, recorder = build(sample)
    n_steps = int(DATA["n_steps"][sample])
    nest.Simulate(START * DT)
    neurons.set(dictionaries(INITIAL))
    nest.Simulate((n_steps + 1 + int(DATA["delay"].max(initial=1))) * DT)
    steps = np.rint(np.asarray(recorder.events["times"]) / DT).astype(int) - START - 1
    spiked = np.asarray(recorder.events["senders"]) - neurons[0].global_id
    order = np.lexsort((spiked, steps))
    order = order[steps[order] < n_steps]
    return steps[order], spiked[order]


if __name__ == "__main__":
    spikes = [run(sample) for sample in range(len(DATA["n_steps"]))]
    rank = f".{nest.Rank()}" if nest.NumProcesses() > 1 else ""
    np.savez(
        HERE.with_suffix(f".spikes{rank}.npz"),
        sample=np.repeat(np.arange(len(spikes)), [len(steps) for steps, _ in spikes]),
        step=np.concatenate([steps for steps, _ in spikes]),
        neuron=np.concatenate([neurons for _, neurons in spikes]),
    )
''')

OF_SPIKES = '''def inputs(sample):
    """Return a generator of spikes for each channel."""
    generators = nest.Create("spike_generator", int(DATA["n_channels"]))
    chosen = DATA["event_sample"] == sample
    step, channel = DATA["event_step"][chosen], DATA["event_channel"][chosen]
    count = DATA["event_amplitude"][chosen].astype(int)
    for c, generator in enumerate(generators):
        mine = channel == c
        generator.set(
            spike_times=np.round((START + step[mine]) * DT, 6), spike_multiplicities=count[mine]
        )
    return generators'''

OF_CURRENTS = '''def inputs(sample):
    """Return a generator of currents for each channel."""
    generators = nest.Create("step_current_generator", int(DATA["n_channels"]))
    n_steps, chosen = int(DATA["n_steps"][sample]), DATA["event_sample"] == sample
    for c, generator in enumerate(generators):
        mine = chosen & (DATA["event_channel"] == c)
        current = np.zeros(n_steps + 1)
        names = ("event_step", "event_end", "event_amplitude")
        for start, end, amplitude in zip(*(DATA[name][mine] for name in names)):
            current[start:end] += amplitude
        changes = np.flatnonzero(np.diff(current, prepend=0))
        # What a generator says reaches its targets a step later than a spike would.
        times = np.round((START - 1 + changes) * DT, 6)
        generator.set(amplitude_times=times, amplitude_values=current[changes])
    return generators'''

NOTE = """
NEST solves the equations of this model in another way than the tool that wrote this script, so the
spikes of the two may differ.
"""
# Parameters of NEST's synapses, and the arrays that hold them.
TSODYKS = """{
    "U": "use", "u": "use", "x": "resources", "tau_rec": "recovery", "tau_fac": "facilitation",
}"""


def to_nest(model: Any, path: PathLike, X: Samples) -> Path:
    """Write a script that runs a fitted network in NEST [1]_.

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
        or NEST cannot run the network: it has no model like the pair of neurons and synapses, its
        clock has no such step, or the network is random or sends no spikes.

    Warns
    -----
    UserWarning
        If NEST solves the equations of the model in another way, so that spikes may differ.

    Notes
    -----
    The script needs NumPy and NEST, and not this package. It writes the spikes to a file whose
    name ends in `.spikes.npz`. They are those of a liquid with `dtype="float64"` for LIF neurons
    with delta, exponential, alpha and biexponential synapses and for GLIF neurons with alpha
    synapses. `docs/elsewhere.md` has the figures.

    References
    ----------
    .. [1] M.-O. Gewaltig, M. Diesmann (2007). NEST (NEural Simulation Tool). Scholarpedia 2, 1430.
    """
    return write_script(nest_script, "to_nest", model, path, X)


def nest_script(network: Network, spikes: SpikeArray) -> tuple[str, dict[str, Array]]:
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
        If NEST cannot run the network.
    """
    refuse_random(network, "to_nest")
    model, dynamic = _model(network), network.short_term is not None
    text = SCRIPT.substitute(
        neurons=type(network.neurons).__name__,
        synapses=type(network.synapses).__name__,
        dt=repr(network.dt),
        model=model.name,
        synapse="tsodyks2_synapse" if dynamic else "static_synapse",
        dynamic=TSODYKS if dynamic else "{}",
        inputs=OF_CURRENTS if spikes.graded else OF_SPIKES,
        note="" if model.exact(network.parameters) else NOTE,
    )
    arrays = {
        "bias": model.current(network.parameters) * network.bias,
        "n_channels": np.int64(spikes.n_channels),
    }
    arrays |= _parameters(network, model) | _synapses(network, model, spikes.graded)
    return text, arrays | input_arrays(network, spikes)


def _model(network):
    """Return the NEST model of a network, or raise an error that names what NEST lacks."""
    neurons, synapses = type(network.neurons), type(network.synapses)
    if (neurons, synapses) not in MODELS:
        pairs = {}
        for known, of_synapse in MODELS:
            pairs.setdefault(known.__name__, []).append(of_synapse.__name__)
        known = "; ".join(f"{name} with {', '.join(others)}" for name, others in pairs.items())
        raise ValueError(
            f"to_nest: NEST has no model like {neurons.__name__} neurons with {synapses.__name__} "
            f"synapses. It has {known}. to_brian2 carries every neuron and synapse of this package"
        )
    if abs(network.dt / TIC - np.rint(network.dt / TIC)) > 1e-9:
        raise ValueError(
            f"to_nest: NEST counts time in {TIC:g} ms, of which Liquid.dt={network.dt:g} ms is no "
            "multiple: set another dt and fit again, or use to_brian2"
        )
    model = MODELS[neurons, synapses]
    if model.name == "glif_psc" and np.any(refractory(network) == 0):
        raise ValueError(
            "to_nest: NEST's glif_psc has a refractory period of at least a step: set "
            f"GLIF.refractory to {network.dt:g} or more and fit again, or use to_brian2"
        )
    if isinstance(network.synapses, Biexponential):
        _refuse_equal_times(network)
    if not model.exact(network.parameters):
        warnings.warn(
            f"NEST's {model.name} solves its equations in another way than {neurons.__name__} with "
            f"{synapses.__name__} here, so that spikes may differ; to_brian2 gives the same spikes",
            UserWarning,
            stacklevel=5,
        )
    return model


def _refuse_equal_times(network):
    """Refuse biexponential synapses whose closed form divides by zero in NEST."""
    p = network.syn_parameters
    for sign in ("exc", "inh"):
        rise, decay = (np.asarray(p[f"tau_{part}_{sign}"]) for part in ("rise", "decay"))
        if np.any(rise == decay):
            raise ValueError(
                f"to_nest: NEST has no Biexponential with tau_rise_{sign} = tau_decay_{sign}: "
                "take Alpha and fit again, or use to_brian2"
            )
        if any(np.any(tau == network.parameters["tau_m"]) for tau in (rise, decay)):
            raise ValueError(
                f"to_nest: NEST has no Biexponential with a time constant that equals LIF.tau_m, "
                f"as one of sign {sign} does: change it a little and fit again, or use to_brian2"
            )


def _parameters(network, model):
    """Return parameters and initial state, an entry a neuron."""
    parameters = model.neuron(network.parameters) | model.synapse(network.syn_parameters)
    if "refractory" in network.parameters:
        parameters["t_ref"] = refractory(network)
    n_neurons, arrays = network.n_neurons, {}
    for name, value in parameters.items():
        columns = value if isinstance(value, list) else [value]
        array = np.stack([np.broadcast_to(column, n_neurons) for column in columns], axis=-1)
        arrays[f"neuron_{name}"] = array if isinstance(value, list) else array[:, 0]
    for name, row in zip(model.state, network.initial, strict=False):
        if name != "-":
            arrays[f"initial_{name}"] = np.asarray(row, dtype=float)
    return arrays


def _synapses(network, model, graded):
    """Return the synapses in NEST's units, a line for each receptor that a synapse acts on."""
    ours, arrays = synapse_arrays(network), {}
    if network.short_term is not None:
        ours["resources"] = np.ones(len(ours["pre"]))
    for prefix, names in (
        ("", ("pre", "post", "weight", "delay")),
        ("in_", ("in_channel", "in_neuron", "in_weight", "in_delay")),
    ):
        pre, post, weight, delay = (ours[name] for name in names)
        scale = model.scale
        if prefix and graded:
            factor = np.broadcast_to(model.current(network.parameters), network.n_neurons)
            scale = factor[post]
        lines = [(np.arange(len(pre)), scale * weight, np.zeros(len(pre), dtype=int))]
        if model.ports and not (prefix and graded):
            lines = list(_lines_of_ports(network, model, post, scale * weight))
        chosen = np.concatenate([line[0] for line in lines])
        arrays |= {
            f"{prefix}pre": pre[chosen],
            f"{prefix}post": post[chosen],
            f"{prefix}weight": np.concatenate([line[1] for line in lines]),
            # The input takes a step from its generator, which stands for the step of its row.
            f"{prefix}delay": delay[chosen] + (1 if prefix else 0),
            f"{prefix}receptor": np.concatenate([line[2] for line in lines]),
        }
        if not prefix:
            further = ("use", "recovery", "facilitation", "resources")
            arrays |= {name: ours[name][chosen] for name in further if name in ours}
    return arrays


def _lines_of_ports(network, model, post, weight):
    """Yield the synapses of each receptor: which, their weights, and the receptor."""
    for sign, chosen in (("exc", weight >= 0), ("inh", weight < 0)):
        synapses = np.flatnonzero(chosen)
        factor = np.ones(network.n_neurons)
        if isinstance(network.synapses, Biexponential):
            factor = np.broadcast_to(peak_factor(network.syn_parameters, sign), network.n_neurons)
        for direction, port in zip((1, -1), model.ports[sign], strict=False):
            values = direction * factor[post[synapses]] * weight[synapses]
            yield synapses, values, np.full(len(synapses), port)
