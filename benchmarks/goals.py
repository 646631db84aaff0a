"""Goals of speed and memory, compared with the results."""

import numpy as np

from .measure import quartiles, ratios
from .workloads import PRECISIONS, SIZES

__all__ = ["outcomes"]


def speeds():
    """Yield group, line, reference line, and the least ratio of their speeds.

    A line is a workload, an engine and a precision.
    """
    for dtype in PRECISIONS:
        for n in SIZES:
            name = f"{n} neurons"
            least = 1.25 if dtype == "float32" else 1.1
            for reference in ("C", "C, wide vectors"):
                yield "kernels", (name, "lsm", dtype), (name, reference, dtype), least
            traces = (f"{name}, 2 traces at 10 times", "lsm", dtype)
            yield "snapshots", traces, (name, "C", dtype), 1.0
        delayed = ("1000 neurons, delays 1 to 10 ms", "lsm", dtype)
        yield "delays", delayed, ("1000 neurons", "lsm", dtype), 0.8
    for n in SIZES:
        name = f"{n} neurons"
        yield "kernels", (name, "lsm", "float32"), (name, "PyTorch sparse", "float32"), 9.0
        single = f"{name}, one sample"
        yield "simulators", (single, "lsm", "float64"), (single, "NEST", "float64"), 18.0
    for n, still, learning in ((135, 3.0, 4.5), (1000, 2.5, 3.3), (10000, 1.6, 2.8)):
        name = f"{n} neurons, one sample"
        yield "simulators", (name, "lsm", "float64"), (name, "Brian2", "float64"), still
        name = f"{n} neurons, pair STDP"
        yield "plasticity", (name, "lsm", "float32"), (name, "Brian2", "float64"), learning
    for n, least in ((135, 0.8), (1000, 0.95)):
        lines = [(f"{n} neurons", name, "float32") for name in ("Liquid.transform", "loop alone")]
        yield "transform", *lines, least
    for dtype in PRECISIONS:
        lines = [("1000 neurons", name, dtype) for name in ("closed loop", "open loop")]
        yield "feedback", *lines, 1 / 1.15
        lines = [("1000 neurons", name, dtype) for name in ("closed loop, RLS", "open loop")]
        yield "feedback", *lines, 0.03
    for name, least in (
        ("135 neurons", 1.95),
        ("1000 neurons", 1.95),
        ("10000 neurons, one sample", 1.7),
    ):
        lines = [(f"{name}, {n}", "lsm", "float32") for n in ("2 threads", "1 thread")]
        yield "threads", *lines, least


def outcomes(results):
    """Compare results with the goals.

    Parameters
    ----------
    results : dict of str to list of dict
        Rows of each group that was measured.

    Returns
    -------
    outcomes : list of dict
        Goal, required value, measured value (with quartiles if it is a ratio within rounds), and
        whether the goal is met.
    """
    return [
        *_speeds(results),
        *_scaling({(row["neurons"], row["engine"]): row for row in results.get("scaling", [])}),
        *_startup(_durations(results.get("startup", []))),
        *_search(_durations(results.get("search", []))),
        *_rows(_durations(results.get("rows", []))),
        *_dense(_durations(results.get("dense", []))),
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
            yield _outcome(f"{group}: {name}", quartiles(ratios(theirs, ours)), least=least)


def _scaling(rows):
    largest, smaller = (rows.get((n, "lsm")) for n in (1_000_000, 10_000))
    if largest:
        yield _outcome("scaling: one second of 10^6 neurons, s", largest["seconds"], most=8.0)
        memory = [
            total - before
            for total, before in zip(largest["memory"], largest["memory_before"], strict=True)
        ]
        yield _outcome("scaling: memory of 10^6 neurons without imports, GB", memory, most=1.5)
    for kind, most in (("graph", 6.0), ("column", 20.0)):
        if drawn := rows.get((1_000_000, kind)):
            name = f"scaling: draw the synapses of a {kind} of 10^6 neurons, s"
            yield _outcome(name, drawn["build"], most=most)
    if largest and smaller:
        fall = smaller["events_per_second"][1] / largest["events_per_second"][1]
        yield _outcome("scaling: events/s of 10^4 / of 10^6 neurons", [fall], most=3.0)


def _durations(rows):
    return {row["what"]: np.array(row["seconds"]) for row in rows}


def _startup(seconds):
    if seconds:
        extra = seconds["import lsm"] - seconds["import dependencies"]
        name = "startup: import lsm without its dependencies, s"
        yield _outcome(name, quartiles(extra), most=0.2)
        for cache, most in (("warm cache", 0.6), ("cold compile", 20.0)):
            name = f"first transform, {cache}"
            yield _outcome(f"startup: {name}, s", quartiles(seconds[name]), most=most)


def _search(seconds):
    if seconds:
        least = seconds["simulations"] + seconds["readouts"]
        name = "search: grid search / (each simulation once + readouts)"
        yield _outcome(name, quartiles(seconds["grid search"] / least), most=1.3)
        least = least + seconds["fits of liquids"]
        name = "search: grid search / (the same + one calibration of each liquid)"
        yield _outcome(name, quartiles(seconds["grid search"] / least), most=1.1)
        for jobs in ("--jobs 1", "--jobs 1 of one thread"):
            ratio = seconds["sweep, --jobs 2, per liquid"] / seconds[f"sweep, {jobs}, per liquid"]
            name = f"search: time per liquid in a sweep, --jobs 2 / {jobs}"
            yield _outcome(name, quartiles(ratio), most=0.55)


def _rows(seconds):
    for n_neurons, most in ((100, 50), (1000, 200)):
        for method in ("Liquid.stream", "partial_fit", "predict_next"):
            name = f"{n_neurons} neurons, {method}, one row"
            if name in seconds:
                yield _outcome(f"rows: {name}, us", quartiles(1e6 * seconds[name]), most=most)


def _dense(seconds):
    if seconds:
        ratio = seconds["fit"] / seconds["transform"]
        yield _outcome("dense: time of fit / transform", quartiles(ratio), most=2.0)


def _outcome(goal, measured, least=None, most=None):
    """Compare the median with the goal."""
    middle = measured[len(measured) // 2]
    met = middle >= least if most is None else middle <= most
    asked = f">= {least:.3g}" if most is None else f"<= {most:g}"
    return {"goal": goal, "asked": asked, "measured": measured, "met": bool(met)}
