"""What the kernel is meant to reach, held against what was measured."""

import numpy as np

from .measure import quartiles
from .workloads import SIZES

__all__ = ["outcomes"]


def speeds():
    """Yield group, line, line that it is compared with, and the least ratio of their speeds.

    A line is a workload, an engine and a precision.
    """
    for dtype in ("float32", "float64"):
        for n in SIZES:
            name = f"{n} neurons"
            yield "kernels", (name, "lsm", dtype), (name, "C", dtype), 1.0
            traces = (f"{name}, 2 traces at 10 times", "lsm", dtype)
            yield "snapshots", traces, (name, "C", dtype), 1.0
        delayed = ("1000 neurons, delays 1 to 10 ms", "lsm", dtype)
        yield "delays", delayed, ("1000 neurons", "lsm", dtype), 0.8
    for n in SIZES:
        name = f"{n} neurons"
        yield "kernels", (name, "lsm", "float32"), (name, "PyTorch sparse", "float32"), 9.0
        yield "kernels", (name, "lsm", "float64"), (name, "NEST", "float64"), 18.0
        name = f"{n} neurons, pair STDP"
        for peer in ("Brian2", "Brian2 as in manual"):
            yield "plasticity", (name, "lsm", "float32"), (name, peer, "float64"), 9.0
    for n, least in ((135, 5.0), (1000, 3.0)):
        name = f"{n} neurons"
        yield "kernels", (name, "lsm", "float64"), (name, "Brian2", "float64"), least
    for n, least in ((135, 0.8), (1000, 0.95)):
        lines = [(f"{n} neurons", name, "float32") for name in ("Liquid.transform", "loop alone")]
        yield "transform", *lines, least
    two = ("1000 neurons, 2 threads", "lsm", "float32")
    yield "threads", two, ("1000 neurons, 1 thread", "lsm", "float32"), 1.9


def outcomes(results):
    """Compare results with the goals.

    Parameters
    ----------
    results : dict of str to list of dict
        Rows of each group that was measured.

    Returns
    -------
    outcomes : list of dict
        Goal, what is asked, what was measured (with quartiles, where it is a ratio in rounds), and
        whether it is met.
    """
    return [
        *_speeds(results),
        *_scaling({(row["neurons"], row["engine"]): row for row in results.get("scaling", [])}),
        *_startup({row["what"]: row for row in results.get("startup", [])}),
    ]


def _speeds(results):
    seconds = {
        (group, row["workload"], row["engine"], row["precision"]): np.array(row["seconds"])
        for group, rows in results.items()
        for row in rows
        if "workload" in row
    }
    for group, line, other, least in speeds():
        ours, theirs = (seconds.get((group, *key)) for key in (line, other))
        if ours is not None and theirs is not None:
            name = ", ".join(
                a if a == b else f"{a} / {b}" for a, b in zip(line, other, strict=True)
            )
            yield _outcome(f"{group}: {name}", quartiles(theirs / ours), least=least)


def _scaling(rows):
    largest, smaller = (rows.get((n, "lsm")) for n in (1_000_000, 10_000))
    column = rows.get((1_000_000, "column"))
    if largest:
        yield _outcome("scaling: build 10^6 neurons, s", largest["build"], most=6.0)
        yield _outcome("scaling: one second of 10^6 neurons, s", largest["seconds"], most=8.0)
        memory = [
            total - before
            for total, before in zip(largest["memory"], largest["memory_before"], strict=True)
        ]
        yield _outcome("scaling: memory of 10^6 neurons beside imports, GB", memory, most=1.5)
    if column:
        yield _outcome("scaling: build a column of 10^6 neurons, s", column["build"], most=20.0)
    if largest and smaller:
        fall = smaller["events_per_second"][1] / largest["events_per_second"][1]
        yield _outcome("scaling: events/s of 10^4 / of 10^6 neurons", [fall], most=3.0)


def _startup(rows):
    if rows:
        extra = rows["import lsm"]["seconds"][1] - rows["import dependencies"]["seconds"][1]
        yield _outcome("startup: import lsm beyond its dependencies, s", [extra], most=0.2)
        for cache, most in (("warm cache", 0.6), ("cold compile", 20.0)):
            name = f"first transform, {cache}"
            yield _outcome(f"startup: {name}, s", rows[name]["seconds"], most=most)


def _outcome(goal, measured, least=None, most=None):
    """Judge the median."""
    middle = measured[len(measured) // 2]
    met = middle >= least if most is None else middle <= most
    asked = f">= {least:g}" if most is None else f"<= {most:g}"
    return {"goal": goal, "asked": asked, "measured": measured, "met": bool(met)}
