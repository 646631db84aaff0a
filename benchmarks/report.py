"""Description of the machine, tables of results, and the picture."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from .engines import ENGINES
from .measure import quartiles
from .workloads import N_STEPS

__all__ = ["commit", "draw", "environment_line", "machine", "table"]


OTHER_RATE = ", 17 Hz"  # the rate of the networks of the group "scaling"


def machine():
    """Return a description of the machine: hardware, compiler and versions."""
    described = {
        "processor": _first_line("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }
    caches = Path("/sys/devices/system/cpu/cpu0/cache")
    for index in sorted(caches.glob("index*")):
        if (index / "type").read_text().strip() != "Instruction":
            level, size = ((index / name).read_text().strip() for name in ("level", "size"))
            described[f"L{level} cache"] = size
    described["compiler"] = _answer("cc", "--version")
    peers = {engine.distribution for engine in ENGINES.values() if engine.distribution}
    for name in ("liquid-state-machine", "numpy", "scipy", "numba", *sorted(peers)):
        try:
            described[name] = version(name)
        except PackageNotFoundError:
            continue
    return described


def environment_line(described):
    """Format the description of a machine as one line."""
    return ", ".join(f"{key} {value}" for key, value in described.items()) + "."


def commit():
    """Return the current commit, marked if the working tree differs from it."""
    return _answer("git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty")


def _first_line(path, key):
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return None
    return next((line.split(": ")[1] for line in lines if line.startswith(key)), None)


def _answer(*command):
    """Return the first line that a command prints, or nothing if there is no such command."""
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.partition("\n")[0]
    except OSError:
        return ""


def table(rows):
    """Format the rows of a group, or the outcomes of goals, as a table in Markdown."""
    write = next(
        write
        for key, write in (
            ("workload", _speed), ("network", _network), ("synapses", _size), ("update", _part),
            ("what", _duration), ("goal", _outcome),
        )
        if key in rows[0]
    )  # fmt: skip
    lines = [write(row) for row in rows]
    columns = list({column: None for line in lines for column in line})
    cells = [columns, *([str(line.get(column, "")) for column in columns] for line in lines)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["-" * width for width in widths])
    padded = [[c.ljust(w) for c, w in zip(row, widths, strict=True)] for row in cells]
    return "\n".join(f"| {' | '.join(row)} |" for row in padded)


def _speed(row):
    low, middle, high = row["samples_per_second"]
    return {
        "workload": row["workload"],
        "precision": row["precision"],
        "engine": row["engine"],
        "samples/s": f"{middle:.4g} ({low:.4g} to {high:.4g})",
        "relative": f"{row['speed'][1]:.3g}",
        "Hz": f"{row['rate']:.1f}" if "rate" in row else "",
        "equal counts": f"{100 * row['equal_counts']:.2f} %" if "equal_counts" in row else "",
        "note": row["note"],
    }


def _size(row):
    line = {
        "neurons": row["neurons"],
        "engine": row["engine"],
        "synapses": f"{row['synapses'][1]:.3g}",
        "drawing, s": f"{row['build'][1]:.3g}" if "build" in row else "",
        "memory, GB": f"{row['memory'][1]:.2f}",
        "imports, GB": f"{row['memory_before'][1]:.2f}",
    }
    if "seconds" in row:
        line |= {
            "one second, s": _spread(row["seconds"]),
            "10^6 events/s": f"{row['events_per_second'][1] / 1e6:.0f}",
            "Hz": f"{row['rate'][1]:.1f}",
        }
    return line


def _network(row):
    return {
        "network": row["network"],
        "engine": row["engine"],
        "threads": row["threads"],
        "synapses": f"{row['synapses'][1]:.3g}",
        "memory, GB": f"{row['memory'][1]:.2f}",
        "one second, s": _spread(row["seconds"]),
        "Hz": f"{row['rate'][1]:.3g}",
    }


def _part(row):
    parts = {f"{part}, ns": _spread(row[part]) for part in ("update", "input", "synapse")}
    return {
        "neurons": row["neurons"],
        "precision": row["precision"],
        "engine": row["engine"],
    } | parts


def _duration(row):
    seconds = _spread(quartiles(row["seconds"]))
    return {"stage": row["what"], "s": seconds, "note": row.get("note", "")}


def _outcome(row):
    return {
        "goal": row["goal"],
        "required": row["asked"],
        "measured": _spread(row["measured"]),
        "met": "yes" if row["met"] else "no",
    }


def _spread(values):
    low, middle, high = f"{values[0]:.3g}", f"{values[len(values) // 2]:.3g}", f"{values[-1]:.3g}"
    return middle if low == high else f"{middle} ({low} to {high})"


def draw(results, path):
    """Draw cost against size into a picture.

    Parameters
    ----------
    results : dict of str to list of dict
        Rows of the groups "kernels", "simulators" and "scaling"; one of them is enough.
    path : path-like
        File; its suffix determines the format.
    """
    figure = Figure(figsize=(12, 5), layout="constrained")
    cost, events = figure.subplots(1, 2)
    for name, points in _costs(results).items():
        cost.loglog(*zip(*sorted(points), strict=True), label=name, **_style(name))
    cost.set(title="Processor time of one second of activity", xlabel="neurons", ylabel="seconds")
    cost.axhline(1, color="0.6", linewidth=0.8, linestyle=":")  # real time
    scaling = [row for row in results.get("scaling", []) if "seconds" in row]
    for name in dict.fromkeys(row["engine"] for row in scaling):
        rows = [row for row in scaling if row["engine"] == name]
        rates = [row["events_per_second"][1] / 1e6 for row in rows]
        events.semilogx([row["neurons"] for row in rows], rates, label=name, **_style(name))
    events.set(
        title="Synaptic events a second, fan-out 100", xlabel="neurons", ylabel="millions",
        ylim=(0, None),
    )  # fmt: skip
    for axes in (cost, events):
        if axes.get_legend_handles_labels()[0]:
            axes.grid(alpha=0.3)
            axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    figure.savefig(path, dpi=120)


def _style(name):
    """Return the style of a line: lsm stands out, and a repeated colour has another marker."""
    engine, other_rate, _ = name.partition(OTHER_RATE)
    style = {"linestyle": "--" if other_rate else "-"}
    if engine == "lsm":
        return style | {"color": "black", "linewidth": 2.5, "marker": "o", "zorder": 3}
    number = list(ENGINES).index(engine)
    return style | {"color": f"C{number % 10}", "marker": "osD^vPX"[number % 7], "markersize": 4}


def _costs(results):
    """Return points (neurons, seconds) by the name of a line, in float32 if it was measured."""
    points = {}
    for row in [*results.get("kernels", []), *results.get("simulators", [])]:
        seconds = np.median(row["seconds"]) / (N_STEPS / 1000)  # the first is in float32
        points.setdefault(row["engine"], {}).setdefault(row["neurons"], seconds)
    for row in results.get("scaling", []):
        if "seconds" in row:
            name = row["engine"] + OTHER_RATE
            points.setdefault(name, {})[row["neurons"]] = row["seconds"][1]
    costs = {name: list(line.items()) for name, line in points.items()}
    # From the slowest to the fastest, in the order of the lines.
    return dict(sorted(costs.items(), key=lambda item: -np.median([s / n for n, s in item[1]])))
