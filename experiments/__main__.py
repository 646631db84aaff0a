"""The command `lsm`."""

import importlib
import inspect
import os
import pkgutil
import sys

from ._cli import Parser, add_options

__all__ = ["main"]

INTERRUPTED = 130  # 128 and the number of SIGINT, as shells have it


def main(argv=None):
    """Run the command `lsm`.

    Parameters
    ----------
    argv : list of str, optional
        Arguments; by default those of the process.

    Returns
    -------
    status : int
        Exit status: 0, 2 after an error, 130 after an interrupt.
    """
    argv = sys.argv[1:] if argv is None else list(argv)
    options = vars(_parser(argv).parse_args(argv))
    debug, run = options.pop("debug", False), options.pop("run", None)
    try:
        if run is None:
            return _list()
        run(**options)
    except KeyboardInterrupt:
        print("\nlsm: interrupted, nothing is kept", file=sys.stderr)
        return INTERRUPTED
    # What bad input, a full disk or a missing part raises; anything else is a bug and is shown.
    except (ValueError, TypeError, OSError, ImportError, RuntimeError, MemoryError) as error:
        if debug:
            raise
        print(f"lsm: error: {_one_line(error)}", file=sys.stderr)
        return 2
    return 0


def experiments():
    """Return the names of all experiments, as the command line has them."""
    names = [module.name for module in pkgutil.iter_modules([os.path.dirname(__file__)])]
    return sorted(name.replace("_", "-") for name in names if not name.startswith("_"))


def _module(name):
    return importlib.import_module(f".{name.replace('-', '_')}", __package__)


def _parser(argv):
    parser = Parser(prog="lsm", description="Liquid state machines: run an experiment.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    commands.add_parser("list", help="list the experiments")
    run = commands.add_parser("run", help="run an experiment and write a folder of results")
    names = run.add_subparsers(metavar="NAME", required=True, parser_class=Parser)
    for name in experiments():
        summary, description = _documentation(name) if name in argv else (None, None)
        options = names.add_parser(name, help=summary, description=description)
        if summary:  # importing the others would only cost time
            add_options(options, _module(name).run)
            options.add_argument("--debug", action="store_true", help="show the traceback")
            options.set_defaults(run=_module(name).run)
    return parser


def _documentation(name):
    text = inspect.getdoc(_module(name).run).split("\nParameters\n---")[0]
    return text.splitlines()[0], text


def _list():
    for name in experiments():
        print(f"{name:20s}{_documentation(name)[0]}")
    return 0


def _one_line(error):
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        text = " ".join(filter(None, [error.strerror, error.filename and f"({error.filename})"]))
    return text


if __name__ == "__main__":
    raise SystemExit(main())
