"""Compilation of the loop for a combination of models, cached on disk."""

import functools
import hashlib
import inspect
import sys
import types
from numbers import Number

import joblib
import numpy as np

from .._jit import njit
from . import _arrays, _feedback, _loop, _noise, _plastic, _steps, _team, network

__all__ = ["identity", "kernel_for"]

VALUES = Number, str, tuple, np.ndarray, np.generic  # what numba takes from a module as it is
# Modules that every kernel depends on, besides those that they import from.
MODULES = sys.modules[__name__], _arrays, network


@functools.cache
def kernel_for(neuron, synapse, dtype, rule=None, is_separable=False):
    """Compile the loop for a combination of models.

    Parameters
    ----------
    neuron, synapse : class
        Models, see :mod:`lsm.neurons` and :mod:`lsm.synapses`.
    dtype : {"float32", "float64"}
        Precision of state and weights.
    rule : class, optional
        Rule that changes the weights at spikes, see :mod:`lsm.plasticity`.
    is_separable : bool, default=False
        Whether the rule is separable, see :class:`lsm.plasticity.SpikeRule`.

    Returns
    -------
    kernel : numba dispatcher
        Compiled :func:`lsm.kernel._loop.loop`.
    """
    of_models = {
        "neuron_step": neuron.step,
        "synapse_current": synapse.current,
        "synapse_decay": synapse.decay,
    }
    if rule is not None:
        at_target = "rise" if is_separable else "on_post"
        names = ("on_pre", at_target, "decay_traces", "add_to_traces")
        of_models |= {name: getattr(rule, name) for name in names}
    of_models = {name: _python(function) for name, function in of_models.items()}
    flags = {
        "STOCHASTIC": neuron.stochastic,
        "SPIKING": neuron.spiking,
        "ARRIVES_FIRST": synapse.arrives_first,
    }
    scope = _parts(dtype) | flags
    for name, function in of_models.items():
        scope[name] = _inner(function, may_allocate=True)
    for part in (*_steps.OF_MODELS, *_plastic.OF_RULES):
        scope[part.__name__] = _inner(_bind(part, scope))
    if is_separable:
        scope["learn"] = scope["learn_later"]
    kernel = _bind(_loop.loop, scope)
    # numba finds a kernel on disk by its name and the time stamp of the loop's file. With the
    # identity of all its parts in the name, kernels of other models have other names, and so has
    # one of an edited model.
    found = identity(of_models.values(), MODULES)
    digest = hashlib.blake2b(repr((found, flags)).encode(), digest_size=6).hexdigest()
    kernel.__qualname__ = kernel.__name__ = f"loop_{dtype}_{digest}"
    kernel.__module__ = _loop.__name__
    return njit(kernel, cache=found is not None, error_model="numpy", _nrt=False)


@functools.cache
def _parts(dtype):
    """Compile the parts of a step that need no model, once for all kernels of a precision."""
    scope = {}
    for module in (_noise, _steps, _plastic, _team, _feedback, _loop):
        scope |= vars(module)
    scope["real"] = np.dtype(dtype).type
    # Each after those that it calls.
    for part in (*_noise.PARTS, *_steps.PARTS, *_plastic.PARTS, *_team.PARTS):
        scope[part.__name__] = _inner(_bind(part, scope))
    for part in _feedback.PARTS:
        scope[part.__name__] = _inner(_bind(part, scope), may_allocate=True)
    return scope


def _inner(function, may_allocate=False):
    """Compile a function into its caller, where it costs no call.

    Without numba's runtime it cannot allocate, and no reference to an array is counted: that took
    a fifth of a small network's step.
    """
    options = {"error_model": "numpy", "forceinline": True, "_nrt": may_allocate}
    return njit(function, cache=False, **options)


def _bind(function, scope):
    """Return a copy of a function that looks names up in `scope`."""
    return types.FunctionType(function.__code__, scope)


def identity(functions, modules=()):
    """Return a description of functions that differs wherever their compiled code may differ.

    It holds where the functions and those that they call are defined, the values that they read
    from their modules, and the source of these modules and of those of the same package that
    they import from.

    Parameters
    ----------
    functions : iterable of functions
        Functions that are compiled.
    modules : iterable of modules, optional
        Further modules whose source counts.

    Returns
    -------
    identity : tuple or None
        None if no source describes the functions, as of models that are typed into a console.
    """
    functions, places, sources = list(functions), [], {}
    try:
        for function in functions:  # which grows by those that are called
            code, scope = function.__code__, function.__globals__
            module = sys.modules[function.__module__]
            # No source holds the values of a closure, or a class that was sent to a worker
            # process or typed after its script had run.
            if function.__closure__ or inspect.getsourcefile(module) != code.co_filename:
                return None
            read = [_python(scope[name]) for name in code.co_names if name in scope]
            functions += [value for value in read if inspect.isfunction(value)]
            functions[:] = dict.fromkeys(functions)
            values = [value for value in read if isinstance(value, VALUES)]
            places.append((_home(function), code.co_firstlineno, joblib.hash(values)))
        names = [_home(value) for value in (*functions, *modules)]
        while names:
            name = names.pop()
            if name not in sources:
                module, (package, *_) = sys.modules[name], name.split(".")
                sources[name] = inspect.getsource(module)
                taken_from = map(_home, vars(module).values())
                names += [other for other in taken_from if other.split(".")[0] == package]
    except (AttributeError, KeyError, OSError, TypeError):
        return None
    return places, [sources[name] for name in sorted(sources)]


def _python(value):
    """Return the Python function of a compiled one, and any other value as it is."""
    return getattr(value, "py_func", value)


def _home(value):
    """Return the name of the module that a value is or comes from, empty if there is none."""
    name = value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", None)
    return name if isinstance(name, str) else ""
