"""The command `lsm`: run, sweep, inspect and report."""

import sys

from ._command_line import (
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
from ._study.experiment import Experiment, experiment_names

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
    try:
        parsed = vars(_parser(argv).parse_args(argv))
        for name in ("debug", "config"):
            parsed.pop(name, None)
        parsed.pop("command")(**parsed)
    except KeyboardInterrupt as interrupt:
        left = str(interrupt) or "no results are kept"
        print(f"\nlsm: interrupted, {left}", file=sys.stderr)
        return INTERRUPTED
    # Errors of invalid input, a full disk or a missing part; any other error is a bug and is shown.
    except (ValueError, TypeError, OSError, ImportError, RuntimeError, MemoryError) as error:
        if debug:
            raise
        print(f"lsm: error: {_one_line(error)}", file=sys.stderr)
        return 2
    return 0


def _parser(argv):
    """Return the parser of all commands; those that `argv` does not name have no options."""
    parser = Parser(prog="lsm", description="Experiments with liquid state machines.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    listed = commands.add_parser("list", help="list the experiments")
    listed.set_defaults(command=_list)
    command, subject = [*argv, "", ""][:2]
    for name, add, text in (
        ("run", _add_run, "run an experiment and write a folder of results"),
        ("sweep", _add_sweep, "search over the parameters of an experiment's model"),
    ):
        names = commands.add_parser(name, help=text).add_subparsers(
            metavar="NAME", required=True, parser_class=Parser
        )
        chosen = subject if name == command else ""
        for experiment in [*experiment_names(), *([chosen] if chosen.endswith(".py") else [])]:
            if experiment == chosen:
                add(names, Experiment(experiment), argv)
            else:  # its import would only take time
                names.add_parser(experiment)
    _add_report(commands, command)
    _add_inspect(commands, command, subject)
    return parser


def _add_run(names, experiment, argv):
    from ._study.run import common_options, run  # slow to import, and not always used

    parser = _add_command(names, experiment.name, experiment.summary, experiment.description)
    common = common_options(experiment)
    _add_experiment(parser, experiment)
    add_options(parser.add_argument_group("options of every experiment"), common)

    def command(**parsed):
        given = take_options(parsed, common)
        run(experiment.name, _take_experiment(parsed, experiment), **given)

    parser.set_defaults(command=command)


def _add_sweep(names, experiment, argv):
    from ._study.run import SEED
    from ._sweep import sweep  # slow to import, and not always used

    parser = _add_command(names, experiment.name, *documentation(sweep.__doc__))
    options = [option for option in options_of(sweep) if option.name != "options"]
    add_options(parser, options)
    group = parser.add_argument_group("options of the experiment")
    _add_experiment(group, experiment, [SEED])
    add_config(parser, argv)

    def command(**parsed):
        given = take_options(parsed, options)
        sweep(experiment.name, _take_experiment(parsed, experiment, [SEED]), **given)

    parser.set_defaults(command=command)


def _add_report(commands, command):
    if command != "report":  # its import would only take time
        commands.add_parser("report", help="write a web page about a run or a sweep")
        return
    from ._report import report

    parser = _add_command(commands, "report", *documentation(report.__doc__))
    parser.add_argument("folder", help=describe(report)["folder"][1])
    add_options(parser, options_of(report))
    parser.set_defaults(command=report)


def _add_inspect(commands, command, subject):
    if command != "inspect":  # its import would only take time
        commands.add_parser("inspect", help="measure a liquid, with advice on what to change")
        return
    from ._inspect import inspect, is_experiment
    from ._study.run import SEED

    parser = _add_command(commands, "inspect", *documentation(inspect.__doc__))
    parser.add_argument("subject", help=describe(inspect)["subject"][1])
    add_options(parser, [option for option in options_of(inspect) if option.name == "data"])
    experiment = Experiment(subject) if is_experiment(subject) else None
    if experiment is not None:
        group = parser.add_argument_group("options of the experiment")
        _add_experiment(group, experiment, [SEED])

    def command(subject, data, **parsed):
        options = _take_experiment(parsed, experiment, [SEED]) if experiment else None
        inspect(subject, options, data)

    parser.set_defaults(command=command)


def _add_command(names, name, summary, description):
    parser = names.add_parser(name, help=summary, description=description)
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return parser


def _add_experiment(parser, experiment, more=()):
    """Add the options of an experiment, and `--set` for parameters of its model."""
    add_options(parser, [*experiment.options, *more])
    if experiment.takes_settings:
        add_settings(parser)


def _take_experiment(parsed, experiment, more=()):
    """Remove the options of an experiment and the settings of its model, and return them."""
    options = take_options(parsed, [*experiment.options, *more])
    return options | settings_of(parsed.pop("set", []))


def _list():
    for name in experiment_names():
        print(f"{name:20s}{Experiment(name).summary}")


def _one_line(error):
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        text = " ".join(filter(None, [error.strerror, error.filename and f"({error.filename})"]))
    return text


if __name__ == "__main__":
    raise SystemExit(main())
