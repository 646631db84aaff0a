"""The command `lsm`: run, sweep, report, watch and inspect."""

import importlib.metadata
import sys

from ._command.modules import experiment_names, is_file
from ._command.options import (
    Parser,
    add_config,
    add_options,
    add_settings,
    describe,
    documentation,
    options_of,
    settings_of,
    take_options,
)
from ._command.streams import interruptible, standard_streams
from ._study.experiment import Experiment

__all__ = ["main"]

INTERRUPTED = 130  # 128 and the number of SIGINT, as in shells


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
    debug = "--debug" in argv
    with standard_streams() as output, interruptible():
        try:
            parsed = vars(_parser(argv).parse_args(argv))
            for name in ("debug", "config"):
                parsed.pop(name, None)
            parsed.pop("command")(**parsed)
            output.check()
        except KeyboardInterrupt as interrupt:
            kept = "; ".join(_notes(interrupt)) or "no results are kept"
            print(f"\nlsm: interrupted, {kept}", file=sys.stderr)
            return INTERRUPTED
        # Errors of invalid input, a full disk or a missing part; any other error is a bug.
        except (ValueError, TypeError, OSError, ImportError, RuntimeError, MemoryError) as error:
            if debug:
                raise
            print(f"lsm: error: {'; '.join([_one_line(error), *_notes(error)])}", file=sys.stderr)
            return 2
        return 0


def _parser(argv):
    """Return the parser of all commands, with the options of the one that `argv` names."""
    parser = Parser(prog="lsm", description="Experiments with liquid state machines.")
    version = importlib.metadata.version("liquid-state-machine")
    parser.add_argument("--version", action="version", version=f"lsm {version}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    command, subject = [*argv, "", ""][:2]
    for name, (text, add) in COMMANDS.items():
        one = commands.add_parser(name, help=text)
        if name == command:  # the imports of the others would only take time
            one.set_defaults(command=add(one, subject, argv))
    return parser


def _add_list(parser, subject, argv):
    def command():
        for name in experiment_names():
            print(f"{name:20s}{Experiment(name).summary}")

    return command


def _add_run(parser, subject, argv):
    from ._study.run import common_options, run

    experiment, parser = _add_names(parser, subject)
    if experiment is None:
        return None
    _describe(parser, experiment.description)
    common = common_options(experiment)
    _add_experiment(parser, experiment)
    add_options(parser.add_argument_group("options of every experiment"), common)

    def command(**parsed):
        given = take_options(parsed, common)
        run(subject, _take_experiment(parsed, experiment), **given)

    return command


def _add_sweep(parser, subject, argv):
    from ._study.run import SEED
    from ._sweep import sweep

    experiment, parser = _add_names(parser, subject)
    if experiment is None:
        return None
    _describe(parser, sweep.__doc__)
    options = [option for option in options_of(sweep) if option.name != "options"]
    add_options(parser, options)
    group = parser.add_argument_group("options of the experiment")
    _add_experiment(group, experiment, [SEED])
    add_config(parser, argv)

    def command(**parsed):
        given = take_options(parsed, options)
        sweep(subject, _take_experiment(parsed, experiment, [SEED]), **given)

    return command


def _add_report(parser, subject, argv):
    from ._report import report

    _describe(parser, report.__doc__)
    parser.add_argument("folder", help=describe(report)["folder"][1])
    add_options(parser, options_of(report))
    return report


def _add_inspect(parser, subject, argv):
    from ._inspect import inspect

    return _add_subject(parser, subject, inspect)


def _add_watch(parser, subject, argv):
    from ._watch import watch

    return _add_subject(parser, subject, watch)


def _add_subject(parser, subject, function):
    """Add the options of a command whose subject may be an experiment, a folder or a file."""
    from ._study.run import SEED
    from ._study.subject import is_experiment

    _describe(parser, function.__doc__)
    parser.add_argument("subject", help=describe(function)["subject"][1])
    own = [option for option in options_of(function) if option.name != "options"]
    add_options(parser, own)
    experiment = Experiment(subject) if is_experiment(subject) else None
    if experiment is not None:
        group = parser.add_argument_group("options of the experiment")
        _add_experiment(group, experiment, [SEED])

    def command(subject, **parsed):
        given = take_options(parsed, own)
        options = _take_experiment(parsed, experiment, [SEED]) if experiment else None
        function(subject, options, **given)

    return command


def _add_names(parser, chosen):
    """Add a parser for each experiment; return the chosen one, and its parser."""
    listed = experiment_names()
    names = parser.add_subparsers(
        metavar="NAME", required=True, parser_class=Parser, help="an experiment of the package, or "
        "the file of your own, such as mine.py; its options are in the help after its NAME",
    )  # fmt: skip
    parsers = {name: names.add_parser(name, help="") for name in listed}  # `lsm list` has more
    if chosen not in listed and not is_file(chosen):
        return None, None
    return Experiment(chosen), parsers.get(chosen) or names.add_parser(chosen)


def _describe(parser, docstring):
    parser.description = documentation(docstring)[1]
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")


def _add_experiment(parser, experiment, more=()):
    """Add the options of an experiment, and `--set` for parameters of its model."""
    add_options(parser, [*experiment.options, *more])
    if experiment.takes_settings:
        add_settings(parser)


def _take_experiment(parsed, experiment, more=()):
    """Remove the options of an experiment and the settings of its model, and return them."""
    options = take_options(parsed, [*experiment.options, *more])
    return options | settings_of(parsed.pop("set", []))


COMMANDS = {
    "list": ("list the experiments", _add_list),
    "run": ("run an experiment and write a folder of results", _add_run),
    "sweep": ("search over the parameters of an experiment's model", _add_sweep),
    "report": ("write a web page about a run or a sweep", _add_report),
    "watch": ("write a web page on which one watches a liquid", _add_watch),
    "inspect": ("measure a liquid, with advice on what to change", _add_inspect),
}


def _notes(error):
    """Return the notes of an error, such as the folder in which results were kept."""
    return getattr(error, "__notes__", [])


def _one_line(error):
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        text = " ".join(filter(None, [error.strerror, error.filename and f"({error.filename})"]))
    return text


if __name__ == "__main__":
    raise SystemExit(main())
