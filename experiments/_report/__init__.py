"""`lsm report`: one web page about a run or a sweep, which needs a browser only."""

import base64
import gzip
import hashlib
import html
import json
import math
from datetime import datetime
from importlib import resources
from pathlib import Path
from string import Template

import numpy as np

from lsm._files import written

from .._command.values import shown
from .._study.folder import cannot_write
from .._study.json_files import NUMBER, plain, read_json
from .._study.report_files import read_confusion, read_health, read_raster
from .._sweep.folder import FACTS, read_runs, read_sweep

__all__ = ["report"]

# The rasters of all runs would make the page of a large sweep too large to open.
N_PICTURED = 20


def report(folder, out=None):
    """Write a web page about a run or a sweep, in one file that needs no network.

    The page of a sweep has a table to sort and filter, the parameters against the score, and the
    command that repeats each run. The page of a run has the confusions of its classes and a raster
    of the liquid. A sweep may still be running.

    Parameters
    ----------
    folder : str
        Folder of a run or a sweep.
    out : str or None
        File of the page. By default report.html in the folder.

    Returns
    -------
    out : Path
        File of the page.
    """
    plotly = _plotly()
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is not the folder of a run or a sweep")
    out = Path(folder / "report.html" if out is None else out).expanduser()
    facts = _facts_of_sweep(folder) if (folder / "sweep.json").exists() else _facts_of_run(folder)
    facts["written"] = f"{datetime.now().astimezone():%Y-%m-%d %H:%M}"
    try:
        with written(out) as file:
            file.write(_page(facts, plotly))
    except OSError as error:
        raise cannot_write(out, error) from error
    print(f"{out} ({out.stat().st_size / 1e6:.1f} MB)")
    return out


def _plotly():
    try:
        from plotly.offline import get_plotlyjs
    except ImportError as error:
        raise ImportError(
            "a report needs Plotly: pip install 'liquid-state-machine[report]'"
        ) from error
    return get_plotlyjs()


def _facts_of_sweep(folder):
    spec = read_sweep(folder)
    runs = [_row(number, facts) for number, facts in read_runs(folder, spec).items()]
    runs.sort(key=lambda run: -math.inf if run["score"] is None else run["score"], reverse=True)
    for run in runs[:N_PICTURED]:
        if run["score"] is not None:
            run |= _pictures(folder / f"{run['run']:04d}")
    varied = {name: {"values": list(map(shown, vals))} for name, vals in spec["vary"].items()}
    for name, (_, _, *scale) in spec["between"].items():
        varied[name] = {"values": None, "log": bool(scale)}
    return {
        "title": f"Sweep of {spec['experiment']}",
        "folder": str(folder.absolute()),
        "command": spec["command"],
        "score_name": spec.get("scoring") or "score",
        "parameters": [{"name": name} | part for name, part in varied.items()],
        "runs": runs,
        "is_sweep": True,
    }


def _facts_of_run(folder):
    path = folder / "result.json"
    if not path.exists():
        raise ValueError(
            f"{folder} holds neither a sweep nor a run: there is no sweep.json and no result.json"
        )
    facts = read_json(path, FACTS)
    experiment = facts["command"].split()[2:3]  # after "lsm run"
    return {
        "title": f"Run of {' '.join(experiment)}",
        "folder": str(folder.absolute()),
        "parameters": [],
        "runs": [_row(facts.get("run") or 0, facts) | _pictures(folder)],
        "is_sweep": False,
    }


def _row(number, facts):
    """Return the facts that the page shows of a run."""
    seconds = facts.get("seconds")  # by stage, in a run that is not of a sweep
    row = {name: facts[name] for name in FACTS if facts.get(name) is not None}
    for name in {"settings", "parameters"} & set(row):
        row[name] = {key: shown(value) for key, value in row[name].items()}
    if "health" in row:
        health = read_health(row["health"])
        row["health"] = {"measures": health.measures(), "verdict": health.verdict()}
    return row | {
        "run": number,
        "status": facts.get("status") or "done",
        "score": facts.get("score"),
        "seconds": seconds if NUMBER.holds(seconds) else facts.get("wall_time_s"),
    }


def _pictures(folder):
    """Return the confusions and the raster of a run, if it has them."""
    confusion, raster = read_confusion(folder), read_raster(folder)
    pictures = {} if confusion is None else {"confusion": confusion}
    if raster is not None:
        inhibitory = np.isin(raster["neurons"], raster["inhibitory"])
        times, neurons = np.asarray(raster["times"], float), np.asarray(raster["neurons"])
        # Inhibitory neurons are above the others, as in the picture of the run's folder.
        shown = np.unique(neurons)
        order = shown[np.argsort(np.isin(shown, raster["inhibitory"]), kind="stable")]
        place = dict(zip(order.tolist(), range(len(order)), strict=True))
        places = np.array([place[neuron] for neuron in neurons.tolist()], dtype=int)
        pictures["raster"] = {"duration": raster["duration"]} | {
            kind: {
                "times": times[part].tolist(),
                "neurons": neurons[part].tolist(),
                "places": places[part].tolist(),
            }
            for kind, part in (("excitatory", ~inhibitory), ("inhibitory", inhibitory))
        }
    return pictures


def _page(facts, plotly):
    """Return the page, in which texts of a folder are data, never markup or code."""
    files = resources.files(__package__)
    template, style, *scripts = (
        files.joinpath(name).read_text(encoding="utf-8")
        for name in ("page.html", "page.css", "table.js", "charts.js", "page.js")
    )
    script = "\n".join(['"use strict";', *scripts])
    data = json.dumps(plain(facts), allow_nan=False).replace("<", "\\u003c")
    return Template(template).substitute(
        title=html.escape(facts["title"]),
        style=style,
        script=script,
        # The policy allows this code only, and no network.
        allowed=" ".join(map(_source_hash, (script, plotly))),
        data=data,
        plotly=base64.b64encode(gzip.compress(plotly.encode(), mtime=0)).decode(),
    )


def _source_hash(script):
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
