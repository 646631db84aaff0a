"""Synapses against NEST and Brian2: the potential of one neuron under random trains of spikes."""

import os

import numpy as np
from scipy import sparse

from lsm.kernel import Network, Plan, simulate
from lsm.neurons import LIF
from lsm.spikes import SpikeArray
from lsm.synapses import (
    Alpha,
    AlphaConductance,
    Biexponential,
    Conductance,
    Delta,
    Exponential,
    TsodyksMarkram,
)

__all__ = ["compare"]

DT = 0.1  # ms
N_STEPS = 10000
RATE = 0.02  # spikes a step, excitatory and inhibitory each
TAU_M, REST, THRESHOLD, RESET, REFRACTORY, RESISTANCE = 10.0, -70.0, -55.0, -72.0, 2.0, 40.0
WEIGHTS = {  # excitatory and inhibitory, at which the neuron spikes, in mV, nA or uS
    Delta: (4.0, -1.0),
    Exponential: (0.7, -0.1),
    Alpha: (0.3, -0.05),
    Biexponential: (0.3, -0.05),
    Conductance: (0.012, -0.01),
    AlphaConductance: (0.008, -0.006),
}


def compare():
    """Yield model, oracle, and the largest deviation of a potential, relative to its range.

    The deviation is None where the oracle is not installed.
    """
    for model, synapses, oracle, potential in CASES:
        try:
            theirs = potential(synapses)
        except ImportError:
            yield model, oracle, None
        else:
            dynamic = isinstance(synapses, TsodyksMarkram)
            ours = (_through_dynamic_synapse if dynamic else _driven)(synapses)
            yield model, oracle, np.max(np.abs(ours - theirs)) / np.ptp(theirs)


def _arrivals():
    """Draw the steps in which excitatory and inhibitory spikes arrive."""
    trains = np.random.default_rng(0).random((N_STEPS, 2)) < RATE
    trains[:10] = trains[-10:] = False
    return trains


def _potential(network, trains):
    """Return the potential of the last neuron after each step."""
    spikes = SpikeArray.from_dense([trains.astype(int)], row_duration=DT)
    plan = Plan(np.array([0, N_STEPS]), np.arange(1, N_STEPS + 1), np.array([1.0]), potential=True)
    return simulate(network, spikes, plan, dtype="float64")[0][:, 0, -1]


def _driven(synapses):
    lif = LIF(TAU_M, REST, THRESHOLD, RESET, REFRACTORY, RESISTANCE)
    kinds, weights = np.zeros(1, bool), np.array(WEIGHTS[type(synapses)])[:, None]
    parameters = lif.draw(kinds, DT, None)
    network = Network(
        lif, synapses, parameters, synapses.draw(kinds, DT, None), lif.initial(parameters, 1),
        np.zeros(1), sparse.csr_array(weights), sparse.csr_array((1, 1)), dt=DT,
    )  # fmt: skip
    return _potential(network, _arrivals())


def _through_dynamic_synapse(dynamic):
    """Let the first neuron spike with the first train, and the second listen to it."""
    lif = LIF(TAU_M, 0.0, (1.0, 1e6), -1.0, 0.0, RESISTANCE)
    kinds, weights = np.array([False, True]), sparse.csr_array([[0, 1.0], [0, 0]])
    parameters = lif.draw(kinds, DT, None)
    network = Network(
        lif, Delta(), parameters, {}, lif.initial(parameters, 2), np.zeros(2),
        sparse.csr_array([[10.0, 0.0]]), weights, dt=DT,
        short_term=dynamic.draw(weights, ~kinds[:1].repeat(2), np.random.default_rng(0)),
    )  # fmt: skip
    return _potential(network, _arrivals()[:, :1])


def _nest(model, parameters, weights, synapse=None, of_synapse=None):
    """Return the potential of a NEST neuron after each step."""
    os.environ.setdefault("PYNEST_QUIET", "1")
    import nest

    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.resolution = DT
    neuron = nest.Create(model, params=parameters)
    meter = nest.Create("multimeter", params={"record_from": ["V_m"], "interval": DT})
    nest.Connect(meter, neuron)
    for train, weight in zip(_arrivals().T, weights, strict=False):
        times = np.round(np.flatnonzero(train) * DT, 1)  # they arrive at the end of the next step
        source = nest.Create("spike_generator", params={"spike_times": times})
        if synapse is not None:  # a generator's spikes pass no dynamic synapse
            generator, source = source, nest.Create("parrot_neuron")
            nest.Connect(generator, source, syn_spec={"delay": DT})
        spec = {"synapse_model": synapse or "static_synapse", "weight": weight, "delay": DT}
        nest.Connect(source, neuron, syn_spec=spec | (of_synapse or {}))
    nest.Simulate(N_STEPS * DT + 2 * DT)
    return meter.events["V_m"][:N_STEPS]


def _nest_neuron(model, names, scale=1000.0):
    """Return a comparison with a NEST model, some of whose parameters are of the synapse."""

    def potential(synapses):
        parameters = {
            "C_m": 1000 * TAU_M / RESISTANCE,
            "E_L": REST,
            "V_m": REST,
            "V_th": THRESHOLD,
            "V_reset": RESET,
            "t_ref": REFRACTORY,
        }
        if "cond" in model:
            parameters["g_L"] = 1000 / RESISTANCE
        else:
            parameters["tau_m"] = TAU_M
        parameters |= {theirs: getattr(synapses, ours) for ours, theirs in names.items()}
        return _nest(model, parameters, scale * np.array(WEIGHTS[type(synapses)]))

    return potential


def _nest_dynamic(synapse, **further):
    """Return a comparison with a NEST model of short-term plasticity."""

    def potential(dynamic):
        neuron = {"C_m": 250.0, "tau_m": TAU_M, "E_L": 0.0, "V_m": 0.0, "V_th": 1e6}
        of_synapse = {"U": dynamic.U, "tau_rec": dynamic.D, "tau_fac": dynamic.F, "x": 1.0}
        return _nest("iaf_psc_delta", neuron, [1.0], synapse, of_synapse | further)

    return potential


def _brian2_run(neuron, synapses, trains):
    """Return the potential of a Brian2 neuron after each step, its synapses driven by trains.

    `synapses` are the arguments of a `Synapses` for each train.
    """
    import brian2 as b2

    step, channel = np.nonzero(trains)
    b2.defaultclock.dt = DT * b2.ms
    source = b2.SpikeGeneratorGroup(trains.shape[1], channel, step * DT * b2.ms)
    parts = [source, neuron]
    for i, arguments in enumerate(synapses):
        parts.append(b2.Synapses(source, neuron, **arguments))
        parts[-1].connect(i=i, j=0)
    monitor = b2.StateMonitor(neuron, "v", record=True, when="end")
    b2.Network(*parts, monitor).run(N_STEPS * DT * b2.ms)
    return monitor.v[0]


def _brian2_neuron(equations, jumps, further=lambda synapses: {}):
    """Return a comparison with a LIF neuron under currents of linear equations.

    A spike adds its weight to each variable in `jumps`.
    """

    def potential(synapses):
        import brian2 as b2

        b2.prefs.codegen.target = "numpy"
        scope = {"tau_m": TAU_M * b2.ms, "threshold": THRESHOLD, "reset": RESET, "rest": REST}
        scope |= {"resistance": RESISTANCE, "e": np.e} | further(synapses)
        scope |= {
            name: value * b2.ms for name, value in synapses.get_params().items() if "tau" in name
        }
        neuron = b2.NeuronGroup(
            1,
            "dv/dt = (rest - v + resistance * (exc + inh)) / tau_m : 1 (unless refractory)\n"
            + "\n".join(equations.replace("SIGN", sign) for sign in ("exc", "inh")),
            threshold="v >= threshold",
            reset="v = reset",
            refractory=(REFRACTORY + DT) * b2.ms,
            method="exact",
            namespace=scope,
        )
        neuron.v = REST
        weights = zip(("exc", "inh"), WEIGHTS[type(synapses)], strict=True)
        jump = [
            {"on_pre": "; ".join(f"{name}_{sign} += {weight}" for name in jumps.split())}
            for sign, weight in weights
        ]
        return _brian2_run(neuron, jump, _arrivals())

    return potential


def _brian2_dynamic(dynamic):
    """Return the potential of a leaky integrator behind a dynamic synapse, spike by spike."""
    import brian2 as b2

    b2.prefs.codegen.target = "numpy"
    scope = {"U": dynamic.U, "D": dynamic.D * b2.ms, "F": dynamic.F * b2.ms}
    neuron = b2.NeuronGroup(
        1, "dv/dt = -v / tau_m : 1", method="exact", namespace={"tau_m": TAU_M * b2.ms}
    )
    synapse = {
        "model": """du/dt = -u / F : 1 (event-driven)
        dused/dt = -used / D : 1 (event-driven)""",
        "on_pre": "u += U * (1 - u); v_post += u * (1 - used); used += u * (1 - used)",
        "namespace": scope,
    }
    trains = np.roll(_arrivals()[:, :1], 1, axis=0)  # ours arrive through a neuron and its delay
    return _brian2_run(neuron, [synapse], trains)


def _peak(synapses):
    """Return what brings the peaks of a Biexponential to one, found by looking."""
    taus, t = synapses.get_params(), np.arange(0, 50, 1e-5)
    return {
        f"peak_{sign}": np.max(
            np.exp(-t / taus[f"tau_decay_{sign}"]) - np.exp(-t / taus[f"tau_rise_{sign}"])
        )
        for sign in ("exc", "inh")
    }


TAUS = {"tau_syn_exc": "tau_syn_ex", "tau_syn_inh": "tau_syn_in"}
REVERSALS = {"e_rev_exc": "E_ex", "e_rev_inh": "E_in"}
IN_MV = {"e_rev_exc": 0.0, "e_rev_inh": -85.0}
CASES = [
    ("Delta", Delta(), "NEST iaf_psc_delta", _nest_neuron("iaf_psc_delta", {}, 1.0)),
    ("Exponential", Exponential(2.0, 5.0), "NEST iaf_psc_exp", _nest_neuron("iaf_psc_exp", TAUS)),
    ("Alpha", Alpha(2.0, 5.0), "NEST iaf_psc_alpha", _nest_neuron("iaf_psc_alpha", TAUS)),
    (
        "Conductance",
        Conductance(2.0, 5.0, **IN_MV),
        "NEST iaf_cond_exp",
        _nest_neuron("iaf_cond_exp", TAUS | REVERSALS),
    ),
    (
        "AlphaConductance",
        AlphaConductance(2.0, 5.0, **IN_MV),
        "NEST iaf_cond_alpha",
        _nest_neuron("iaf_cond_alpha", TAUS | REVERSALS),
    ),
]
CASES += [
    (
        "Exponential",
        Exponential(2.0, 5.0),
        "Brian2",
        _brian2_neuron("SIGN = i_SIGN : 1\ndi_SIGN/dt = -i_SIGN / tau_syn_SIGN : 1", "i"),
    ),
    (
        "Alpha",
        Alpha(2.0, 5.0),
        "Brian2",
        _brian2_neuron(
            """SIGN = i_SIGN : 1
            di_SIGN/dt = (e * y_SIGN - i_SIGN) / tau_syn_SIGN : 1
            dy_SIGN/dt = -y_SIGN / tau_syn_SIGN : 1""",
            "y",
        ),
    ),
    (
        "Biexponential",
        Biexponential(0.5, 1.0, 3.0, 8.0),
        "Brian2",
        _brian2_neuron(
            """SIGN = (d_SIGN - r_SIGN) / peak_SIGN : 1
            dd_SIGN/dt = -d_SIGN / tau_decay_SIGN : 1
            dr_SIGN/dt = -r_SIGN / tau_rise_SIGN : 1""",
            "d r",
            _peak,
        ),
    ),
]
for model, dynamic in {
    "TsodyksMarkram, depressing": TsodyksMarkram(0.5, 1100.0, 50.0),
    "TsodyksMarkram, facilitating": TsodyksMarkram(0.05, 125.0, 1200.0),
}.items():
    # Of the three states of tsodyks_synapse ours leaves one out, which lasts for tau_psc.
    CASES += [
        (model, dynamic, f"NEST {synapse}", _nest_dynamic(synapse, **further))
        for synapse, further in {
            "tsodyks2_synapse": {"u": dynamic.U},
            "tsodyks_synapse": {"u": 0.0, "tau_psc": 0.01},
        }.items()
    ]
    CASES.append((model, dynamic, "Brian2", _brian2_dynamic))
