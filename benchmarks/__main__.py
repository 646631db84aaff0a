"""Measure the kernel against a C reference and against peers, and write down what comes of it.

Everything runs in turns in this one run and is repeated; given are medians with quartiles, and
speeds relative to the first line of a block. Time is processor time of the simulation alone (of the
thread, or as a peer measures it), which other work on the machine disturbs least; only threads,
search and speech are timed by the clock on the wall, and need idle cores. What is not installed is
named and left out: pip install -e ".[peers]" brings all peers.

Each group is written to RESULTS.md, results.json and cost.png when it is done, in the place of its
older results; those of other groups are kept, so a run that was stopped goes on with --groups.
"""

import argparse
import os
import sys
import time
import traceback
from datetime import datetime
from pathlib import Path

from . import groups
from .engines import ENGINES, PROBLEMS
from .feedback import feedback
from .goals import outcomes
from .limits import limits
from .report import commit, environment_line, machine, table
from .results import Results, disagreements
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
    "startup": startup,
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
        "--groups", nargs="+", choices=GROUPS, metavar="GROUP", help="what to run (default all)"
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
    parser.add_argument("--repeats", type=int, default=5, help="runs of each (default 5)")
    parser.add_argument(
        "--data-home", metavar="PATH", help="folder or archive of the FSDD; without it no speech"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER",
        help="where results go (default: this folder, if nothing was left out of the groups)",
    )  # fmt: skip
    return parser.parse_args(arguments)


def about(name):
    """Return what a group says of itself in one paragraph."""
    return " ".join(GROUPS[name].__doc__.split())


def main(arguments=None):
    """Run the groups that were asked for; return how many failed or disagree about spikes."""
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
        except Exception:  # the others are worth having
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
    """Run a group; return its rows and what there is to say about the run."""
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
