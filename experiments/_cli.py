"""A command-line parser from a function's signature and its numpydoc docstring."""

import argparse
import inspect
import re
import sys
import textwrap

__all__ = ["Parser", "add_options"]

TYPES = {"int": int, "float": float, "str": str}


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message):
        """Print the complaint and exit with status 2."""
        print(f"lsm: error: {message} (see {self.prog} --help)", file=sys.stderr)
        raise SystemExit(2)


def add_options(parser, function):
    """Add an option for each parameter of a function.

    The name and the default come from the signature, the type and the help from the docstring:
    `{"a", "b"}` gives choices, `list of TYPE` several values, `int`, `float` and `str` (also
    `or None`) one value.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        Where the options go.
    function : callable
        A function with a numpydoc docstring that describes every parameter.
    """
    documented = describe(function)
    for name, parameter in inspect.signature(function).parameters.items():
        kind, text = documented[name]
        # A default of None says little: the docstring tells what it stands for.
        if parameter.default is not None:
            text += f" (default: {parameter.default})"
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            default=parameter.default,
            help=text.replace("%", "%%"),
            **_conversion(kind),
        )


def describe(function):
    """Return type and description of every parameter in a numpydoc docstring, by name."""
    section = inspect.getdoc(function).split("Parameters\n----------\n")[1]
    section = re.split(r"\n\n[^\n]+\n-{3,}\n", section)[0]
    entries = re.findall(r"^(\w+) : ([^\n]+)\n((?:[ ]+[^\n]*\n?|\n)+)", section + "\n", re.M)
    return {name: (kind, " ".join(textwrap.dedent(text).split())) for name, kind, text in entries}


def _conversion(kind):
    if choices := re.match(r"\{(.+?)\}", kind):
        return {"choices": re.findall(r'"(.+?)"', choices[1])}
    if listed := re.match(r"list of (\w+)", kind):
        return {"type": TYPES[listed[1]], "nargs": "+", "metavar": listed[1].upper()}
    plain = re.match(r"\w+", kind)[0]
    return {"type": TYPES[plain], "metavar": plain.upper()}
