"""Our own JSON files: written complete, and read with a check of their names and types."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lsm._files import written

__all__ = [
    "INTEGER",
    "NUMBER",
    "OBJECT",
    "TEXT",
    "Kind",
    "check",
    "choice",
    "dict_of",
    "list_of",
    "optional",
    "plain",
    "read_json",
    "write_json",
]

MAX_DEPTH = 50  # of lists and objects in each other


class Kind(NamedTuple):
    """Allowed kind of a value in a file: its description, and a function that checks a value."""

    words: str
    holds: Callable


TEXT = Kind("a text", lambda value: isinstance(value, str))
INTEGER = Kind("an integer", lambda value: type(value) is int and abs(value) < 2**63)
NUMBER = Kind("a number", lambda value: type(value) in (int, float))
OBJECT = Kind("an object", lambda value: isinstance(value, dict))


def choice(*values):
    """Return the kind of one of some texts."""
    return Kind(" or ".join(map(repr, values)), lambda value: value in values)


def list_of(kind):
    """Return the kind of a list whose elements are of a kind."""
    return Kind(
        f"a list of which each element is {kind.words}",
        lambda value: isinstance(value, list) and all(map(kind.holds, value)),
    )


def dict_of(kind):
    """Return the kind of an object whose values are of a kind."""
    return Kind(
        f"an object of which each value is {kind.words}",
        lambda value: isinstance(value, dict) and all(map(kind.holds, value.values())),
    )


def optional(kind):
    """Return the kind of a value that may be null or missing."""
    return Kind(f"{kind.words} or null", lambda value: value is None or kind.holds(value))


def read_json(path, kinds):
    """Read an object from a file of :func:`write_json`.

    Parameters
    ----------
    path : str or path
        Path of the file.
    kinds : dict of str to Kind
        Names that the object must have, and the kinds of their values. It may have more names.

    Returns
    -------
    content : dict

    Raises
    ------
    ValueError
        If the file is damaged, or not of these names and kinds. The message names the file.
    """
    path = Path(path)
    if path.exists() and not path.is_file():
        raise ValueError(f"{path} is not a file")
    text = path.read_bytes()
    try:
        content = json.loads(
            text, parse_constant=_finite, parse_float=_finite, parse_int=_finite_integer
        )
        _check_depth(content, MAX_DEPTH)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is damaged: {error}") from None
    check(path, content, kinds)
    return content


def check(path, content, kinds):
    """Raise a ValueError if content is no object, lacks a name or has a value of another kind."""
    there = content if isinstance(content, dict) else {}
    missing = [name for name in kinds if name not in there and not kinds[name].holds(None)]
    if missing or there is not content:
        lacks = f"it has no {', '.join(missing)}" if missing else "it is no object"
        raise ValueError(f"{path} is not of a run or a sweep: {lacks}")
    for name, kind in kinds.items():
        if not kind.holds(content.get(name)):
            got = f"must be {kind.words}, got {content[name]!r:.50}"
            raise ValueError(f"{path} is damaged, or of another version: {name} {got}")


def _finite(text):
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text:.50} is not a finite number")
    return number


def _finite_integer(text):
    _finite(text)
    return int(text)


def _check_depth(value, left):
    if left == 0:
        raise ValueError(f"more than {MAX_DEPTH} lists and objects in each other")
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return
    for part in value:
        _check_depth(part, left - 1)


def write_json(path, content, indent=2):
    """Write a dict as JSON: arrays become lists, and numbers that are not finite become null.

    An object that JSON does not know becomes a text.
    """
    text = json.dumps(plain(content), indent=indent, allow_nan=False, default=repr)
    with written(path) as file:
        file.write(text + "\n")


def plain(value):
    """Return a value in types of JSON."""
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value
