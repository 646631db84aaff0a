"""The folder of a sweep: its specification, a folder for each run, and a table that grows."""

import contextlib
import csv
import hashlib
import json
import os
import shlex
from datetime import datetime
from pathlib import Path

from lsm._files import written

from .._command.values import decode, encode, word
from .._study.folder import OwnFolder, cannot_write
from .._study.json_files import (
    INTEGER,
    NUMBER,
    OBJECT,
    TEXT,
    Kind,
    check,
    choice,
    dict_of,
    list_of,
    optional,
    read_json,
    write_json,
)
from .._study.report_files import read_health, write_confusion, write_raster
from .._study.results import environment

__all__ = ["FACTS", "SweepFolder", "read_runs", "read_sweep"]

N_BEST = 5
ANYTHING = Kind("anything", lambda value: True)
BOUNDS = Kind(
    "two numbers, and perhaps 'log'",
    lambda value: (
        isinstance(value, list)
        and all(map(NUMBER.holds, value[:2]))
        and value[2:] in ([], ["log"])
        and len(value) > 1
    ),
)
SWEEP = {
    "experiment": TEXT, "command": TEXT, "data_hash": TEXT, "vary": dict_of(list_of(ANYTHING)),
    "between": dict_of(BOUNDS), "scoring": optional(TEXT),
}  # fmt: skip
HEALTH = Kind(
    "the health of a liquid",
    lambda value: isinstance(value, dict) and read_health(value) is not None,
)
# Facts of a run that `lsm report` shows, whether the run belongs to a sweep or not.
FACTS = {
    "command": TEXT, "settings": optional(OBJECT), "parameters": optional(OBJECT),
    "score": optional(NUMBER), "scores": optional(list_of(NUMBER)), "error": optional(TEXT),
    "traceback": optional(TEXT), "warnings": optional(list_of(TEXT)),
    "status": optional(choice("done", "failed")), "calibrated": optional(OBJECT),
    "health": optional(HEALTH), "model": optional(TEXT), "metrics": optional(list_of(OBJECT)),
    "comparison": optional(TEXT),
    "differences": optional(OBJECT), "versions": optional(OBJECT), "created": optional(TEXT),
    "wall_time_s": optional(NUMBER), "run": optional(INTEGER),
}  # fmt: skip
OF_SWEEP = {
    "settings": OBJECT, "status": choice("done", "failed"), "seconds": optional(NUMBER),
}  # fmt: skip
OUTCOMES = {"done": {"score": NUMBER}, "failed": {"error": TEXT}}


class SweepFolder:
    """The folder of a new sweep, or of one that continues.

    The folder of a run is complete when it has a result.json. The table is made from these folders
    again when a sweep continues. An OSError is raised if the folder cannot be written, is not that
    of a sweep, or is used by another process; a ValueError if it belongs to another sweep.

    Parameters
    ----------
    path : str, path or None
        Path of the folder; None is a path that depends on the specification.
    spec : dict
        Specification of the sweep.

    Attributes
    ----------
    path : Path
        Path of the folder.
    runs : dict of int to dict
        Facts of the runs that have ended, by their numbers.
    """

    def __init__(self, path, spec):
        self._spec = _encoded_spec(spec)
        if path is None:
            name = Path(spec["experiment"]).stem
            digest = hashlib.sha256(json.dumps(self._spec, sort_keys=True).encode()).hexdigest()
            path = Path("results") / f"sweep-{name}-{digest[:8]}"
        self.runs, self._names = {}, [*spec["vary"], *spec["between"]]
        self._folder = OwnFolder(path, self._check)
        self.path = self._folder.path

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._folder.close()

    def _check(self, path, names):
        if "sweep.json" not in names:
            if names:
                raise FileExistsError(f"{path} exists and holds no sweep: name another one")
            return
        there = read_sweep(path)
        for key, value in self._spec.items():
            other = there.get(key)
            if other != value:
                raise ValueError(
                    f"{path} holds another sweep: {key} is {other!r} there, not {value!r}; "
                    "name another folder"
                )

    def begin(self, data_hash, command):
        """Write the specification of a new sweep, or read the runs of one that continues."""
        path = self.path / "sweep.json"
        if not path.exists():
            facts = self._spec | {
                "data_hash": data_hash,
                "command": command,
                "created": datetime.now().astimezone().isoformat(timespec="seconds"),
            }
            write_json(path, facts | environment())
        elif read_sweep(self.path)["data_hash"] != data_hash:
            raise ValueError(f"{self.path} holds a sweep over other data: name another folder")
        self.runs = read_runs(self.path, self._spec)
        self.write_table()

    def add(self, number, settings, command, facts):
        """Write the folder of a run that has ended, and its row of the table."""
        settings = {name: encode(value) for name, value in settings.items()}
        facts = {"run": number, "command": command, "settings": settings} | facts
        raster, confusion = facts.pop("raster", None), facts.pop("confusion", None)
        with self._folder.results(f"{number:04d}", replace=True) as private:
            write_json(private / "result.json", facts)
            if raster is not None:
                write_raster(private, raster)
            if confusion is not None:
                write_confusion(private, **confusion)
            self.runs[number] = facts
        table = self.path / "sweep.csv"
        try:
            with open(table, "a", newline="", encoding="utf-8", opener=_open_no_link) as file:
                csv.writer(file).writerow(self._row(number))
        except OSError as error:
            raise cannot_write(table, error) from error

    def write_table(self):
        """Write the table again, sorted by the numbers of the runs."""
        with written(self.path / "sweep.csv") as file:
            writer = csv.writer(file)
            writer.writerow(["run", "status", "score", *self._names, "seconds", "error"])
            writer.writerows(map(self._row, sorted(self.runs)))

    def _row(self, number):
        facts = self.runs[number]
        settings = self.settings(number)
        cells = [word(settings[name]) for name in self._names]
        head = number, facts["status"], facts.get("score", "")
        return [*head, *cells, facts["seconds"], facts.get("error", "")]

    def settings(self, number):
        """Return the settings of a run."""
        settings = self.runs[number]["settings"]
        return {name: decode(value) for name, value in settings.items()}

    def best(self, n=1):
        """Return the numbers of the best runs, the best first."""
        scored = [number for number, facts in self.runs.items() if facts["status"] == "done"]
        return sorted(scored, key=lambda number: (-self.runs[number]["score"], number))[:n]

    def standing(self):
        """Return a text about the best run so far."""
        best = self.best()
        return f"best {self.runs[best[0]]['score']:.4g} (run {best[0]})" if best else "none good"

    def outcome(self, number):
        """Return a text about the outcome of a run."""
        facts = self.runs[number]
        is_done = facts["status"] == "done"
        return f"score {facts['score']:.4g}" if is_done else f"failed: {facts['error']}"

    def summary(self):
        """Return a text about the best runs, with the command that repeats the best one."""
        best = self.best(N_BEST)
        n_failed = len(self.runs) - len(self.best(len(self.runs)))
        where = f"see {self.path / 'sweep.csv'}, or: lsm report {shlex.quote(str(self.path))}"
        lines = [f"{len(self.runs)} runs, {n_failed} of them failed; {where}"]
        for number in best:
            settings = self.settings(number).items()
            text = " ".join(f"{name}={word(value)}" for name, value in settings)
            lines.append(f"{self.runs[number]['score']:8.4g}  run {number}  {text}")
        return "\n".join([*lines, *(self.runs[number]["command"] for number in best[:1])])


def _encoded_spec(spec):
    """Return a specification in which all values of settings are as JSON holds them."""
    parts = {
        "options": {name: encode(value) for name, value in spec.get("options", {}).items()},
        "vary": {name: [encode(v) for v in values] for name, values in spec["vary"].items()},
    }
    return spec | parts


def _open_no_link(path, flags):
    return os.open(path, flags | os.O_NOFOLLOW, 0o666)


def read_sweep(path):
    """Return the specification of the sweep in a folder."""
    return read_json(path / "sweep.json", SWEEP)


def read_runs(path, spec):
    """Return the facts of the runs of a sweep that have ended, by their numbers.

    A run whose facts are damaged, as after a power failure, or not of this sweep has not ended.
    """
    runs = {}
    for result in sorted(path.glob("[0-9]*/result.json")):
        number = result.parent.name
        if number.isdecimal() and number == f"{int(number):04d}":
            with contextlib.suppress(ValueError):
                facts = read_json(result, FACTS | OF_SWEEP)
                check(result, facts, OUTCOMES[facts["status"]])
                if _is_of(spec, facts["settings"]):
                    runs[int(number)] = facts
    return runs


def _is_of(spec, settings):
    """Return whether a sweep may have drawn some settings."""
    return all(name in settings for name in [*spec["vary"], *spec["between"]]) and (
        all(settings[name] in values for name, values in spec["vary"].items())
        and all(
            NUMBER.holds(settings[name]) and low <= settings[name] <= high
            for name, (low, high, *_) in spec["between"].items()
        )
    )
