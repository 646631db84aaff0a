"""The command `lsm`."""

import sys

from ._command.cli import Parser, add_config, add_options, describe, take_options
from ._command.modules import documentation, experiments, load

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
    debug = "--debug" in argv
    try:
        options = vars(_parser(argv).parse_args(argv))
        for name in ("debug", "config"):
            options.pop(name, None)
        options.pop("command")(**options)
    except KeyboardInterrupt as interrupt:
        left = str(interrupt) or "nothing is kept"
        print(f"\nlsm: interrupted, {left}", file=sys.stderr)
        return INTERRUPTED
    # What bad input, a full disk or a missing part raises; anything else is a bug and is shown.
    except (ValueError, TypeError, OSError, ImportError, RuntimeError, MemoryError) as error:
        if debug:
            raise
        print(f"lsm: error: {_one_line(error)}", file=sys.stderr)
        return 2
    return 0


def _parser(argv):
    parser = Parser(prog="lsm", description="Liquid state machines: experiments.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    listed = commands.add_parser("list", help="list the experiments")
    listed.set_defaults(command=_list)
    for name, add, text in (
        ("run", _add_run, "run an experiment and write a folder of results"),
        ("sweep", _add_sweep, "search over the parameters of an experiment's model"),
    ):
        names = commands.add_parser(name, help=text).add_subparsers(
            metavar="NAME", required=True, parser_class=Parser
        )
        chosen = argv[1] if argv[:1] == [name] and len(argv) > 1 else ""
        for experiment in [*experiments(), *([chosen] if chosen.endswith(".py") else [])]:
            if experiment == chosen:
                add(names, experiment, argv)
            else:  # importing it would only cost time
                names.add_parser(experiment)
    _add_report(commands, argv)
    _add_inspect(commands, argv)
    return parser


def _add_run(names, experiment, argv):
    run = load(experiment).run
    options = _add_command(names, experiment, run)
    add_options(options, run)
    options.set_defaults(command=lambda **options: run(**take_options(options, run)))


def _add_sweep(names, experiment, argv):
    from ._sweep import sweep  # slow to import, and not always used

    run = load(experiment).run
    options = _add_command(names, experiment, sweep)
    add_options(options, sweep, leave_out=("experiment", "options"))
    add_options(options.add_argument_group("options of the experiment"), run, ("jobs", "out"))
    add_config(options, argv)

    def command(**options):
        ours = take_options(options, sweep)  # jobs and out are not those of each run
        sweep(experiment, take_options(options, run), **ours)

    options.set_defaults(command=command)


def _add_report(commands, argv):
    if argv[:1] != ["report"]:  # importing it would only cost time
        commands.add_parser("report", help="write a web page about a run or a sweep")
        return
    from ._report import report

    options = _add_command(commands, "report", report)
    options.add_argument("folder", help=describe(report)["folder"][1])
    add_options(options, report, leave_out=("folder",))
    options.set_defaults(command=report)


def _add_inspect(commands, argv):
    if argv[:1] != ["inspect"]:  # importing it would only cost time
        commands.add_parser("inspect", help="measure a liquid, and say what to change")
        return
    from ._inspect import inspect, is_experiment

    options = _add_command(commands, "inspect", inspect)
    options.add_argument("subject", help=describe(inspect)["subject"][1])
    add_options(options, inspect, leave_out=("subject", "options"))
    subject = argv[1] if len(argv) > 1 else ""
    run = load(subject).run if is_experiment(subject) else None
    if run is not None:
        add_options(options.add_argument_group("options of the experiment"), run, ("jobs", "out"))

    def command(subject, data, **options):
        inspect(subject, take_options(options, run) if run is not None else None, data)

    options.set_defaults(command=command)


def _add_command(names, experiment, function):
    summary, description = documentation(function)
    options = names.add_parser(experiment, help=summary, description=description)
    options.add_argument("--debug", action="store_true", help="show the traceback")
    return options


def _list():
    for name in experiments():
        print(f"{name:20s}{documentation(load(name).run)[0]}")


def _one_line(error):
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        text = " ".join(filter(None, [error.strerror, error.filename and f"({error.filename})"]))
    return text


if __name__ == "__main__":
    raise SystemExit(main())
