"""A small experiment to sweep over, and what is read of a sweep."""

import time
from pathlib import Path

import pandas as pd

from lsm.experiments.__main__ import main

TINY = Path(__file__).with_name("tiny.py").read_text()


def rows_of(folder, leave_out=("seconds",)):
    table = pd.read_csv(Path(folder) / "sweep.csv").drop(columns=list(leave_out))
    return table.sort_values("run", ignore_index=True)


def error_of(capsys, *options):
    """Run the command, expect status 2, and return the one line it complains with."""
    try:
        status = main(["sweep", *options])
    except SystemExit as stop:  # from the parser
        status = stop.code
    captured = capsys.readouterr()
    assert status == 2
    assert captured.err.startswith("lsm: error: ")
    assert captured.err.count("\n") == 1
    return captured.err


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def n_done(folder="out"):
    return len(list(Path(folder).glob("[0-9]*/result.json")))
