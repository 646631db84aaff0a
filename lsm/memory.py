"""Cache of computed states, calibrations and measured values in a folder."""

import dataclasses
import hashlib
import inspect
import json
import os
import platform
import re
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import joblib
import numba
import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator

from ._kept import hash_kept
from ._typing import Array, PathLike
from ._validation import check_integer
from .spikes import SpikeArray

__all__ = ["Memory", "content_of"]

KEY_BYTES = 16
DTYPE_BYTES = len(np.dtype(np.float32).str)
ENTRY = re.compile("[0-9a-f]{32}([.][0-9a-f]{8})?")  # the suffix marks an unfinished entry
# A scan of all entries for each new one would take too long. A process scans the folder after it
# has written the first share of `max_bytes`, and reduces a full folder to the second share.
SCAN_SHARE, CLEARED_SHARE = 1 / 20, 9 / 10

# Bytes that this process has written to each folder since its last scan of it.
_unscanned: dict[str, int] = {}


class Memory(BaseEstimator):
    """Cache in a folder, with which a liquid computes the state of a sample once.

    The key of a state is a hash of the sample, of everything else that the state depends on (the
    drawn and scaled network, the snapshots, the precision), and of the code of this package and
    of the models. Folds of a cross-validation, settings of a readout, runs of a search and other
    processes therefore share the states of equal samples in equal liquids.

    An entry is written to a temporary file, which is then renamed, and has a checksum. A damaged
    entry is computed again. Any number of processes may share a folder. If two processes need a
    state at the same time, both compute it, with equal results.

    A process also keeps the drawn and calibrated networks of the liquids that it has fitted last,
    of 128 MB together, by a hash of everything that they depend on. A liquid that is fitted again
    with the same `stimulus`, parameters and integer `random_state`, as in a search over readouts,
    takes its network from there.

    Parameters
    ----------
    folder : str or path
        Folder of the entries, which is made if it is missing. A local disk is best.
    max_bytes : int, default=2**30
        Limit of the total size of all entries. If it is exceeded, the least recently used entries
        are removed. Each process may temporarily exceed it by a twentieth.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np
    >>> from lsm import Liquid
    >>> X = np.random.default_rng(0).poisson(0.05, (20, 100, 8))
    >>> with TemporaryDirectory() as folder:
    ...     liquid = Liquid(50, memory=folder, random_state=0).fit(X)
    ...     first = liquid.transform(X)  # simulates
    ...     second = liquid.transform(X)  # reads
    >>> np.array_equal(first.toarray(), second.toarray())
    True
    """

    def __init__(self, folder: PathLike, max_bytes: int = 2**30) -> None:
        self.folder = folder
        self.max_bytes = max_bytes

    def check(self) -> None:
        """Validate the parameters, and make the folder.

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid.
        OSError
            If the folder cannot be created.
        """
        if not isinstance(self.folder, str | os.PathLike) or not os.fspath(self.folder):
            raise TypeError(f"Memory.folder must be the path of a folder, got {self.folder!r}")
        check_integer("Memory.max_bytes", self.max_bytes, 1)
        try:
            os.makedirs(self._root, exist_ok=True)
        except OSError as error:
            message = f"Memory.folder cannot be created: {error.strerror}"
            raise OSError(error.errno, message, self._root) from None

    @property
    def _root(self):
        return os.path.join(os.path.abspath(os.path.expanduser(self.folder)), "lsm")

    def states(
        self, parts: tuple[Any, ...], spikes: SpikeArray, compute: Callable[..., Any]
    ) -> list[Array]:
        """Return the states of samples from the cache, and compute the missing ones.

        Parameters
        ----------
        parts : tuple
            Everything that a state depends on besides its sample, see :func:`content_of`.
        spikes : SpikeArray
            Samples.
        compute : callable
            Function of a list of indices of samples, which returns an array for each of them.

        Returns
        -------
        states : list of 1-D arrays
            The flattened array of each sample.

        Warns
        -----
        UserWarning
            If new states cannot be written.
        """
        group = content_of(*parts)
        keys = [spikes.digest(i) for i in range(len(spikes))]
        values = self._read(group, keys)
        missing = [i for i, value in enumerate(values) if value is None]
        if missing:
            for i, state in zip(missing, compute(missing), strict=True):
                values[i] = state.dtype.str.encode() + state.tobytes()
            self._write(group, {keys[i]: values[i] for i in missing})
        return [np.frombuffer(value[DTYPE_BYTES:], value[:DTYPE_BYTES]) for value in values]

    def _read(self, group, keys):
        """Return the bytes of entries, or None for each one that is missing or damaged."""
        folder = os.path.join(self._root, group)
        return [_read_entry(f"{folder}{os.sep}{key}", group + key) for key in keys]

    def _write(self, group, entries):
        """Write entries, a dict of key to bytes; warn if the folder cannot be written."""
        folder = os.path.join(self._root, group)
        try:
            for key, value in entries.items():
                os.makedirs(folder, exist_ok=True)  # other processes may remove it
                path = os.path.join(folder, key)
                temporary = f"{path}.{os.urandom(4).hex()}"
                with open(temporary, "wb") as file:
                    file.write(_checksum(group + key, value) + value)
                os.replace(temporary, path)
            self._clear(sum(map(len, entries.values())))
        except OSError as error:
            warnings.warn(
                f"states cannot be cached in Memory.folder={self.folder!r}: {error.strerror}; give "
                "a folder that is writable and has space",
                UserWarning,
                stacklevel=4,
            )

    def _clear(self, n_bytes):
        """Remove the least recently used entries if the folder is too large."""
        root = self._root
        _unscanned[root] = _unscanned.get(root, self.max_bytes) + n_bytes
        if _unscanned[root] < SCAN_SHARE * self.max_bytes:
            return
        _unscanned[root] = 0
        entries = sorted(_entries(root))
        total = sum(size for _, size, _ in entries)
        if total <= self.max_bytes:
            return
        for _, size, path in entries:
            if total <= CLEARED_SHARE * self.max_bytes:
                break
            Path(path).unlink(missing_ok=True)
            total -= size


def _entries(root):
    """Yield time of last use, size and path of every entry; other files are left out."""
    groups = [group.path for group in os.scandir(root) if group.is_dir(follow_symlinks=False)]
    for group in groups:
        for entry in os.scandir(group):
            if not ENTRY.fullmatch(entry.name):
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # another process has removed it
                continue
            yield status.st_mtime_ns, status.st_size, entry.path


def recall(memory, kind, parts, compute):
    """Return the result of a computation from a cache, or compute it.

    Parameters
    ----------
    memory : Memory or None
        Cache; None always computes.
    kind : str
        Name of the computation.
    parts : tuple
        Everything that the result depends on, see :func:`content_of`.
    compute : callable
        Function without arguments, whose result JSON can represent.

    Returns
    -------
    result : object
    """
    if memory is None:
        return compute()
    key = content_of(*parts)
    (entry,) = memory._read(kind, [key])
    if entry is None:
        entry = json.dumps(compute()).encode()
        memory._write(kind, {key: entry})
    return json.loads(entry)


def content_of(*parts: Any) -> Any:
    """Return a hash of numbers, strings, arrays, samples, models and containers of these.

    The code of this package and of the models is part of the hash.
    """
    total = hashlib.blake2b(_code(), digest_size=KEY_BYTES)
    _feed(total, parts)
    return total.hexdigest()


def _feed(total, value):
    """Update a hash with a value."""
    total.update(f"{type(value).__name__} ".encode())
    if isinstance(value, BaseEstimator):
        total.update(_code_of(type(value)).encode())
        value = value.get_params(deep=False)
    elif isinstance(value, SpikeArray):
        value = [value.digest(i) for i in range(len(value))]
    elif hasattr(value, "rvs"):  # a frozen distribution refers to the global random state
        value = (type(value.dist).__name__, value.args, value.kwds)
    elif dataclasses.is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    elif sparse.issparse(value):
        value = (value.shape, value.indptr, value.indices, value.data)
    if isinstance(value, dict):
        value = tuple(sorted(value.items()))
    if isinstance(value, tuple | list):
        total.update(f"{len(value)} ".encode())
        for part in value:
            _feed(total, part)
    elif isinstance(value, np.ndarray) and not value.dtype.hasobject:
        total.update(f"{value.dtype.str} {value.shape} ".encode())
        total.update(hash_kept(value, lambda: _hash_of(value)))
    elif value is None or isinstance(value, str | bytes | int | float):
        total.update(f"{value!r} ".encode())
    else:
        total.update(joblib.hash(value).encode())


def _hash_of(array):
    return hashlib.blake2b(np.ascontiguousarray(array), digest_size=KEY_BYTES).digest()


def _read_entry(path, name):
    """Return the bytes of an entry, or None if it is missing or damaged."""
    try:
        with open(path, "rb") as file:
            content = file.read()
        os.utime(path)  # the time of last use
    except OSError:
        return None
    value = content[KEY_BYTES:]
    return value if content[:KEY_BYTES] == _checksum(name, value) else None


def _checksum(name, value):
    return hashlib.blake2b(value, key=name.encode(), digest_size=KEY_BYTES).digest()


@cache
def _code():
    """Return a hash of the code of this package, the version of numba and the machine type."""
    total = hashlib.blake2b(f"{numba.__version__} {platform.machine()}".encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        total.update(path.read_bytes())
    return total.digest()


@cache
def _code_of(model):
    """Return the name of a class, and the source of its bases outside of this package."""
    source = ""
    for base in model.__mro__:
        if base.__module__.partition(".")[0] not in ("builtins", "sklearn", "lsm"):
            source += _source(base)
    return f"{model.__module__} {model.__qualname__} {source}"


def _source(base):
    """Return the source of a class's module, or of the class, or else a random string."""
    for origin in (inspect.getmodule(base), base):
        try:
            return inspect.getsource(origin)
        except (TypeError, OSError):
            continue
    return os.urandom(KEY_BYTES).hex()  # typed into a console: cached in this process only
