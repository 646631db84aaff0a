"""What liquids have computed before, kept in a folder."""

import dataclasses
import hashlib
import inspect
import json
import os
import platform
import re
import warnings
from functools import cache
from pathlib import Path

import joblib
import numba
import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator

from ._validation import check_integer
from .spikes import SpikeArray

__all__ = ["Memory", "content_of"]

KEY_BYTES = 16
DTYPE_BYTES = len(np.dtype(np.float32).str)
ENTRY = re.compile("[0-9a-f]{32}([.][0-9a-f]{8})?")  # the latter while it is being written
# The folder is looked through again when this share of its bound may be new, and then cleared
# to a little below it: looking at every entry for every new one would take too long.
SHARE_UNSEEN, SHARE_LEFT = 1 / 20, 9 / 10

# Bytes that this process has written to each folder since it last looked through it.
_unseen = {}


class Memory(BaseEstimator):
    """A folder where liquids keep the states of samples, so that each is computed once.

    An entry is found by the content of the sample, by everything else that the state depends on
    (the network as drawn and scaled, what is read when, the precision), and by the code of this
    package and of the models. So whatever shares a liquid and a sample shares its state: folds,
    settings of a readout, runs of a search, other processes.

    An entry is written under another name, then renamed, and it is believed only if its checksum
    holds: what was damaged, or half written when a process was killed, is computed again. Any
    number of processes may share a folder. Two that need the same state at the same moment both
    compute it, and agree.

    Parameters
    ----------
    folder : str or path
        Where entries are kept; it is made when needed. Best on a disk of this machine.
    max_bytes : int, default=2**30
        Size of all entries beyond which those that were not used for longest are removed. Each
        process may exceed it by a twentieth for a while.

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

    def __init__(self, folder, max_bytes=2**30):
        self.folder = folder
        self.max_bytes = max_bytes

    def check(self):
        """Raise an error if a parameter is outside its meaning or the folder cannot be made."""
        if not isinstance(self.folder, str | os.PathLike) or not os.fspath(self.folder):
            raise TypeError(f"Memory.folder must be the path of a folder, got {self.folder!r}")
        check_integer("Memory.max_bytes", self.max_bytes, 1)
        try:
            os.makedirs(self._root, exist_ok=True)
        except OSError as error:
            message = f"Memory.folder cannot be made: {error.strerror}"
            raise OSError(error.errno, message, self._root) from None

    @property
    def _root(self):
        return os.path.join(os.path.abspath(os.path.expanduser(self.folder)), "lsm")

    def states(self, parts, spikes, compute):
        """Return what a liquid makes of samples, and compute it only where it is not kept.

        Parameters
        ----------
        parts : tuple
            All that it depends on beside the sample, see :func:`content_of`.
        spikes : SpikeArray
            The samples.
        compute : callable
            Takes a list of indices of samples and returns an array for each of them.

        Returns
        -------
        states : list of arrays
            The arrays, flat.
        """
        group = content_of(*parts)
        keys = [spikes.digest(i) for i in range(len(spikes))]
        values = self.read(group, keys)
        missing = [i for i, value in enumerate(values) if value is None]
        if missing:
            for i, state in zip(missing, compute(missing), strict=True):
                values[i] = state.dtype.str.encode() + state.tobytes()
            self.write(group, {keys[i]: values[i] for i in missing})
        return [np.frombuffer(value[DTYPE_BYTES:], value[:DTYPE_BYTES]) for value in values]

    def recall(self, kind, parts, compute):
        """Return the result of an earlier computation on the same parts, or compute it.

        Parameters
        ----------
        kind : str
            Name of the computation.
        parts : tuple
            All that the result depends on, see :func:`content_of`.
        compute : callable
            Returns a dict that JSON can hold.

        Returns
        -------
        result : dict
        """
        key = content_of(*parts)
        (kept,) = self.read(kind, [key])
        if kept is None:
            kept = json.dumps(compute()).encode()
            self.write(kind, {key: kept})
        return json.loads(kept)

    def read(self, group, keys):
        """Return the bytes of entries, None where there is none to believe."""
        folder = os.path.join(self._root, group)
        return [_read(f"{folder}{os.sep}{key}", group + key) for key in keys]

    def write(self, group, entries):
        """Keep entries, a dict of key to bytes; a folder that takes none is warned of."""
        folder = os.path.join(self._root, group)
        try:
            for key, value in entries.items():
                os.makedirs(folder, exist_ok=True)  # another process may have removed it
                path = os.path.join(folder, key)
                temporary = f"{path}.{os.urandom(4).hex()}"
                with open(temporary, "wb") as file:
                    file.write(_checksum(group + key, value) + value)
                os.replace(temporary, path)
            self._clear(sum(map(len, entries.values())))
        except OSError as error:
            warnings.warn(
                f"states are not kept in Memory.folder={self.folder!r}: {error.strerror}",
                UserWarning,
                stacklevel=4,
            )

    def _clear(self, n_bytes):
        """Remove the entries that were not used for longest, if the folder may be too large."""
        root = self._root
        _unseen[root] = _unseen.get(root, self.max_bytes) + n_bytes
        if _unseen[root] < SHARE_UNSEEN * self.max_bytes:
            return
        _unseen[root] = 0
        entries = sorted(_entries(root))
        total = sum(size for _, size, _ in entries)
        if total <= self.max_bytes:
            return
        for _, size, path in entries:
            if total <= SHARE_LEFT * self.max_bytes:
                break
            Path(path).unlink(missing_ok=True)
            total -= size


def _entries(root):
    """Yield time of last use, size and path of every entry, and of nothing else in the folder."""
    groups = [group.path for group in os.scandir(root) if group.is_dir(follow_symlinks=False)]
    for group in groups:
        for entry in os.scandir(group):
            if not ENTRY.fullmatch(entry.name):
                continue
            try:
                facts = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # another process was faster
                continue
            yield facts.st_mtime_ns, facts.st_size, entry.path


def content_of(*parts):
    """Return a hash of numbers, strings, arrays, samples, models, and containers of these."""
    total = hashlib.blake2b(_code(), digest_size=KEY_BYTES)
    _feed(total, parts)
    return total.hexdigest()


def _feed(total, value):
    total.update(f"{type(value).__name__} ".encode())
    if isinstance(value, BaseEstimator):
        total.update(_code_of(type(value)).encode())
        value = value.get_params(deep=False)
    elif isinstance(value, SpikeArray):
        value = [value.digest(i) for i in range(len(value))]
    elif hasattr(value, "rvs"):  # a frozen distribution, which holds the global random state
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
        total.update(np.ascontiguousarray(value))
    elif value is None or isinstance(value, str | bytes | int | float):
        total.update(f"{value!r} ".encode())
    else:
        total.update(joblib.hash(value).encode())


def _read(path, name):
    try:
        with open(path, "rb") as file:
            content = file.read()
        os.utime(path)  # used now
    except OSError:
        return None
    value = content[KEY_BYTES:]
    return value if content[:KEY_BYTES] == _checksum(name, value) else None


def _checksum(name, value):
    return hashlib.blake2b(value, key=name.encode(), digest_size=KEY_BYTES).digest()


@cache
def _code():
    """Return a hash of all of this package's code, and of what compiles it."""
    total = hashlib.blake2b(f"{numba.__version__} {platform.machine()}".encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        total.update(path.read_bytes())
    return total.digest()


@cache
def _code_of(model):
    """Return name and source of a class, whose module may lie outside this package."""
    source = ""
    for base in model.__mro__:
        if base.__module__.partition(".")[0] not in ("builtins", "sklearn", "lsm"):
            source += _source(base)
    return f"{model.__module__} {model.__qualname__} {source}"


def _source(base):
    for thing in (inspect.getmodule(base), base):
        try:
            return inspect.getsource(thing)
        except (TypeError, OSError):
            continue
    return os.urandom(KEY_BYTES).hex()  # typed in by hand: remembered in this process only
