"""Stand-ins in a file for objects that skops cannot hold, or would restore by running code."""

import collections
import functools
import math
import pathlib
import sys
from types import BuiltinFunctionType, FunctionType, NoneType
from typing import Any

import numpy as np
from scipy import sparse, stats
from sklearn.utils import Bunch
from sklearn.utils.metadata_routing import MetadataRequest

__all__ = ["StandIn", "with_stand_ins"]

ATOMS = (NoneType, bool, int, float, str, bytes)
SEQUENCES = (list, tuple, set)
NAMED = (type, FunctionType, BuiltinFunctionType, np.ufunc, type(np.mean))
COMPRESSED = (sparse.csr_array, sparse.csr_matrix, sparse.csc_array, sparse.csc_matrix)
COORDINATES = (sparse.coo_array, sparse.coo_matrix)
BIT_GENERATORS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")
MOST_IN_RANGE = 10_000  # or a few bytes would become any number of numbers
MOST_DRAWN, MOST_BUFFERED = 624, 4  # of MT19937 and Philox, which do not check a state


class StandIn:
    """A call of one of the `BUILDERS`, which a file holds in place of the object that it returns.

    Names and arguments of the builders are part of the format, see :mod:`lsm.saving`.
    """

    call: tuple

    def __new__(cls, kind, *args):
        if any(isinstance(arg, range) for arg in args):  # a few bytes would become many objects
            raise ValueError(f"{kind} does not take a range")
        return BUILDERS[kind](*args)

    @classmethod
    def of(cls, call):
        """Return the stand-in for a call, a tuple of the builder's name and its arguments."""
        made = object.__new__(cls)
        made.call = call
        return made

    def __reduce__(self):
        return StandIn, self.call


def with_stand_ins(value, name):
    """Return a copy of an object in which skops finds nothing that it cannot hold.

    Arrays are shared with the object, and parts that are one object stay one.

    Parameters
    ----------
    value : object
        Model, or anything else.
    name : str
        Its name in messages.

    Returns
    -------
    copy : object

    Raises
    ------
    TypeError
        If a part cannot be saved. The message names the part.
    ValueError
        If a part contains itself.
    """
    return _Copies().of(value, name)


class _Copies:
    """Copies that have been made so far, by the id of the object."""

    def __init__(self):
        self.made, self.begun = {}, set()

    def of(self, value, where):
        """Return the copy of an object, whose name in messages is `where`."""
        if type(value) in ATOMS:
            return value
        if id(value) in self.made:
            return self.made[id(value)][1]
        if id(value) in self.begun:
            raise ValueError(f"{where} cannot be saved: it contains itself")
        self.begun.add(id(value))
        try:
            copy = self._copy(value, where)
        except _Refused as refused:
            raise TypeError(f"{where} cannot be saved: {refused}") from None
        self.made[id(value)] = value, copy  # the object too, or another could get its id
        return copy

    def _copy(self, value, where):
        if isinstance(value, NAMED):
            return _found_by_name(value)
        call = call_of(value)
        if call is not None:
            return StandIn.of(tuple(self.of(part, where) for part in call))
        if isinstance(value, np.ndarray):
            return np.asarray(value)
        if isinstance(value, SEQUENCES):
            parts = [self.of(part, f"{where}[{i}]") for i, part in enumerate(value)]
            return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
        if isinstance(value, dict):
            copy = type(value)()
            copy.update({key: self.of(part, f"{where}[{key!r}]") for key, part in value.items()})
            return copy
        state = _state_of(value)
        if state is None:
            return value
        kind = _found_by_name(type(value))
        state = {name: self.of(part, f"{where}.{name}") for name, part in state.items()}
        copy = kind.__new__(kind)
        vars(copy)["__getstate__"] = lambda: state  # also where the class has its own
        return copy


class _Refused(Exception):
    """Reason for which an object cannot be saved."""

    def __init__(self, reason=None, kind=None):
        super().__init__(
            reason
            or f"it is of the type {kind.__module__}.{kind.__qualname__}. Save numbers, text, "
            "arrays, lists, tuples, dicts, and objects whose attributes are of these types"
        )


def _found_by_name(value):
    """Return a class or a function, which a file holds by its name."""
    home = sys.modules.get(getattr(value, "__module__", None))
    if not isinstance(value, np.ufunc) and getattr(home, value.__name__, None) is not value:
        raise _Refused(
            f"{value.__qualname__} is not found by its name. Define it at the top level of a "
            "module, by `class` or `def`"
        )
    return value


def _state_of(value):
    """Return the attributes of an object as a dict, or None if skops has a way of its own."""
    kind = type(value)
    if (kind.__reduce_ex__, kind.__reduce__) != (object.__reduce_ex__, object.__reduce__):
        if kind.__module__.startswith(("sklearn.", "_loss")):  # compiled; the losses of 1.6
            return None
        raise _Refused(kind=kind)
    try:
        value.__reduce__()
        state = value.__getstate__()
    except Exception as error:  # of a file, a lock, a thread
        raise _Refused(kind=kind) from error
    if state is None and hasattr(value, "__dict__"):
        state = {}
    if not isinstance(state, dict):
        raise _Refused(kind=kind)
    if kind.__module__ == MetadataRequest.__module__ and "owner" in state:
        # The estimator that contains the request, of which only the name is used.
        owner = state["owner"]
        state = state | {"owner": owner if isinstance(owner, str) else type(owner).__name__}
    return state


@functools.singledispatch
def call_of(value):
    """Return the call of a builder that makes an object again, or None if skops can hold it."""


@call_of.register(list | tuple | set)
def _(value):
    if type(value) not in SEQUENCES and not hasattr(_found_by_name(type(value)), "_fields"):
        raise _Refused(kind=type(value))


@call_of.register
def _(value: dict) -> Any:
    kind = type(value)
    has_names = all(type(key) is str for key in value)
    if has_names and (kind in (dict, Bunch) or kind.__module__.startswith("lsm.")):
        return None
    if kind is not dict:
        raise _Refused(kind=kind)
    return "dict", list(value), list(value.values())


@call_of.register
def _(value: np.ndarray) -> Any:
    if value.dtype == object:
        return "objects", value.shape, list(value.flat)
    if value.dtype.hasobject or type(value) not in (np.ndarray, np.memmap):
        raise _Refused(f"it is an array of the type {type(value)} and {value.dtype}")


@call_of.register
def _(value: np.ma.MaskedArray) -> Any:
    return "masked", value.data, value.mask, value.fill_value


@call_of.register
def _(value: np.generic) -> Any:
    return "scalar", np.asarray(value)


@call_of.register
def _(value: np.dtype) -> Any:
    if value.hasobject or value.names:
        raise _Refused(f"it is the dtype {value}")
    return "dtype", value.str


@call_of.register(sparse.sparray | sparse.spmatrix)
def _(value):
    kind = _found_by_name(type(value))
    if isinstance(value, COMPRESSED):
        n = int(value.indptr[-1])  # there may be room for more
        return "sparse", kind, value.shape, value.data[:n], value.indices[:n], value.indptr
    if isinstance(value, COORDINATES) and value.ndim == 2:
        return "sparse", kind, value.shape, value.data, value.row, value.col
    raise _Refused(f"it is a {kind.__name__}: convert it by `tocsr()`")


@call_of.register
def _(value: stats.distributions.rv_frozen) -> Any:
    family = value.dist
    if type(getattr(stats, family.name, None)) is not type(family):
        raise _Refused("it is not a distribution of scipy.stats")
    if any(np.ndim(parameter) > 1 for parameter in (*value.args, *value.kwds.values())):
        raise _Refused("its parameters have several dimensions")
    return "distribution", family.name, value.args, value.kwds


@call_of.register
def _(value: np.random.Generator) -> Any:
    bits = value.bit_generator
    if type(bits).__name__ not in BIT_GENERATORS or type(bits.seed_seq) is not SEEDS:
        raise _Refused(kind=type(bits))
    seeds = bits.seed_seq.state
    if seeds.pop("pool_size") != SEEDS().pool_size:  # type: ignore[misc]  # its hints forbid it
        raise _Refused(kind=SEEDS)
    return "generator", type(bits).__name__, seeds, bits.state


@call_of.register
def _(value: np.random.RandomState) -> Any:
    return "random_state", value.get_state(legacy=False)


@call_of.register
def _(value: range) -> Any:
    if len(value) > MOST_IN_RANGE:
        raise _Refused(f"it is a range of more than {MOST_IN_RANGE} numbers: take numpy.arange")
    return "range", value.start, value.stop, value.step


SEEDS = np.random.SeedSequence
for kind, parts_of in (
    (complex, lambda value: (value.real, value.imag)),
    (slice, lambda value: (value.start, value.stop, value.step)),
    (frozenset, lambda value: (list(value),)),
    (collections.deque, lambda value: (list(value), value.maxlen)),
    (pathlib.Path, lambda value: (str(value),)),
    (functools.partial, lambda value: (value.func, value.args, value.keywords)),
):
    call_of.register(kind, lambda value, kind=kind, f=parts_of: (kind.__name__, *f(value)))


def build_objects(shape, parts):
    """Return an array of objects."""
    if math.prod(shape) != len(parts):
        raise ValueError(f"{len(parts)} objects do not have the shape {shape}")
    array = np.empty(len(parts), dtype=object)
    for i, part in enumerate(parts):
        array[i] = part
    return array.reshape(shape)


def build_range(start, stop, step):
    """Return a range."""
    made = range(start, stop, step)
    if len(made) > MOST_IN_RANGE:
        raise ValueError(f"a range has more than {MOST_IN_RANGE} numbers")
    return made


def build_masked(data, mask, fill_value):
    """Return a masked array."""
    return np.ma.MaskedArray(data, mask, fill_value=fill_value)


def build_sparse(kind, shape, data, first, second):
    """Return a sparse array, whose indices are checked: compiled code trusts them."""
    if isinstance(kind, type) and issubclass(kind, COORDINATES):
        return kind((data, (first, second)), shape=shape)
    if not isinstance(kind, type) or not issubclass(kind, COMPRESSED):
        raise ValueError(f"{kind} is not a sparse array")
    matrix = kind((data, first, second), shape=shape)
    n_inner = shape[1] if matrix.format == "csr" else shape[0]
    # SciPy checks the indices, but not if there are none by the last pointer.
    is_valid = first.dtype.kind == second.dtype.kind == "i" and second[-1] == len(data)
    is_valid = is_valid and len(first) == len(data) and np.all(np.diff(second) >= 0)
    if not is_valid or not np.all((first >= 0) & (first < n_inner)):
        raise ValueError(f"a sparse array of shape {shape} has invalid indices")
    matrix.indices, matrix.indptr = first, second  # of the dtypes that they had
    return matrix


def build_distribution(name, args, kwds):
    """Return a frozen distribution.

    Its own state has the source of functions, which SciPy runs when the state is restored.
    """
    family = getattr(stats, name)
    if not isinstance(family, stats.rv_continuous | stats.rv_discrete):
        raise ValueError(f"scipy.stats.{name} is not a distribution")
    if any(np.ndim(value) > 1 for value in (*args, *kwds.values())):
        raise ValueError(f"the parameters of scipy.stats.{name} have several dimensions")
    return family(*args, **kwds)


def build_generator(name, seeds, state):
    """Return a random generator."""
    bits = _bit_generator(name, state)(SEEDS(**{key: seeds[key] for key in SEED_PARTS}))
    bits.state = state
    return np.random.Generator(bits)


SEED_PARTS = ("entropy", "spawn_key", "n_children_spawned")


def build_random_state(state):
    """Return a random generator of the older kind."""
    made = np.random.RandomState(_bit_generator(state["bit_generator"], state)())
    made.set_state(state)
    return made


def _bit_generator(name, state):
    """Return the class of a bit generator, after a check of its state."""
    drawn, buffered = state["state"].get("pos", 0), state.get("buffer_pos", 0)
    if name not in BIT_GENERATORS or state["bit_generator"] != name:
        raise ValueError(f"{name} is not a bit generator")
    if not (0 <= drawn <= MOST_DRAWN and 0 <= buffered <= MOST_BUFFERED):
        raise ValueError(f"the state of {name} is invalid")
    return getattr(np.random, name)


BUILDERS = {
    "dict": lambda keys, values: dict(zip(keys, values, strict=True)),
    "objects": build_objects,
    "masked": build_masked,
    "scalar": lambda array: array[()],
    "dtype": np.dtype,
    "sparse": build_sparse,
    "distribution": build_distribution,
    "generator": build_generator,
    "random_state": build_random_state,
    "complex": complex,
    "range": build_range,
    "slice": slice,
    "frozenset": frozenset,
    "deque": collections.deque,
    "Path": pathlib.Path,
    "partial": lambda function, args, kwds: functools.partial(function, *args, **kwds),
}
