"""Values of settings: Python literals on the command line, and the same values in JSON."""

import ast
import math
import re

import numpy as np

__all__ = ["argument", "checked", "decode", "encode", "literal", "shown", "word", "write_literal"]

LITERAL = "literal"


def literal(text):
    """Return the Python literal that a text is, or else the text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def write_literal(value):
    """Write a value as a Python literal, which is the same in every process."""
    if isinstance(value, float) and math.isinf(value):
        return "1e999" if value > 0 else "-1e999"
    if isinstance(value, dict):
        pairs = (f"{write_literal(key)}: {write_literal(part)}" for key, part in value.items())
        return f"{{{', '.join(pairs)}}}"
    if type(value) in (list, tuple, set) and value:
        parts = [write_literal(part) for part in value]
        if isinstance(value, set):
            return f"{{{', '.join(sorted(parts))}}}"
        text = ", ".join(parts)
        return f"[{text}]" if isinstance(value, list) else f"({text}{',' * (len(value) == 1)})"
    return repr(value)


def word(value):
    """Write a value so that :func:`literal` reads the same from it: most texts as they are."""
    is_plain = isinstance(value, str) and literal(value) == value
    return value if is_plain else write_literal(value)


def argument(value):
    """Write a value as a word of a command, which must not look like an option."""
    text = word(value)
    if text.startswith("-") and not re.fullmatch(r"-\d+|-\d*\.\d+", text):
        return f"({write_literal(value)})"
    return text


def checked(name, value):
    """Return the value of a setting without NumPy's types; a ValueError is raised for an object.

    The value must be a Python literal, or it could not be written down for another process.
    """
    value = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
    text = write_literal(value)
    if isinstance(literal(text), str) and not isinstance(value, str):
        raise ValueError(
            f"{name} must be a number, a text, None, or a list or dict of these, got {text:.80}"
        )
    return value


def encode(value):
    """Return a value as JSON holds it: the value itself, or an object with its literal."""
    return value if _is_json(value) else {LITERAL: write_literal(value)}


def decode(value):
    """Return the value that :func:`encode` was given."""
    return literal(shown(value)) if _is_encoded(value) else value


def shown(value):
    """Return a value of :func:`encode` for a reader: a literal as its text."""
    return value[LITERAL] if _is_encoded(value) else value


def _is_encoded(value):
    return isinstance(value, dict) and list(value) == [LITERAL] and isinstance(value[LITERAL], str)


def _is_json(value):
    if isinstance(value, dict):
        texts = all(isinstance(key, str) for key in value)
        return texts and not _is_encoded(value) and all(map(_is_json, value.values()))
    if isinstance(value, list):
        return all(map(_is_json, value))
    if type(value) is float:
        return math.isfinite(value)
    return value is None or type(value) in (bool, int, str)
