"""Results of the groups, stored as JSON and written as Markdown."""

import json
import os
from pathlib import Path

from .goals import outcomes
from .report import draw, environment_line, table

__all__ = ["Results", "disagreements"]

HEAD = """# Results

`python -m benchmarks` writes this page. [README.md](README.md) explains the measurements and the
speed limits. Speed is in samples of 500 ms per second: the median, with quartiles in brackets.
`relative` is the ratio to the first line of a block, computed within rounds."""


class Results:
    """Results of groups, of this run and of earlier ones.

    Parameters
    ----------
    folder : path or None
        Folder of results.json, RESULTS.md and cost.png; None writes no files.

    Attributes
    ----------
    groups : dict of str to dict
        By group, `rows`, and `machine`, `date`, `load`, `took` and `skipped` of its run.
    """

    def __init__(self, folder):
        self._folder = folder and Path(folder)
        self.groups = {}
        if folder and (self._folder / "results.json").exists():
            self.groups = json.loads((self._folder / "results.json").read_text())

    @property
    def rows(self):
        """The rows of every group."""
        return {name: group["rows"] for name, group in self.groups.items()}

    def add(self, name, group, order):
        """Store the results of a group in place of its older results.

        Each file is complete at any moment, also if the run is stopped.
        """
        self.groups[name] = json.loads(json.dumps(group))  # as it is read from the file
        self.groups = {key: self.groups[key] for key in order if key in self.groups}
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write("results.json", lambda path: path.write_text(self.as_json()))
            self._write("cost.png", lambda path: draw(self.rows, path))
            self._write("RESULTS.md", lambda path: path.write_text(self.as_markdown()))

    def _write(self, name, write):
        temporary = self._folder / f".new-{name}"
        write(temporary)
        os.replace(temporary, self._folder / name)

    def as_json(self):
        """Return the results of all groups as JSON."""
        return json.dumps(self.groups, indent=1) + "\n"

    def as_markdown(self):
        """Return the tables of all groups as Markdown."""
        parts = [HEAD, "![Cost against size](cost.png)"]
        if reached := outcomes(self.rows):
            parts += ["## Goals", table(reached)]
        previous = None
        for name, group in self.groups.items():
            parts += [f"## {name}", group["about"]]
            if group["machine"] != previous:
                parts.append(environment_line(group["machine"]))
                previous = group["machine"]
            before, after = group["load"]
            took = f"{group['date']}, {group['took']:.0f} s, load {before:.1f} to {after:.1f}"
            parts += [f"{took}, commit {group['commit']}.", table(group["rows"])]
        skipped = {
            key: why for group in self.groups.values() for key, why in group["skipped"].items()
        }
        parts += [f"{peer} was left out: {why}" for peer, why in skipped.items()]
        return "\n\n".join(parts) + "\n"


def disagreements(results):
    """List the lines of the same model whose spikes differ in float64.

    In float32, one spike that moves by rounding changes the rest of a chaotic trajectory.
    """
    return [
        f"{row['workload']}, {row['engine']}: {100 * row['equal_counts']:.2f} % of counts are equal"
        for rows in results.values()
        for row in rows
        if row.get("precision") == "float64"
        and not row.get("note")
        and row.get("equal_counts", 1) < 1
    ]
