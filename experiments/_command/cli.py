"""A command-line parser from a function's signature and its numpydoc docstring."""

import argparse
import ast
import inspect
import re
import sys
import textwrap
import tomllib

__all__ = ["Parser", "add_config", "add_options", "describe", "literal", "take_options"]

TYPES = {"int": int, "float": float, "str": str, "path": str}


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message):
        """Print the complaint and exit with status 2."""
        print(f"lsm: error: {message} (see {self.prog} --help)", file=sys.stderr)
        raise SystemExit(2)


def add_options(parser, function, leave_out=()):
    """Add an option for each parameter of a function.

    The name and the default come from the signature, the type and the help from the docstring:
    `{"a", "b"}` gives choices, `list of TYPE` several values, `int`, `float` and `str` (also
    `or None`) one value; `dict of str to ...` may be given several times, each time a name and a
    value, and so may `**settings`, as `--set NAME VALUE`.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        Where the options go.
    function : callable
        A function with a numpydoc docstring that describes every parameter.
    leave_out : collection of str
        Parameters that get no option.
    """
    documented = describe(function)
    for name, parameter in inspect.signature(function).parameters.items():
        if name in leave_out:
            continue
        kind, text = documented[name]
        option, default = f"--{name.replace('_', '-')}", parameter.default
        if parameter.kind == parameter.VAR_KEYWORD:
            name, option, default, kind = "set", "--set", None, "dict of str to object"
        # A default of None says little: the docstring tells what it stands for.
        if default is not None:
            text += f" (default: {default})"
        conversion = {"default": default, "help": text.replace("%", "%%")} | _conversion(kind)
        parser.add_argument(option, dest=name, **conversion)


def _conversion(kind):
    if choices := re.match(r"\{(.+?)\}", kind):
        return {"choices": re.findall(r'"(.+?)"', choices[1])}
    if pairs := re.match(r"dict of str to (\w+)", kind):
        several = pairs[1] == "list"
        shape = {"nargs": "+" if several else 2, "metavar": ("NAME", "VALUE")}
        return {"action": "append", "default": [], **shape}
    if listed := re.match(r"list of (\w+)", kind):
        return {"type": TYPES[listed[1]], "nargs": "+", "metavar": listed[1].upper()}
    plain = re.match(r"\w+", kind)[0]
    return {"type": TYPES[plain], "metavar": plain.upper()}


def add_config(parser, argv):
    """Add an option `--config FILE`, a TOML file of the other options.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        A parser that has all other options; what the file says becomes their defaults.
    argv : list of str
        The command line.

    Raises
    ------
    OSError, ValueError
        If the file cannot be read, or names what is no option.
    """
    known = vars(parser.parse_args([]))
    option = {"metavar": "FILE"}
    alone = Parser(add_help=False)
    alone.add_argument("--config", **option)
    path = alone.parse_known_args(argv)[0].config
    parser.add_argument(
        "--config", **option, help="TOML file of these options by their names, with a table each "
        "for set, vary and between; what stands on the command line goes before it",
    )  # fmt: skip
    if path is None:
        return
    with open(path, "rb") as file:
        try:
            content = tomllib.load(file)
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{path} is no TOML: {error}") from None
    for key, value in content.items():
        name = key.replace("-", "_")
        if name not in known or isinstance(value, dict) != isinstance(known[name], list):
            allowed = ", ".join(known)
            raise ValueError(f"{path} has {key} = {value!r}, but may have {allowed}")
        if isinstance(value, dict):
            value = [[k, *v] if isinstance(v, list) else [k, v] for k, v in value.items()]
        parser.set_defaults(**{name: value})


def take_options(options, function):
    """Take the arguments of a function out of parsed options; `**settings` are spread."""
    taken, kinds = {}, describe(function)
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind == parameter.VAR_KEYWORD:
            taken |= {key: literal(value) for key, value in options.pop("set", [])}
        elif name in options:
            value = options.pop(name)
            if kinds[name][0].startswith("dict of str to list"):
                value = {key: [literal(text) for text in texts] for key, *texts in value}
            taken[name] = value
    return taken


def literal(text):
    """Return the Python literal that a text is, or else the text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def describe(function):
    """Return type and description of every parameter in a numpydoc docstring, by name."""
    section = inspect.getdoc(function).split("Parameters\n----------\n")[1]
    section = re.split(r"\n\n[^\n]+\n-{3,}\n", section)[0]
    pattern = r"^\**(\w+) : ([^\n]+)\n((?:[ ]+[^\n]*\n?|\n)+)"
    entries = re.findall(pattern, section + "\n", re.M)
    return {name: (kind, " ".join(textwrap.dedent(text).split())) for name, kind, text in entries}
