"""What has been measured: kept as JSON from group to group, and written out for people."""

import json
import os
from pathlib import Path

from .goals import outcomes
from .report import draw, environment_line, table

__all__ = ["Results", "disagreements"]

HEAD = """# Results

Written by `python -m benchmarks`; [README.md](README.md) says what is measured and what limits it.
Speed is in samples of 500 ms a second: median, with quartiles. `relative` is to the first line of a
block, from ratios within a round."""


class Results:
    """Results of groups, of this run and of earlier ones.

    Parameters
    ----------
    folder : path or None
        Where to keep results.json, RESULTS.md and cost.png; None keeps nothing.

    Attributes
    ----------
    groups : dict of str to dict
        Of each group `rows`, and `machine`, `date`, `load`, `took` and `skipped` of its run.
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
        """Keep the results of a group in the place of older ones.

        Each file is whole at any moment, whenever the run is stopped.
        """
        self.groups[name] = json.loads(json.dumps(group))  # as it will be read
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
        """Return all results, one group after the other."""
        return json.dumps(self.groups, indent=1) + "\n"

    def as_markdown(self):
        """Return all tables, and what they are of."""
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
