"""The folder of a sweep: what it is, a folder for each run, and a table that grows."""

import contextlib
import csv
import fcntl
import hashlib
import json
import os
import shlex
import shutil
from datetime import datetime
from pathlib import Path

from .._study.report_files import write_confusion, write_raster
from .._study.results import (
    cannot_write,
    environment,
    plain,
    read_json,
    results_folder,
    write_json,
    written,
)

__all__ = ["SweepFolder", "read_runs"]

N_BEST = 5


class SweepFolder:
    """A folder that holds a sweep, from its start or from where it was left.

    The folders of the runs are what counts: each appears whole or not at all. The table is made
    of them anew when a sweep goes on.

    Parameters
    ----------
    path : str, path or None
        Where it is; None is a place that the specification names.
    spec : dict
        What the sweep is.

    Attributes
    ----------
    path : Path
        Where it is.
    runs : dict of int to dict
        The facts of the runs that have ended, by their numbers.

    Raises
    ------
    OSError
        If there is no writing to it, it holds something else, or another process is at it.
    ValueError
        If it holds another sweep.
    """

    def __init__(self, path, spec):
        self._spec = plain(spec)
        if path is None:
            name = Path(spec["experiment"]).stem
            digest = hashlib.sha256(json.dumps(self._spec, sort_keys=True).encode()).hexdigest()
            path = Path("results") / f"sweep-{name}-{digest[:8]}"
        self.path = Path(path).expanduser().absolute()
        self.runs, self._names = {}, [*spec["vary"], *spec["between"]]
        self._check()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = open(self.path / ".lock", "w")  # noqa: SIM115, it is held to the end
        except OSError as error:
            raise cannot_write(self.path, error) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise OSError(f"another process is at work on the sweep in {self.path}") from None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if not (self.path / "sweep.json").exists():  # it was refused before it began
            shutil.rmtree(self.path)
        self._lock.close()

    def _check(self):
        if not self.path.exists():
            return
        if not self.path.is_dir():
            raise FileExistsError(f"{self.path} exists and is no folder: name another")
        if not (self.path / "sweep.json").exists():
            # A sweep that was killed as it began leaves no more than these.
            if set(os.listdir(self.path)) - {".lock", ".sweep.json"}:
                raise FileExistsError(f"{self.path} exists and holds no sweep: name another")
            return
        there = read_json(self.path / "sweep.json")
        for key, value in self._spec.items():
            if there[key] != value:
                raise ValueError(
                    f"{self.path} holds another sweep: {key} is {there[key]!r} there, not "
                    f"{value!r}; name another folder"
                )

    def begin(self, data_hash, command):
        """Write down what the sweep is, or take up what there is of it."""
        path = self.path / "sweep.json"
        if not path.exists():
            facts = self._spec | {
                "data_hash": data_hash,
                "command": command,
                "created": datetime.now().astimezone().isoformat(timespec="seconds"),
            }
            with written(path) as temporary:
                write_json(temporary, facts | environment())
        elif read_json(path)["data_hash"] != data_hash:
            raise ValueError(f"{self.path} holds a sweep over other data: name another folder")
        for leftover in self.path.glob(".[0-9]*"):
            shutil.rmtree(leftover, ignore_errors=True)
        self.runs = read_runs(self.path)
        self.write_table()

    def add(self, number, settings, command, facts):
        """Keep a run that has ended."""
        facts = {"run": number, "command": command, "settings": settings} | facts
        raster, confusion = facts.pop("raster", None), facts.pop("confusion", None)
        folder = self.path / f"{number:04d}"
        shutil.rmtree(folder, ignore_errors=True)  # what is there has no result
        with results_folder(folder, probe_bytes=0) as folder:
            write_json(folder / "result.json", facts)
            if raster is not None:
                write_raster(folder, raster)
            if confusion is not None:
                write_confusion(folder, **confusion)
        self.runs[number] = facts
        with open(self.path / "sweep.csv", "a", newline="") as file:
            csv.writer(file).writerow(self._row(number))

    def write_table(self):
        """Write the table anew, sorted by the numbers of the runs."""
        with (
            written(self.path / "sweep.csv") as temporary,
            open(temporary, "w", newline="") as file,
        ):
            writer = csv.writer(file)
            writer.writerow(["run", "status", "score", *self._names, "seconds", "error"])
            writer.writerows(map(self._row, sorted(self.runs)))

    def _row(self, number):
        facts = self.runs[number]
        values = [facts["settings"][name] for name in self._names]
        cells = [value if isinstance(value, str) else json.dumps(value) for value in values]
        head = number, facts["status"], facts.get("score", "")
        return [*head, *cells, facts["seconds"], facts.get("error", "")]

    def best(self, n=1):
        """Return the numbers of the best runs, the best first."""
        scored = [number for number, facts in self.runs.items() if "score" in facts]
        return sorted(scored, key=lambda number: (-self.runs[number]["score"], number))[:n]

    def standing(self):
        """Say how good the best run so far is."""
        best = self.best()
        return f"best {self.runs[best[0]]['score']:.4g} (run {best[0]})" if best else "none good"

    def outcome(self, number):
        """Say how a run went."""
        facts = self.runs[number]
        return f"score {facts['score']:.4g}" if "score" in facts else f"failed: {facts['error']}"

    def summary(self):
        """Say which runs are best, and how to do the best one again."""
        best = self.best(N_BEST)
        n_failed = len(self.runs) - len(self.best(len(self.runs)))
        where = f"see {self.path / 'sweep.csv'}, or: lsm report {shlex.quote(str(self.path))}"
        lines = [f"{len(self.runs)} runs, {n_failed} of them failed; {where}"]
        for number in best:
            settings = self.runs[number]["settings"].items()
            text = " ".join(f"{name}={value}" for name, value in settings)
            lines.append(f"{self.runs[number]['score']:8.4g}  run {number}  {text}")
        return "\n".join([*lines, *(self.runs[number]["command"] for number in best[:1])])


def read_runs(path):
    """Return the facts of the runs of a sweep that have ended, by their numbers.

    A run whose facts are damaged, by a machine that lost its power, has not ended.
    """
    runs = {}
    for result in sorted(path.glob("[0-9]*/result.json")):
        with contextlib.suppress(ValueError):
            runs[int(result.parent.name)] = read_json(result)
    return runs
