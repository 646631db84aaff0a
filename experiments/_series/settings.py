"""Settings of the networks of `lsm run time-series`, chosen on validation pieces.

They were searched with 500 neurons on the first pieces of seed 0, by up to 40 fits a task for the
liquids (Mackey-Glass 55, and 80 with quadratic neurons) and for the echo state networks (lorenz,
sunspots, and narma10 with direct input 24). Times are in ms; a row of a series lasts 40 ms.
"""

from lsm.neurons import LIF, QIF

__all__ = ["ECHO_STATE", "LIQUID"]

_LIQUID = {
    "neurons": LIF, "tau_m": 10.0, "refractory": 1.0, "bias": 1.2, "bias_spread": 0.3,
    "tau_syn": 80.0, "gain": 0.2, "delay": 400.0, "input_weight": 3.0, "input_synapses": 4,
    "input_delay": 900.0, "tau": (15.0, 60.0, 120.0),
}  # fmt: skip
_UNDELAYED = {
    "neurons": LIF, "tau_m": 10.0, "refractory": 2.0, "bias": 1.0, "bias_spread": 0.05,
    "input_weight": 2.0, "input_synapses": 1, "input_delay": 0.0,
}  # fmt: skip
_LIQUIDS = {
    "memory-capacity": {
        "tau_syn": 40.0, "delay": 2000.0, "input_weight": 2.0, "input_synapses": 3,
        "input_delay": 1000.0, "tau": (15.0, 60.0),
    },
    "narma10": {
        "tau_syn": 40.0, "gain": 0.1, "bias": 1.15, "input_weight": 2.44, "input_synapses": 8,
        "input_delay": 400.0,
    },
    "mackey-glass": {
        "neurons": QIF, "tau_m": 1.0, "refractory": 0.0, "bias": -0.3, "tau_syn": 200.0,
        "gain": 0.0002, "input_weight": 1.0, "input_synapses": 16,
        "tau": (20.0, 60.0, 120.0, 240.0),
    },
    "lorenz": {"bias_spread": 0.05},
    "laser": {
        "tau_syn": 20.0, "input_weight": 25.0, "input_synapses": 8, "input_delay": 400.0,
        "tau": (15.0, 60.0),
    },
    "sunspots": {},
}  # fmt: skip
_UNDELAYED_LIQUIDS = {
    "memory-capacity": {"tau_syn": 80.0, "delay": 2000.0},
    "narma10": {"tau_syn": 80.0, "gain": 0.2},
    "mackey-glass": {"tau_syn": 80.0, "gain": 0.2, "tau": (20.0, 60.0, 240.0)},
    "laser": {"input_weight": 25.0},
}

LIQUID = {(task, "delayed"): _LIQUID | own for task, own in _LIQUIDS.items()} | {
    (task, "direct"): _LIQUID | own | _UNDELAYED | _UNDELAYED_LIQUIDS.get(task, {})
    for task, own in _LIQUIDS.items()
}

_ECHO_STATE = {
    "leak": 0.2, "bias_spread": 0.5, "gain": 0.9, "input_weight": 1.45, "input_synapses": 1,
    "input_delay": 0.0,
}  # fmt: skip
_ECHO_STATES = {
    "memory-capacity": {"leak": 1.0, "bias_spread": 0.0, "gain": 0.874, "input_weight": 0.018},
    "narma10": {
        "leak": 0.4, "gain": 0.3, "input_weight": 0.051, "input_synapses": 3, "input_delay": 400.0,
    },
    "mackey-glass": {"leak": 0.225, "gain": 0.874, "input_weight": 0.98},
    "lorenz": {},
    "laser": {"leak": 1.0, "bias_spread": 0.2, "input_weight": 0.3},
    "sunspots": {},
}  # fmt: skip
_UNDELAYED_ECHO_STATES = {
    "narma10": {
        "leak": 1.0, "bias_spread": 1.0, "gain": 1.1, "input_weight": 0.115, "input_synapses": 1,
        "input_delay": 0.0,
    },
}  # fmt: skip

ECHO_STATE = {(task, "delayed"): _ECHO_STATE | own for task, own in _ECHO_STATES.items()} | {
    (task, "direct"): _ECHO_STATE | own | _UNDELAYED_ECHO_STATES.get(task, {})
    for task, own in _ECHO_STATES.items()
}
