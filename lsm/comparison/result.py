"""Result of a comparison: a table and sentences, as text and as HTML."""

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

__all__ = ["Comparison"]


@dataclass(frozen=True)
class Comparison:
    """Scores of a model with a liquid, and of its controls.

    Attributes
    ----------
    table : DataFrame
        A row for the model and for each control: `model`, its name; `score`, the mean over folds;
        `difference`, the model's score minus that of the control, with the ends `low` and `high`
        of its 95 % interval; `seconds` to fit and score a fold, the median. A control that failed
        has NaN.
    verdict : tuple of str
        Sentences.
    scores : DataFrame of shape (n_folds, n_models)
        Score of each model in each fold.
    scoring : str
        Name of the score, of which higher values are better.
    """

    table: pd.DataFrame
    verdict: tuple
    scores: pd.DataFrame
    scoring: str

    @property
    def caption(self) -> str:
        """Description of the numbers in the table."""
        folds = f"{len(self.scores)} fold{'s' * (len(self.scores) > 1)}"
        return (
            f"{self.scoring}, mean of {folds}; differences are the model minus the control, with "
            "95 % intervals (corrected resampled t)"
        )

    def _cells(self):
        """Return the table as texts, the header first."""
        header = ("", self.scoring, "difference", "95 % interval", "seconds")
        return [header, *(_texts(*row[1:]) for row in self.table.itertuples())]

    def __str__(self):
        cells = self._cells()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
            for row in cells
        ]
        return "\n".join([*lines, "", *self.verdict, "", f"{self.caption}."])

    def _repr_html_(self):
        """Return the table and the sentences as HTML, for notebooks."""
        header, *rows = [[escape(cell) for cell in row] for row in self._cells()]
        head = "".join(f"<th>{cell}</th>" for cell in header)
        body = "".join(
            f"<tr><th>{row[0]}</th>{''.join(f'<td>{cell}</td>' for cell in row[1:])}</tr>"
            for row in rows
        )
        sentences = "".join(f"<li>{escape(sentence)}</li>" for sentence in self.verdict)
        return (
            f"<table><caption>{escape(self.caption)}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table><ul>{sentences}</ul>"
        )


def _texts(name, score, difference, low, high, seconds):
    """Return the cells of a row as texts."""
    if np.isnan(score):
        return (name, "failed", "", "", "")
    known = "" if np.isnan(difference) else f"{difference:+.3f}"
    interval = "" if np.isnan(low) else f"{low:+.3f} to {high:+.3f}"
    return (name, f"{score:.3f}", known, interval, f"{seconds:.2f}")
