"""Options of the command `lsm`, from the signatures and docstrings of functions."""

import argparse
import inspect
import re
import shlex
import sys
import textwrap
import tomllib
from typing import NamedTuple

from .values import argument, checked, literal

__all__ = [
    "Option",
    "Parser",
    "add_config",
    "add_options",
    "add_settings",
    "describe",
    "documentation",
    "fits",
    "options_of",
    "settings_of",
    "take_options",
    "write_command",
]

TYPES = {"int": int, "float": float, "str": str, "path": str}
METAVARS = {"int": "N", "float": "X", "str": "TEXT", "path": "PATH"}
KINDS = '`int`, `float`, `str`, `list of` these, or choices such as `{"a", "b"}`'


class Option(NamedTuple):
    """An option of the command line, from a parameter of a function and its docstring."""

    name: str
    kind: str
    text: str
    default: object


class Parser(argparse.ArgumentParser):
    """Parser that reports an error in one line."""

    def error(self, message):
        """Print the message and exit with status 2."""
        print(f"lsm: error: {message} (see {self.prog} --help)", file=sys.stderr)
        raise SystemExit(2)


def documentation(text):
    """Return the first line of a docstring, and the docstring up to the parameters."""
    text = inspect.cleandoc(text or "").split("\nParameters\n---")[0]
    return text.partition("\n")[0], text


def describe(function):
    """Return type and description of every parameter in a numpydoc docstring, by name."""
    _, _, section = (inspect.getdoc(function) or "").partition("Parameters\n----------\n")
    section = re.split(r"\n\n[^\n]+\n-{3,}\n", section)[0]
    pattern = r"^\**(\w+) : ([^\n]+)\n((?:[ ]+[^\n]*\n?|\n)+)"
    entries = re.findall(pattern, section + "\n", re.M)
    return {name: (kind, " ".join(textwrap.dedent(text).split())) for name, kind, text in entries}


def options_of(function):
    """Return an option for each parameter of a function that has a default.

    Keyword-only parameters and `random_state` are not options. A ValueError is raised if the
    docstring does not describe a parameter, or gives it an unknown type.
    """
    documented = describe(function)
    options = []
    for name, parameter in inspect.signature(function).parameters.items():
        is_positional = parameter.kind == parameter.POSITIONAL_OR_KEYWORD
        if not is_positional or parameter.default is parameter.empty or name == "random_state":
            continue
        where = f"the docstring of {function.__module__}.{function.__qualname__}"
        if name not in documented:
            raise ValueError(f"{where} must describe the parameter {name}")
        option = Option(name, *documented[name], parameter.default)
        if _conversion(option.kind) is None:
            raise ValueError(f"{where} gives {name} the type {option.kind!r}; it may be {KINDS}")
        options.append(option)
    return options


def add_options(parser, options):
    """Add options to a parser, in the form that their types give.

    `{"a", "b"}` is a choice, `list of int` several values, `int`, `float` and `str` (also
    `int or None`) one value. An option of type `dict of str to ...` may be given several times,
    each time with a name and a value or values.
    """
    for option in options:
        # The description tells what a default of None stands for.
        shown = "" if option.default is None else f" (default: {option.default})"
        form = {"default": option.default, "help": (option.text + shown).replace("%", "%%")}
        flag = f"--{option.name.replace('_', '-')}"
        parser.add_argument(flag, dest=option.name, **form | _conversion(option.kind))


def _conversion(kind):
    """Return the arguments of `add_argument` for a type, or None if the type is unknown."""
    if choices := re.match(r"\{(.+?)\}", kind):
        return {"choices": re.findall(r'"(.+?)"', choices[1])}
    if pairs := re.match(r"dict of str to (\w+)", kind):
        several = pairs[1] == "list"
        shape = {"nargs": "+" if several else 2, "metavar": ("NAME", "VALUE")}
        return {"action": "append", "default": [], **shape}
    listed = re.match(r"list of (\w+)", kind)
    plain = listed[1] if listed else re.match(r"\w*", kind)[0]
    if plain not in TYPES:
        return None
    form = {"type": TYPES[plain], "metavar": METAVARS[plain]}
    return form | ({"nargs": "+"} if listed else {})


def fits(option, value):
    """Return whether a value that was read from a file has the type of an option."""
    form = _conversion(option.kind)
    if _as_list(value) == _as_list(option.default):
        return True
    if "nargs" in form:
        return isinstance(value, list) and all(isinstance(v, _accepted(form)) for v in value)
    if "choices" in form:
        return value in form["choices"]
    return isinstance(value, _accepted(form)) and not isinstance(value, bool)


def _accepted(form):
    return int | float if form["type"] is float else form["type"]


def add_settings(parser):
    """Add the option `--set NAME VALUE`, for parameters of a model by their names."""
    text = "a parameter of the model and its value, such as liquid__neurons__tau_m 30"
    parser.add_argument("--set", dest="set", help=text, **_conversion("dict of str to object"))


def settings_of(pairs):
    """Return the settings that the option `--set` was given, with values as Python literals."""
    return {name: checked(f"set {name}", literal(value)) for name, value in pairs}


def add_config(parser, argv):
    """Add the option `--config FILE` to a parser that has all others.

    The values in the file, which is TOML, become the defaults of the other options. An OSError or a
    ValueError is raised if it cannot be read, or has a key that is not an option.
    """
    known = vars(parser.parse_args([]))
    option = {"metavar": "FILE"}
    alone = Parser(add_help=False)
    alone.add_argument("--config", **option)
    path = alone.parse_known_args(argv)[0].config
    parser.add_argument(
        "--config", **option, help="TOML file of these options by their names, with a table each "
        "for set, vary and between; options on the command line override it",
    )  # fmt: skip
    if path is None:
        return
    with open(path, "rb") as file:
        try:
            content = tomllib.load(file)
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{path} is not valid TOML: {error}") from None
    for key, value in content.items():
        name = key.replace("-", "_")
        if name not in known or isinstance(value, dict) != isinstance(known[name], list):
            allowed = ", ".join(known)
            raise ValueError(f"{path} has {key} = {value!r}, but may have {allowed}")
        if isinstance(value, dict):
            value = [[k, *v] if isinstance(v, list) else [k, v] for k, v in value.items()]
        parser.set_defaults(**{name: value})


def take_options(parsed, options):
    """Remove the values of some options from the parsed ones, and return them by name."""
    values = {}
    for option in options:
        value = parsed.pop(option.name)
        if option.kind.startswith("dict of str to list"):
            value = {key: [literal(text) for text in texts] for key, *texts in value}
        values[option.name] = value
    return values


def write_command(name, options, values):
    """Return the command that runs an experiment, to paste into a shell.

    `values` has values of `options`, and of parameters of the model by their names.
    """
    words = ["lsm", "run", name]
    defaults = {option.name: _as_list(option.default) for option in options}
    for key, value in values.items():
        if key not in defaults:
            words += ["--set", key, argument(value)]
        elif _as_list(value) != defaults[key]:
            words += [f"--{key.replace('_', '-')}", *map(str, _as_list(value))]
    return shlex.join(words)


def _as_list(value):
    return list(value) if isinstance(value, list | tuple) else [value]
