"""Compare the speed of the kernel with a C reference and with other simulators.

All engines run in turns, several times. The tables have medians with quartiles, and speeds relative
to the first line of a block. Time is the processor time of the simulation alone (of the thread, or
as the engine reports it), because other work on the machine disturbs it least. Only threads, search
and speech are measured in wall-clock time, and need idle cores. An engine that is not installed is
named and left out: pip install -e ".[peers]" installs all of them.

The results of a group are written to RESULTS.md, results.json and cost.png when the group is done.
They replace the older results of the group. The results of other groups are kept, so a run that was
stopped continues with --groups.
"""

import argparse
import os
import sys
import time
import traceback
from datetime import datetime
from pathlib import Path

from . import groups
from .dense import dense
from .engines import ENGINES, PROBLEMS
from .feedback import feedback
from .goals import outcomes
from .limits import limits
from .published import published
from .report import commit, environment_line, machine, table
from .results import Results, disagreements
from .rows import rows
from .scaling import SCALES, scaling
from .search import search
from .speech import speech
from .startup import startup
from .workloads import SIZES

GROUPS = {
    "kernels": groups.kernels,
    "simulators": groups.simulators,
    "limits": limits,
    "snapshots": groups.snapshots,
    "plasticity": groups.plasticity,
    "models": groups.models,
    "delays": groups.delays,
    "feedback": feedback,
    "threads": groups.threads,
    "transform": groups.transform,
    "scaling": scaling,
    "published": published,
    "startup": startup,
    "rows": rows,
    "dense": dense,
    "search": search,
    "speech": speech,
}


def parse(arguments):
    """Read the command line."""
    described = "\n".join(f"  {name:<10} {about(name)}" for name in GROUPS)
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=f"{__doc__}\ngroups:\n{described}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--groups", nargs="+", choices=GROUPS, metavar="GROUP", help="groups to run (default all)"
    )
    parser.add_argument(
        "--engines", nargs="+", choices=ENGINES, default=tuple(ENGINES), metavar="ENGINE",
        help=f"engines to run (default all): {', '.join(ENGINES)}",
    )  # fmt: skip
    sizes = sorted({*SIZES, *SCALES})
    parser.add_argument(
        "--sizes", nargs="+", type=int, choices=sizes, metavar="N",
        help=f"numbers of neurons to run (default all): {', '.join(map(str, sizes))}",
    )  # fmt: skip
    parser.add_argument("--repeats", type=int, default=5, help="number of rounds (default 5)")
    parser.add_argument(
        "--data-home", metavar="PATH", help="folder or archive of the FSDD, for the group speech"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER",
        help="folder of the results (default: this folder, if all engines and sizes run)",
    )  # fmt: skip
    return parser.parse_args(arguments)


def about(name):
    """Return the description of a group as one paragraph."""
    return " ".join(GROUPS[name].__doc__.split())


def main(arguments=None):
    """Run groups; return the number of failed groups plus that of engines with other spikes."""
    options = parse(arguments)
    chosen = options.groups or [name for name in GROUPS if name != "speech" or options.data_home]
    whole = (options.engines, options.sizes) == (tuple(ENGINES), None)
    results = Results(options.out or (Path(__file__).parent if whole else None))
    described = machine()
    print(environment_line(described), flush=True)
    measured, n_failed = {}, 0
    for name in chosen:
        print(f"\n## {name}\n\n{about(name)}\n", flush=True)
        try:
            group = measure(name, options)
        except Exception:  # the other groups still run
            traceback.print_exc()
            n_failed += 1
            continue
        if group["rows"]:
            measured[name] = group["rows"]
            print(f"{table(group['rows'])}\n\n{group['took']:.0f} s", flush=True)
            results.add(name, group | {"machine": described}, GROUPS)
    if reached := outcomes(measured):
        print(f"\n## goals\n\n{table(reached)}")
    for name, problem in PROBLEMS.items():
        print(f"\n{name} was left out: {problem}")
    wrong = disagreements(measured)
    for line in wrong:
        print(f"\nDifferent spikes: {line}")
    return n_failed + len(wrong)


def measure(name, options):
    """Run a group; return its rows, and date, load and commit of the run."""
    load, started = os.getloadavg()[0], time.perf_counter()
    rows = GROUPS[name](options)
    return {
        "about": about(name),
        "rows": rows,
        "date": f"{datetime.now():%Y-%m-%d %H:%M}",
        "took": time.perf_counter() - started,
        "load": [load, os.getloadavg()[0]],
        "commit": commit(),
        "skipped": dict(PROBLEMS),
    }


if __name__ == "__main__":
    sys.exit(main())
