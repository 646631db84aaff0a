"""Results that a process keeps: hashes of read-only arrays, and a few results by their content."""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import numpy as np

__all__ = ["Kept", "arrays_of", "hash_kept"]

WORTH_KEEPING = 2**12  # bytes of an array, of which a hash takes longer than a look-up

# Hash of each read-only array that owns its numbers, by its identity while it lives.
_hashes: dict[int, tuple[Any, bytes]] = {}


def arrays_of(value: Any) -> Iterator[np.ndarray]:
    """Yield all arrays in a result, also those of sparse arrays and of attributes."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        yield from arrays_of(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for part in value:
            yield from arrays_of(part)
    elif hasattr(value, "__dict__"):
        yield from arrays_of(vars(value))


def hash_kept(array: np.ndarray, compute: Callable[[], bytes]) -> bytes:
    """Return the hash of an array, which is kept if nobody can change the array.

    Parameters
    ----------
    array : array
        Numbers.
    compute : function
        Computes the hash.

    Returns
    -------
    digest : bytes
    """
    if array.flags.writeable or array.base is not None or array.nbytes < WORTH_KEEPING:
        return compute()
    found = _hashes.get(id(array))
    if found is not None and found[0]() is array:
        return found[1]
    digest, key = compute(), id(array)
    _hashes[key] = weakref.ref(array, lambda _: _hashes.pop(key, None)), digest
    return digest


class Kept:
    """A few results of computations, the most recently used ones.

    Any number of threads may use it. Two that need a result at the same time may both compute it.

    Parameters
    ----------
    max_bytes : int
        Limit of the sum of the sizes of all results.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes, self.n_bytes = max_bytes, 0
        self._results: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str, compute: Callable[[], Any]) -> Any:
        """Return a result, or compute and keep it.

        Parameters
        ----------
        key : str
            Hash of everything that the result depends on.
        compute : function
            Returns the result: arrays, or tuples, dicts and objects with attributes of these. One
            larger than a fourth of `max_bytes` is not kept.

        Returns
        -------
        result : object
            Its arrays are read-only, and shared by all who get it.
        """
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key][0]
        result = compute()
        n_bytes = sum(array.nbytes for array in arrays_of(result))
        if n_bytes > self.max_bytes // 4:
            return result
        result = deepcopy(result)  # its arrays may be those of the user
        for array in arrays_of(result):
            array.setflags(write=False)
        with self._lock:
            if key not in self._results:
                self._results[key] = result, n_bytes
                self.n_bytes += n_bytes
            while self.n_bytes > self.max_bytes:
                _, (_, dropped) = self._results.popitem(last=False)
                self.n_bytes -= dropped
        return result

    def __reduce__(self):
        return type(self), (self.max_bytes,)  # another process keeps results of its own
