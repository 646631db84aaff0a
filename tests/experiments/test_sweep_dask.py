"""A sweep on a Dask cluster: a scheduler and two workers, processes of this machine."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lsm.experiments.__main__ import main
from tests.helpers.sweeps import n_done, rows_of, wait_for

VARY = ["--vary", "a", *(f"{i / 12:.3f}" for i in range(12)), "--vary", "b", "0", "raise"]


def start(*words):
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def cluster(tiny):
    """Return the address of a scheduler, and its two workers."""
    scheduler = start(
        "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-jupyter",
        "--scheduler-file", "scheduler.json",
    )  # fmt: skip
    processes = [scheduler]
    try:
        wait_for(lambda: Path("scheduler.json").exists() and address_in("scheduler.json"))
        address = address_in("scheduler.json")
        processes += [
            start(
                "worker", address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny",
                "--no-dashboard",
            )
            for _ in range(2)
        ]  # fmt: skip
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def address_in(path):
    try:
        return json.loads(Path(path).read_text())["address"]
    except ValueError:  # it is being written
        return None


def test_a_worker_that_dies_changes_nothing(cluster, monkeypatch):
    from distributed import Client

    address, workers = cluster
    sent = []
    submit = Client.submit

    def submit_and_note(self, function, *args, **options):
        sent.extend(part for part in (*args, *options.values()) if isinstance(part, bytes))
        return submit(self, function, *args, **options)

    monkeypatch.setattr(Client, "submit", submit_and_note)
    options = ["sweep", "tiny.py", *VARY, "--set", "seconds", "0.05"]

    def kill_one():
        wait_for(lambda: n_done("far") >= 5)
        workers[0].kill()

    killer = threading.Thread(target=kill_one)
    killer.start()
    assert main([*options, "--out", "far", "--scheduler", address]) == 0
    killer.join()
    assert workers[0].wait() < 0
    assert main([*options, "--out", "near"]) == 0
    assert len(rows_of("near")) == 24
    assert rows_of("far").equals(rows_of("near"))
    assert len(sent) == 1  # the data
