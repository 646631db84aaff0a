"""Models of a workload for Brian2: potentials in mV and currents in nA, as plain numbers."""

from dataclasses import dataclass, field

import brian2 as b2

from lsm import neurons, synapses

__all__ = ["Model", "model_of"]

CURRENTS = """
dexc/dt = -exc / tau_syn_exc : 1
dinh/dt = -inh / tau_syn_inh : 1
"""
TOTALS = {
    synapses.Exponential: "I = exc + inh : 1",
    # Inhibitory weights are negative.
    synapses.Conductance: "I = exc * (e_rev_exc - v) - inh * (e_rev_inh - v) : 1",
}
LIF = "dv/dt = (v_rest - v + resistance * I) / tau_m : 1 (unless refractory)"
ADEX = """
drive = delta_t * exp((v - v_threshold) / delta_t) + resistance * (I - w) : 1
dv/dt = (v_rest - v + drive) / tau_m : 1 (unless refractory)
dw/dt = (a * (v - v_rest) - w) / tau_w : 1
"""
IZHIKEVICH = """
dv/dt = (0.04 * v**2 + 5 * v + 140 - u + I / capacitance) / ms : 1
du/dt = a * (b * v - u) / ms : 1
"""
HODGKIN_HUXLEY = """
sodium = g_na * m**3 * h * (e_na - v) : 1
potassium = g_k * n**4 * (e_k - v) : 1
dv/dt = (sodium + potassium + g_leak * (e_leak - v) + I) / (capacitance * ms) : 1
dm/dt = (1 / exprel(-(v + 40) / 10) * (1 - m) - 4 * exp(-(v + 65) / 18) * m) / ms : 1
dh/dt = (0.07 * exp(-(v + 65) / 20) * (1 - h) - h / (1 + exp(-(v + 35) / 10))) / ms : 1
dn/dt = (0.1 / exprel(-(v + 55) / 10) * (1 - n) - 0.125 * exp(-(v + 65) / 80) * n) / ms : 1
"""
# Equations, threshold, reset, and the kernel's state in its order.
MODELS = {
    neurons.LIF: (LIF, "v >= v_threshold", "v = v_reset", ("v", "")),
    neurons.AdEx: (ADEX, "v >= v_peak", "v = v_reset; w += b", ("v", "", "w")),
    neurons.Izhikevich: (IZHIKEVICH, "v >= v_peak", "v = c; u += d", ("v", "u")),
    neurons.HodgkinHuxley: (HODGKIN_HUXLEY, "v >= v_threshold", "", ("v", "m", "h", "n")),
}
SHORT_TERM = """
weight : 1
use : 1
recovery : second
facilitation : second
du/dt = -u / facilitation : 1 (event-driven)
dr/dt = (1 - r) / recovery : 1 (event-driven)
"""
STDP_AS_IN_MANUAL = """
weight : 1
dx/dt = -x / tau_plus : 1 (event-driven)
dy/dt = -y / tau_minus : 1 (event-driven)
"""


@dataclass
class Model:
    """Model of a workload for Brian2.

    Attributes
    ----------
    neurons : dict
        Arguments of `NeuronGroup`.
    initial : dict
        Initial values of its variables.
    inputs, exc, inh : dict
        Arguments of `Synapses`; the pathway that delivers is called "pre".
    values : dict
        Initial values of the variables of recurrent synapses, in the order of the weights.
    """

    neurons: dict
    initial: dict
    inputs: dict = field(default_factory=lambda: _delivers("exc"))
    exc: dict = field(default_factory=lambda: _delivers("exc"))
    inh: dict = field(default_factory=lambda: _delivers("inh"))
    values: dict = field(default_factory=dict)


def model_of(workload, *, method="exact", rule=None, as_in_manual=False):
    """Translate a workload for Brian2.

    Parameters
    ----------
    workload : Workload
        Network and input.
    method : str
        Integration method of Brian2 for the neurons.
    rule : PairSTDP, optional
        Additive rule for all pairs, which changes the excitatory weights.
    as_in_manual : bool, default=False
        Whether there are traces per synapse and weights change when a spike arrives, as in Brian2's
        documentation. Else there are traces per neuron and weights change when a spike is sent.

    Returns
    -------
    model : Model
    """
    network = workload.network
    equations, threshold, reset, states = MODELS[type(network.neurons)]
    namespace = _with_units(workload.parameters)
    model = Model(
        {
            "model": "\n".join([equations, TOTALS[type(network.synapses)], CURRENTS]),
            "threshold": threshold,
            "reset": reset,
            # Counted from the step of the spike; without this parameter, one spike per crossing.
            "refractory": (namespace["refractory"] + network.dt) * b2.ms
            if "refractory" in namespace
            else threshold,
            "method": method,
            "namespace": namespace,
        },
        {name: row for name, row in zip(states, network.initial, strict=True) if name},
    )
    if network.short_term is not None:
        _tires(model, *network.short_term)
    if rule is not None:
        w = network.w.data
        _learns(model, rule, float(w[w > 0].mean(dtype=float)), as_in_manual)
    return model


def _with_units(parameters):
    return {
        name: value * b2.ms if name.startswith("tau_") else value
        for name, value in parameters.items()
    }


def _delivers(current):
    return {"model": "weight : 1", "on_pre": {"pre": f"{current}_post += weight"}}


def _tires(model, use, recovery, facilitation):
    """Add short-term plasticity to the recurrent synapses."""
    model.values = {
        "use": use,
        "recovery": recovery * b2.ms,
        "facilitation": facilitation * b2.ms,
        "r": 1,
    }
    for current in ("exc", "inh"):
        delivers = f"u += use * (1 - u); {current}_post += weight * u * r; r -= u * r"
        setattr(model, current, {"model": SHORT_TERM, "on_pre": {"pre": delivers}})


def _learns(model, rule, unit, as_in_manual):
    """Add pair STDP to the excitatory synapses."""
    constants = {name: getattr(rule, name) * unit for name in ("a_plus", "a_minus", "w_max")}
    taus = _with_units({name: getattr(rule, name) for name in ("tau_plus", "tau_minus")})
    if as_in_manual:
        model.exc = {
            "model": STDP_AS_IN_MANUAL,
            "on_pre": {
                "pre": "exc_post += weight; x += a_plus; weight = clip(weight - y, 0, w_max)"
            },
            "on_post": {"post": "y += a_minus; weight = clip(weight + x, 0, w_max)"},
            "namespace": constants | taus,
        }
        return
    model.neurons["model"] += "dx/dt = -x / tau_plus : 1\ndy/dt = -y / tau_minus : 1"
    model.neurons["reset"] += "; x += 1; y += 1"
    model.neurons["namespace"] |= taus
    # Weights change by the traces of the spikes before; they stay within zero and w_max.
    model.exc["on_pre"]["depress"] = "weight -= clip(a_minus * y_post, 0, weight)"
    model.exc["on_post"] = {"post": "weight += clip(w_max - weight, 0, a_plus * x_pre)"}
    model.exc["namespace"] = constants
