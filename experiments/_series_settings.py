"""Settings of the networks of `lsm run time-series`, chosen on validation pieces.

Each entry is the best of a random search with 500 neurons, of as many draws for the liquids as for
the echo state networks. Times are in ms, and a row of a series lasts 40 ms.
"""

__all__ = ["ECHO_STATE", "LIQUID"]

_DIRECT = {
    "tau_m": 10.0, "refractory": 2.0, "bias": 1.0, "bias_spread": 0.05, "tau_syn": 80.0,
    "gain": 0.2, "delay": 400.0, "input_weight": 2.0, "tau": (15.0, 60.0),
}  # fmt: skip
_DELAYED = _DIRECT | {
    "bias": 1.2, "refractory": 1.0, "input_synapses": 3, "input_delay": 800.0, "input_weight": 3.0,
}  # fmt: skip
_TASKS = ("memory-capacity", "narma10", "mackey-glass", "lorenz", "laser", "sunspots")

LIQUID = {
    (task, inputs): settings
    for task in _TASKS
    for inputs, settings in (("direct", _DIRECT), ("delayed", _DELAYED))
}

_ECHO_DIRECT = {"leak": 1.0, "bias_spread": 0.2, "gain": 0.9, "input_weight": 0.5}
_ECHO_DELAYED = _ECHO_DIRECT | {"input_synapses": 3, "input_delay": 800.0}
ECHO_STATE = {
    (task, inputs): settings
    for task in _TASKS
    for inputs, settings in (("direct", _ECHO_DIRECT), ("delayed", _ECHO_DELAYED))
}
