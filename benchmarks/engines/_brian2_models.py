"""The models of a workload in Brian2's words."""

from dataclasses import dataclass

import brian2 as b2

__all__ = ["Model", "model_of"]

WEIGHT = "w : 1"


@dataclass
class Model:
    """What Brian2 is told.

    Attributes
    ----------
    neurons : dict
        Arguments of `NeuronGroup`.
    rest : str
        Puts the target of a synapse to rest, which the runner does between samples.
    inputs, excitatory, inhibitory : dict
        Arguments of `Synapses`; the one that delivers is called "pre".
    """

    neurons: dict
    rest: str
    inputs: dict
    excitatory: dict
    inhibitory: dict


def model_of(workload, rule=None, as_in_manual=False):
    """Return the model of a workload, whose excitatory synapses learn if there is a rule."""
    model = _lif(workload.parameters)
    if rule is not None:
        w = workload.network.w.data
        (_stdp_as_in_manual if as_in_manual else _stdp)(
            model, rule, float(w[w > 0].mean(dtype=float))
        )
    return model


def _lif(parameters):
    """Leaky integrate-and-fire neurons with exponential currents, integrated exactly."""
    taus = ("tau_m", "tau_syn_exc", "tau_syn_inh")
    neurons = {
        "model": """
            dv/dt = (exc + inh - v) / tau_m : 1 (unless refractory)
            dexc/dt = -exc / tau_syn_exc : 1
            dinh/dt = -inh / tau_syn_inh : 1
        """,
        "threshold": f"v >= {parameters['v_threshold']}",
        "reset": f"v = {parameters['v_reset']}",
        # Counted from the step of the spike itself.
        "refractory": (parameters["refractory"] + 1) * b2.ms,
        "method": "exact",
        "namespace": {tau: parameters[tau] * b2.ms for tau in taus},
    }
    rest = "v_post = 0; exc_post = 0; inh_post = 0; lastspike_post = -1*second"
    return Model(neurons, rest, *(_adds_to(current) for current in ("exc", "exc", "inh")))


def _adds_to(current):
    return {"model": WEIGHT, "on_pre": {"pre": f"{current}_post += w"}}


def _constants(rule, unit):
    constants = {name: getattr(rule, name) * unit for name in ("a_plus", "a_minus", "w_max")}
    return constants | {name: getattr(rule, name) * b2.ms for name in ("tau_plus", "tau_minus")}


def _stdp(model, rule, unit):
    """Additive STDP of all pairs; traces of neurons, which take less time than of synapses."""
    model.neurons["model"] += "dx/dt = -x / tau_plus : 1\ndy/dt = -y / tau_minus : 1"
    model.neurons["reset"] += "; x += 1; y += 1"
    model.neurons["namespace"] |= _constants(rule, unit)
    model.rest += "; x_post = 0; y_post = 0"
    # Weights change by the traces of the spikes before; they stay within zero and w_max.
    model.excitatory["on_pre"]["depress"] = "w -= clip(a_minus * y_post, 0, w)"
    model.excitatory["on_post"] = {"post": "w += clip(w_max - w, 0, a_plus * x_pre)"}
    model.excitatory["namespace"] = _constants(rule, unit)


def _stdp_as_in_manual(model, rule, unit):
    """STDP as Brian2's documentation has it: traces of synapses, told when a spike arrives."""
    model.excitatory = {
        "model": WEIGHT
        + """
            dx/dt = -x / tau_plus : 1 (event-driven)
            dy/dt = -y / tau_minus : 1 (event-driven)
        """,
        "on_pre": {"pre": "exc_post += w; x += a_plus; w = clip(w - y, 0, w_max)"},
        "on_post": {"post": "y += a_minus; w = clip(w + x, 0, w_max)"},
        "namespace": _constants(rule, unit),
    }
