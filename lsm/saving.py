"""Files of models: written whole, and loaded without running code that the file names.

A file is a zip archive that skops writes: `schema.json` has the tree of objects by the names of
their types, and each array is a file of NumPy. `lsm.json` is the stamp: number of the format, and
versions. The comment of the archive is a checksum of all that comes before it.
"""

import hashlib
import importlib
import io
import json
import math
import os
import platform
import sys
import zipfile
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
from scipy import sparse

from ._files import written
from ._stand_ins import StandIn, with_stand_ins
from ._typing import PathLike

__all__ = ["load", "save"]

FORMAT = 1
STAMP, SCHEMA = "lsm.json", "schema.json"
MARK = b"lsm sha256 "
DIGITS = 64  # of the checksum
REQUIRED = ("numpy", "scipy", "scikit-learn", "numba", "skops")
PACKAGES = ("lsm", "sklearn", "numpy", "scipy")
IMPORTED = ("lsm", "sklearn")  # the modules of the others are there, or not needed
DOING = ("__main__", "conftest", "externals", "tests", "_test", "_build")  # modules that do more
PROTOCOL = 2  # of the oldest skops that has written a file; older nodes are audited less
# Nodes of skops that a file may have. Others call functions, or read without a limit.
NODES = {
    "BytesNode", "ConstructorFromReduceNode", "DictNode", "FunctionNode", "JsonNode", "ListNode",
    "LossNode", "NdArrayNode", "ObjectNode", "SetNode", "TreeNode", "TupleNode", "TypeNode",
}  # fmt: skip
KNOWN = {
    *(f"builtins.{name}" for name in ("bool", "bytes", "complex", "dict", "float", "int", "list")),
    *(f"builtins.{name}" for name in ("object", "set", "str", "tuple")),
    "numpy.ndarray",
}
# Modules of scikit-learn whose functions do nothing but compute.
PURE = ("sklearn.feature_selection.", "sklearn.metrics.", "sklearn.preprocessing.")
# Compiled code of scikit-learn follows the indices in it without a check. So do types that are
# compiled themselves, such as trees, which are not known either.
UNSAFE = {"sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"}


def save(model: Any, path: PathLike) -> None:
    """Write a model to a file, from which :func:`load` restores it without running code.

    The file takes the place of `path` when it is complete. An existing file stays until then, and
    a link is replaced, not followed.

    Parameters
    ----------
    model : object
        Fitted or unfitted estimator: a liquid, a model, an encoder, a readout, a pipeline, a
        search. Also a SpikeArray or arrays, and lists, tuples and dicts of all these.
    path : str or path
        Path of the file, such as "model.skops".

    Raises
    ------
    TypeError
        If a part of the model cannot be saved, such as a lambda. The message names the part.
    ValueError
        If a part contains itself.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np
    >>> import lsm
    >>> X = np.random.default_rng(0).poisson(0.05, (20, 100, 8))
    >>> liquid = lsm.Liquid(50, random_state=0).fit(X)
    >>> with TemporaryDirectory() as folder:
    ...     lsm.save(liquid, f"{folder}/liquid.skops")
    ...     again = lsm.load(f"{folder}/liquid.skops")
    >>> np.array_equal(again.transform(X).toarray(), liquid.transform(X).toarray())
    True
    """
    import skops.io  # takes a second

    copy = with_stand_ins(model, type(model).__name__)
    try:
        with written(path, "wb+") as file:
            buffer = io.BytesIO()
            skops.io.dump(copy, buffer)
            with zipfile.ZipFile(buffer) as given, zipfile.ZipFile(file, "w") as archive:
                archive.writestr(_member(STAMP), json.dumps(_stamp()))
                _copy_numbered(given, archive)
                archive.comment = MARK + DIGITS * b"0"
            checksum = _checksum(file)
            file.seek(-DIGITS, os.SEEK_END)
            file.write(checksum)
    except OSError as error:
        reason = f"cannot save a model: {error.strerror or error}"
        raise OSError(error.errno, reason, os.fspath(path)) from error


def load(path: PathLike, trusted: Sequence[str] = ()) -> Any:
    """Restore a model from a file of :func:`save`.

    No code runs that the file names, so a file of a stranger can be loaded. It may hold objects of
    this package, of scikit-learn, and arrays of NumPy and SciPy. Types of other modules are
    refused unless `trusted` names them: their modules are then imported, which runs their code.

    Parameters
    ----------
    path : str or path
        Path of the file.
    trusted : list of str or type, default=()
        Further types and functions that the file may hold, by names such as "my_models.Leaky".

    Returns
    -------
    model : object
        The model as it was saved: it predicts bit-identically on the same machine and versions.

    Raises
    ------
    ValueError
        If the file was not written by :func:`save`, is damaged, has another format, or holds types
        that are not trusted. The message names the file and the cause.
    OSError
        If the file cannot be read.

    Notes
    -----
    The loaded model acts as its parameters say, which are the author's: `memory`, for instance, is
    a folder to which `transform` writes.
    """
    import skops.io  # takes a second

    trusted = _names_of(trusted)
    path = Path(path)
    if path.exists() and not path.is_file():
        raise ValueError(f"{path} is not a file")
    with open(path, "rb") as file:
        stamp = {}
        try:
            _check_whole(file)
            with zipfile.ZipFile(file) as archive:
                _check_sizes(archive, os.fstat(file.fileno()).st_size)
                stamp = _read_stamp(archive)
                nodes = _audit(archive, json.loads(archive.read(SCHEMA)))
            names = {name for _, name in nodes}
            known = {node for node in nodes if _is_known(*node)}
            others = sorted({name for _, name in nodes - known} - trusted)
            if others:
                raise _Refused(
                    f"holds types that are not known to be safe: {', '.join(others)}. If you trust "
                    f"the author of the file, give their names: trusted={others}"
                )
            return skops.io.load(file, trusted=sorted(names))
        except _Refused as refused:
            raise ValueError(f"{path} {refused}") from None
        except MemoryError:
            raise
        except Exception as error:  # whatever the content makes of it
            raise ValueError(f"{path} {_cause(error, stamp)}") from error


class _Refused(Exception):
    """Reason for which a file is not loaded, as the end of a sentence."""


def _stamp():
    package = "liquid-state-machine"
    versions = {name: version(name) for name in REQUIRED}
    return {
        "package": package, "version": version(package), "format": FORMAT,
        "versions": {"python": platform.python_version(), **versions},
    }  # fmt: skip


def _copy_numbered(given, archive):
    """Copy what skops has written, with numbers for addresses: equal models give equal files.

    An object that occurs once needs no number.
    """
    schema = json.loads(given.read(SCHEMA))
    counts = Counter(node["__id__"] for node in _nodes(schema))
    numbers, names = {}, {}
    for node in _nodes(schema):
        address = node.pop("__id__")
        if counts[address] > 1:
            node["__id__"] = numbers.setdefault(address, len(numbers) + 1)
        if "file" in node:
            name = names.setdefault(node["file"], f"{len(names)}{Path(node['file']).suffix}")
            node["file"] = name
    archive.writestr(_member(SCHEMA), json.dumps(schema, separators=(",", ":")))
    for old, new in names.items():
        archive.writestr(_member(new), given.read(old))


def _member(name):
    """Return a member of an archive without the time of day."""
    member = zipfile.ZipInfo(name)
    member.external_attr = 0o600 << 16
    return member


def _nodes(schema):
    """Yield the nodes of a tree of skops, each a dict."""
    parts = [schema]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            if "__loader__" in part or "__id__" in part:
                yield part
            parts += part.values()
        elif isinstance(part, list):
            parts += part


def _checksum(file):
    """Return the checksum of a file without its last digits."""
    left = file.seek(0, os.SEEK_END) - DIGITS
    file.seek(0)
    total = hashlib.sha256()
    while left > 0:
        block = file.read(min(left, 2**20))
        total.update(block)
        left -= len(block)
    return total.hexdigest().encode()


def _check_whole(file):
    """Refuse a file that was not written by `save`, or that has changed since."""
    length = len(MARK) + DIGITS
    file.seek(-min(length, file.seek(0, os.SEEK_END)), os.SEEK_END)
    end = file.read()
    if not end.startswith(MARK) or len(end) != length:
        raise _Refused("was not written by lsm.save, or is cut short")
    if _checksum(file) != end[len(MARK) :]:
        raise _Refused("is damaged: its checksum is wrong")


def _check_sizes(archive, size):
    """Refuse an archive that is larger in memory than on the disk."""
    members = archive.infolist()
    if len({member.filename for member in members}) < len(members):
        raise _Refused("is damaged: it has two members of one name")
    stored = all(member.compress_type == zipfile.ZIP_STORED for member in members)
    if not stored or sum(member.file_size for member in members) > size:
        raise _Refused("is damaged: its members are larger than the file")


def _read_stamp(archive):
    """Return the stamp of a file of this format."""
    stamp = json.loads(archive.read(STAMP))
    if stamp["format"] != FORMAT:
        raise _Refused(
            f"has format {stamp['format']!r:.20}, written by version {stamp['version']!r:.20} of "
            f"{stamp['package']!r:.50}; this is version {version('liquid-state-machine')}, which "
            f"reads format {FORMAT}: install that version, and fit the model again or load it there"
        )
    versions = ", ".join(map(" ".join, stamp["versions"].items()))
    return {"version": stamp["version"], "versions": versions}


def _audit(archive, schema):
    """Check the tree of objects; return the nodes with names of types and functions in it.

    skops checks types, but neither sizes, nor how often a member is read, nor arguments.
    """
    if not schema["protocol"] >= PROTOCOL:
        raise _Refused("is not a file of lsm.save: it is of an older skops")
    found, readers, nodes = set(), {}, {}
    for node in _nodes(schema):
        loader, name = node["__loader__"], f"{node['__module__']}.{node['__class__']}"
        # skops writes an object as often as it is referred to. A shorter way to refer to one would
        # make a small file large: ten references to ten references to ...
        if "__id__" in node and nodes.setdefault(node["__id__"], node) != node:
            raise _Refused("is not a file of lsm.save: two objects have one number")
        if loader not in NODES:
            raise _Refused(f"is not a file of lsm.save: it has a {loader!r:.50}")
        if name != CALLED.get(loader, name):
            raise _Refused(f"is not a file of lsm.save: it calls {name:.100}")
        reader = node.get("__id__", id(node))
        if "file" in node and readers.setdefault(node["file"], reader) != reader:
            raise _Refused(f"is not a file of lsm.save: it reads {node['file']!r:.50} repeatedly")
        if loader == "NdArrayNode":
            _check_array(archive, node["file"], name)
        if loader == "DictNode":
            _check_keys(node["key_types"]["content"])
        if loader not in ("JsonNode", "LossNode"):  # skops has a list of the losses
            found.add((loader, name))
    return found


# What some nodes call with their content.
CALLED = {
    "ConstructorFromReduceNode": f"{StandIn.__module__}.{StandIn.__name__}",
    "ListNode": "builtins.list",
    "SetNode": "builtins.set",
}


def _check_array(archive, file, name):
    """Refuse a member that is no array, or another one than its size says."""
    with archive.open(file) as member:
        major, _ = np.lib.format.read_magic(member)
        header = getattr(np.lib.format, f"read_array_header_{major}_0")
        shape, _, dtype = header(member)
        there = archive.getinfo(file).file_size - member.tell()
    if name != "numpy.ndarray" or dtype.hasobject or math.prod(shape) * dtype.itemsize != there:
        raise _Refused(f"is not a file of lsm.save: {file!r:.50} is not an array")


def _check_keys(keys):
    if any((key["__module__"], key["__class__"]) != ("builtins", "str") for key in keys):
        raise _Refused("is not a file of lsm.save: it has a key that is not text")


def _is_known(loader, name):
    """Return whether a node has a type or function that is safe in it."""
    module, _, attribute = name.rpartition(".")
    package = module.partition(".")[0]
    if name in KNOWN or package not in PACKAGES:
        return name in KNOWN
    found = _imported(module, package, attribute)
    if isinstance(found, np.ufunc):
        return True
    if isinstance(found, FunctionType):
        return module.startswith(PURE) and found.__module__ == module
    if not isinstance(found, type):
        return False
    if issubclass(found, np.generic | np.ndarray | sparse.sparray | sparse.spmatrix):
        # As an object it would get arrays that nobody has checked.
        return loader == "TypeNode" and not issubclass(found, np.ndarray)
    if not issubclass(found, {"TupleNode": tuple, "DictNode": dict}.get(loader, object)):
        return False
    is_python = str(sys.modules[module].__file__).endswith(".py")
    is_own = package in IMPORTED and found.__module__ == module
    return is_own and is_python and name not in UNSAFE


def _imported(module, package, attribute):
    """Return a member of a module, None if the import of the module may do more than define it."""
    if any(part.startswith(DOING) for part in module.split(".")):
        return None
    if package in IMPORTED:
        with suppress(Exception):
            importlib.import_module(module)
    return getattr(sys.modules.get(module), attribute, None)


def _cause(error, stamp):
    """Describe an error, with the versions that wrote the file."""
    if isinstance(error, ModuleNotFoundError) and error.name.partition(".")[0] not in PACKAGES:
        return (
            f"needs the module {error.name!r}, which Python does not find: install it, or set "
            "PYTHONPATH to its folder"
        )
    by = f" by version {stamp['version']} with {stamp['versions']}" if stamp else ""
    return f"is damaged, or cannot be read as it was written{by}: {type(error).__name__}: {error}"


def _names_of(trusted):
    """Return the names of types that the user trusts."""
    rule = 'trusted must be a list of names of types, such as ["my_models.Leaky"]'
    if isinstance(trusted, str | type) or not hasattr(trusted, "__iter__"):
        raise TypeError(f"{rule}, got {trusted!r:.80}")
    names = set()
    for one in trusted:
        if not isinstance(one, str | type | FunctionType):
            raise TypeError(f"{rule}, got {one!r:.80} in it")
        names.add(one if isinstance(one, str) else f"{one.__module__}.{one.__name__}")
    return names
