"""Measure the kernel against a C reference and against peers, and print tables.

Everything runs in turns in this one run and is repeated; given are medians with quartiles, and
speeds relative to the first line of a block. Time is processor time of the simulation alone (of the
thread, or as a peer measures it), which other work on the machine disturbs least; only the threads
are timed by the clock on the wall, and need idle cores. What is not installed is named and left
out: pip install -e ".[peers]" brings all peers.
"""

import argparse
import json
import sys
from pathlib import Path

from . import groups
from .engines import ENGINES, PROBLEMS
from .goals import outcomes
from .limits import limits
from .report import draw, machine, table
from .scaling import SCALES, scaling
from .speech import speech
from .startup import startup
from .workloads import SIZES

GROUPS = {
    "kernels": groups.kernels,
    "limits": limits,
    "snapshots": groups.snapshots,
    "plasticity": groups.plasticity,
    "models": groups.models,
    "delays": groups.delays,
    "threads": groups.threads,
    "transform": groups.transform,
    "scaling": scaling,
    "startup": startup,
    "speech": speech,
}


def parse(arguments):
    """Read the command line."""
    described = "\n".join(f"  {name:<10} {group.__doc__}" for name, group in GROUPS.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=f"{__doc__}\ngroups:\n{described}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", nargs="+", choices=GROUPS, metavar="GROUP", help="groups to run (default all)"
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
    parser.add_argument("--repeats", type=int, default=7, help="runs of each (default 7)")
    parser.add_argument(
        "--data-home", metavar="PATH", help="folder or archive of the FSDD; without it no speech"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all results to a file")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw cost against size")
    return parser.parse_args(arguments)


def main(arguments=None):
    """Run the groups that were asked for; return how many engines disagree about spikes."""
    options = parse(arguments)
    described = machine()
    print("# Results\n")
    print(", ".join(f"{key} {value}" for key, value in described.items()), flush=True)
    chosen = options.only or [name for name in GROUPS if name != "speech" or options.data_home]
    results = {}
    for name in chosen:
        print(f"\n## {name}\n\n{GROUPS[name].__doc__}\n", flush=True)
        rows = GROUPS[name](options)
        if rows:
            results[name] = rows
            print(table(rows), flush=True)
    reached = outcomes(results)
    if reached:
        print(f"\n## goals\n\n{table(reached)}")
    for name, problem in PROBLEMS.items():
        print(f"\n{name} was left out: {problem}")
    wrong = disagreements(results)
    for line in wrong:
        print(f"\nDifferent spikes: {line}")
    if options.json:
        written = {"machine": described, "results": results, "goals": reached, "skipped": PROBLEMS}
        options.json.write_text(json.dumps(written, indent=1))
    if options.picture:
        draw(results, options.picture)
    return len(wrong)


def disagreements(results):
    """List the lines whose spikes in float64 differ though the model is the same.

    In float32 a single spike that rounding moves changes the rest of a chaotic trajectory.
    """
    return [
        f"{row['workload']}, {row['engine']}: {100 * row['equal_counts']:.2f} % of counts are equal"
        for rows in results.values()
        for row in rows
        if row.get("precision") == "float64"
        and not row.get("note")
        and row.get("equal_counts", 1) < 1
    ]


if __name__ == "__main__":
    sys.exit(main())
