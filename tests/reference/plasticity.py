"""Rules of learning against NEST and Brian2: one synapse between random trains of spikes."""

import os

import numpy as np
from scipy import sparse

from lsm.kernel import Network, learn
from lsm.neurons import LIF
from lsm.plasticity import PairSTDP, RewardSTDP, TripletSTDP
from lsm.spikes import SpikeArray
from lsm.synapses import Exponential

__all__ = ["compare"]

START, END = 500, 1500  # ms, of a train: NEST's nearest pairs count a first source spike at 0
LATE = 20000.0  # ms, when nothing is left of its spikes
N_SPIKES = 60
N_TRAINS = 5
WEAK = 2.0**-10  # nA, a weight that makes no neuron spike


def compare():
    """Yield model, oracle, and the largest deviation of a weight's change, relative to it.

    The deviation is None where the oracle is not installed.
    """
    for model, rule, oracle, change in CASES:
        try:
            pairs = [(_ours(rule, *t), change(rule, *t)) for t in map(_trains, range(N_TRAINS))]
        except ImportError:
            yield model, oracle, None
        else:
            ours, theirs = np.transpose(pairs)
            yield model, oracle, np.max(np.abs(ours / theirs - 1))


def _trains(seed):
    """Draw the steps of 1 ms in which a source and its target spike, never both in one."""
    steps = np.random.default_rng(seed).choice(np.arange(START, END), 2 * N_SPIKES, replace=False)
    return np.sort(steps[:N_SPIKES]), np.sort(steps[N_SPIKES:])


def _ours(rule, pre, post):
    """Return the change of a weight of one mean weight."""
    trains = np.zeros((END + 1, 2), dtype=int)  # spikes come a step after their input
    trains[pre, 0] = trains[post, 1] = 1
    neurons, synapses, excitatory = LIF(refractory=0.0), Exponential(0.05), np.zeros(2, bool)
    parameters = neurons.draw(excitatory, 1.0, None)
    network = Network(
        neurons, synapses, parameters, synapses.draw(excitatory, 1.0, None),
        neurons.initial(parameters, 2), np.zeros(2), sparse.csr_array(10000.0 * np.eye(2)),
        sparse.csr_array([[0, WEAK], [0, 0]]),
    )  # fmt: skip
    spikes = SpikeArray.from_dense([trains])
    return learn(network, spikes, [rule], unit=WEAK, dtype="float64").w[0, 1] / WEAK - 1


def _nest(pre, post, synapse, parameters, of_target, reward=None):
    """Return the change of a NEST synapse of weight one between two trains of spikes.

    NEST counts the delay on the way back into the dendrite, and updates a weight at spikes of
    its source alone: so the target spikes a delay earlier, and the source once more at the end.
    """
    os.environ.setdefault("PYNEST_QUIET", "1")
    import nest

    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.resolution = 1.0
    source, target = nest.Create("parrot_neuron"), nest.Create("parrot_neuron", params=of_target)
    for neuron, times in ((source, [*pre, LATE]), (target, post - 1)):
        generator = nest.Create("spike_generator", params={"spike_times": np.array(times, float)})
        nest.Connect(generator, neuron)
    if reward is not None:
        transmitter, dopamine = nest.Create("volume_transmitter"), nest.Create("parrot_neuron")
        generator = nest.Create("spike_generator", params={"spike_times": [float(reward)]})
        nest.Connect(generator, dopamine)
        nest.Connect(dopamine, transmitter)
        parameters = parameters | {"volume_transmitter": transmitter}
    nest.SetDefaults(synapse, {"weight": 1.0, "Wmax": 3.0} | parameters)
    # What arrives at the second port drives no parrot.
    nest.Connect(source, target, syn_spec={"synapse_model": synapse, "receptor_type": 1})
    nest.Simulate(LATE + 10)
    return nest.GetConnections(source, target).weight - 1


def _nest_name(rule):
    return "stdp_synapse" if rule.pairing == "all" else "stdp_nn_symm_synapse"


def _nest_pairs(rule, pre, post):
    mu = float(rule.bound == "multiplicative")
    parameters = {
        "lambda": rule.a_plus / rule.w_max,
        "alpha": rule.a_minus / rule.a_plus,
        "mu_plus": mu,
        "mu_minus": mu,
        "tau_plus": rule.tau_plus,
    }
    return _nest(pre, post, _nest_name(rule), parameters, {"tau_minus": rule.tau_minus})


def _nest_triplets(rule, pre, post):
    parameters = {
        "Aplus": rule.a2_plus,
        "Aplus_triplet": rule.a3_plus,
        "Aminus": rule.a2_minus,
        "Aminus_triplet": rule.a3_minus,
        "tau_plus": rule.tau_plus,
        "tau_plus_triplet": rule.tau_x,
    }
    taus = {"tau_minus": rule.tau_minus, "tau_minus_triplet": rule.tau_y}
    return _nest(pre, post, "stdp_triplet_synapse", parameters, taus)


def _nest_reward(rule, pre, post):
    """Give dopamine, which takes two steps to arrive, so that it acts at the end of the trains."""
    tau_n = 1.0
    parameters = {
        "A_plus": rule.a_plus,
        "A_minus": rule.a_minus,
        "tau_plus": rule.tau_plus,
        "tau_c": rule.tau_eligibility,
        "tau_n": tau_n,
    }
    # One spike of dopamine changes the weight by the integral of exp(-t/tau_c) exp(-t/tau_n)/tau_n.
    share = rule.tau_eligibility / (rule.tau_eligibility + tau_n)
    taus = {"tau_minus": rule.tau_minus}
    change = _nest(pre, post, "stdp_dopamine_synapse", parameters, taus, reward=END - 2)
    return change / share


def _brian2_pairs(rule, pre, post):
    import brian2 as b2

    b2.prefs.codegen.target = "numpy"
    b2.start_scope()
    clock = b2.Clock(dt=1 * b2.ms)
    times = np.concatenate([pre, post]) * b2.ms
    which = np.repeat([0, 1], [len(pre), len(post)])
    neurons = b2.SpikeGeneratorGroup(2, which, times, clock=clock)
    potentiate, depress = "a_plus * r", "a_minus * o"
    if rule.bound == "multiplicative":
        potentiate, depress = f"{potentiate} * (1 - w / w_max)", f"{depress} * w / w_max"
    count = " = 1" if rule.pairing == "nearest" else " += 1"
    synapses = b2.Synapses(
        neurons,
        neurons,
        """w : 1
        dr/dt = -r / tau_plus : 1 (event-driven)
        do/dt = -o / tau_minus : 1 (event-driven)""",
        on_pre=f"w = clip(w - {depress}, 0, w_max); r{count}",
        on_post=f"w = clip(w + {potentiate}, 0, w_max); o{count}",
        clock=clock,
        namespace={
            "a_plus": rule.a_plus, "a_minus": rule.a_minus, "w_max": rule.w_max,
            "tau_plus": rule.tau_plus * b2.ms, "tau_minus": rule.tau_minus * b2.ms,
        },
    )  # fmt: skip
    synapses.connect(i=0, j=1)
    synapses.w = 1
    b2.Network(neurons, synapses).run((END + 10) * b2.ms)
    return synapses.w[0] - 1


PAIRS = {
    "PairSTDP": PairSTDP(a_plus=0.005, a_minus=0.006, tau_plus=15.0, tau_minus=30.0),
    "PairSTDP, multiplicative": PairSTDP(a_plus=0.005, a_minus=0.01, bound="multiplicative"),
    "PairSTDP, nearest": PairSTDP(pairing="nearest"),
}
CASES = [
    *((name, rule, f"NEST {_nest_name(rule)}", _nest_pairs) for name, rule in PAIRS.items()),
    *((name, rule, "Brian2", _brian2_pairs) for name, rule in PAIRS.items()),
    ("TripletSTDP", TripletSTDP.hippocampus(), "NEST stdp_triplet_synapse", _nest_triplets),
    ("RewardSTDP", RewardSTDP(), "NEST stdp_dopamine_synapse", _nest_reward),
]
