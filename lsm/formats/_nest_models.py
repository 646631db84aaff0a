"""Models of this package in NEST: names, and parameters in pF, nS and pA."""

from typing import NamedTuple

import numpy as np
from scipy.special import exprel

from ..neurons import EIF, GLIF, LIF, AdEx, Izhikevich
from ..synapses import Alpha, AlphaConductance, Biexponential, Conductance, Delta, Exponential

__all__ = ["MODELS", "Model", "peak_factor"]


class Model(NamedTuple):
    """A pair of a neuron and a synapse model in NEST.

    Attributes
    ----------
    name : str
        Name of the NEST model.
    neuron, synapse : functions
        Take the parameters of the neurons (of the synapses) as drawn; return those of NEST.
    state : tuple of str
        Names of the state variables at the start, in the order of the model of this package;
        "-" for those that NEST does not have.
    scale : float
        Factor on weights: 1000 for nA to pA and uS to nS, 1 for mV.
    current : function
        Takes the parameters of the neurons; returns the factor on currents in nA.
    exact : function
        Takes the parameters of the neurons; returns whether NEST solves the equations exactly in
        each step, as this package does.
    ports : dict of str to tuple
        Receptors of excitatory ("exc") and of inhibitory synapses ("inh"), where NEST does not
        tell the two by the sign of a weight. Weights act on the first receptor of a pair, and
        inverted on the second.
    """

    name: str
    neuron: object
    synapse: object
    state: tuple = ("V_m",)
    scale: float = 1000.0
    current: object = lambda p: 1000.0
    exact: object = lambda p: False
    ports: dict = {}


def capacitance(p):
    """Return the capacitance of a leaky membrane in pF."""
    return 1000 * np.asarray(p["tau_m"]) / p["resistance"]


def conductance(p):
    """Return the leak conductance in nS."""
    return 1000 / np.asarray(p["resistance"])


def membrane(p):
    """Return what all leaky neurons have."""
    return {
        "C_m": capacitance(p), "E_L": p["v_rest"], "V_th": p["v_threshold"],
        "V_reset": p["v_reset"],
    }  # fmt: skip


def current_based(p):
    """Return the parameters of `iaf_psc_*`."""
    return membrane(p) | {"tau_m": p["tau_m"]}


def conductance_based(p):
    """Return the parameters of `iaf_cond_*`."""
    return membrane(p) | {"g_L": conductance(p)}


def exponential(p):
    """Return the parameters of `aeif_*`; without adaptation for EIF."""
    adaptation = {"a": 0.0, "b": 0.0}
    if "tau_w" in p:
        adaptation = {
            "a": 1000 * np.asarray(p["a"]), "b": 1000 * np.asarray(p["b"]), "tau_w": p["tau_w"],
        }  # fmt: skip
    return conductance_based(p) | adaptation | {
        "Delta_T": p["delta_t"], "V_peak": p["v_peak"], "gsl_error_tol": 1e-10,
    }  # fmt: skip


def generalised(p):
    """Return the parameters of `glif_psc`."""
    level = np.asarray(p["level"])
    return membrane(p) | {
        "g": conductance(p),
        "spike_dependent_threshold": np.isin(level, (2, 4, 5)),
        "after_spike_currents": level >= 3,
        "adapting_threshold": level == 5,
        "voltage_reset_fraction": p["keep"],
        "voltage_reset_add": p["reset_jump"],
        "asc_amps": [1000 * np.asarray(p["slow_jump"]), 1000 * np.asarray(p["fast_jump"])],
        "asc_decay": [1 / np.asarray(p["tau_slow"]), 1 / np.asarray(p["tau_fast"])],
        "th_spike_add": p["threshold_jump"],
        "th_spike_decay": 1 / np.asarray(p["tau_spike"]),
        "th_voltage_index": p["follow"],
        "th_voltage_decay": 1 / np.asarray(p["tau_follow"]),
    }


def simple(p):
    """Return the parameters of `izhikevich`."""
    return {**{name: p[name] for name in "abcd"}, "V_th": p["v_peak"]}


def per_capacitance(p):
    """Return the factor from nA to the mV/ms of `izhikevich`."""
    return 1 / np.asarray(p["capacitance"])


def nothing(p):
    """Return the parameters of synapses that have none."""
    return {}


def taus(p):
    """Return time constants of synapses of one sign each."""
    return {"tau_syn_ex": p["tau_syn_exc"], "tau_syn_in": p["tau_syn_inh"]}


def reversals(p):
    """Return the parameters of synapses that open conductances."""
    return taus(p) | {"E_ex": p["e_rev_exc"], "E_in": p["e_rev_inh"]}


def two_ports(p):
    """Return the time constants of a receptor for each sign."""
    return {"tau_syn": [p["tau_syn_exc"], p["tau_syn_inh"]]}


def four_ports(p):
    """Return the time constants of receptors that decay and rise, for each sign."""
    names = ("tau_decay_exc", "tau_rise_exc", "tau_decay_inh", "tau_rise_inh")
    return {"tau_syn": [p[name] for name in names]}


def peak_factor(p, sign):
    """Return the factor that gives the difference of two exponentials a peak of one."""
    decay, rise = (np.asarray(p[f"tau_{part}_{sign}"]) for part in ("decay", "rise"))
    return np.exp(1 / exprel(np.log(decay / rise))) * decay / (decay - rise)


def always(p):
    """Return that a model is exact whatever its parameters."""
    return True


def without_currents(p):
    """Return whether there are no after-spike currents, of which `glif_psc` takes step means."""
    return not np.any(np.asarray(p["level"]) >= 3)


ADAPTIVE = ("V_m", "-", "w")
MODELS = {
    (LIF, Delta): Model("iaf_psc_delta", current_based, nothing, scale=1.0, exact=always),
    (LIF, Exponential): Model("iaf_psc_exp", current_based, taus, exact=always),
    (LIF, Alpha): Model("iaf_psc_alpha", current_based, taus, exact=always),
    (LIF, Biexponential): Model(
        "iaf_psc_exp_multisynapse", current_based, four_ports, exact=always,
        ports={"exc": (1, 2), "inh": (3, 4)},
    ),
    (LIF, Conductance): Model("iaf_cond_exp", conductance_based, reversals),
    (LIF, AlphaConductance): Model("iaf_cond_alpha", conductance_based, reversals),
    (GLIF, Alpha): Model(
        "glif_psc", generalised, two_ports, exact=without_currents, ports={"exc": (1,), "inh": (2,)}
    ),
    (Izhikevich, Delta): Model("izhikevich", simple, nothing, ("V_m", "U_m"), 1.0, per_capacitance),
}  # fmt: skip
for neurons in (EIF, AdEx):
    MODELS |= {
        (neurons, Delta): Model("aeif_psc_delta", exponential, nothing, ADAPTIVE, 1.0),
        (neurons, Exponential): Model("aeif_psc_exp", exponential, taus, ADAPTIVE),
        (neurons, Alpha): Model("aeif_psc_alpha", exponential, taus, ADAPTIVE),
        (neurons, Conductance): Model("aeif_cond_exp", exponential, reversals, ADAPTIVE),
        (neurons, AlphaConductance): Model("aeif_cond_alpha", exponential, reversals, ADAPTIVE),
    }
