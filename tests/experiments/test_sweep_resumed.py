"""A sweep that was stopped goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from lsm.experiments.__main__ import main
from lsm.experiments._sweep import pools
from lsm.experiments._sweep.folder import SweepFolder
from tests.helpers.sweeps import error_of, n_done, rows_of, wait_for


def start(*options):
    """Start the command in another process."""
    return subprocess.Popen(
        [sys.executable, "-m", "lsm.experiments", "sweep", "tiny.py", "--out", "out", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # What was started in the background of a script would ignore the interrupt.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class TestGoingOn:
    OPTIONS = ("--vary", "a", *(f"{i / 24:.3f}" for i in range(24)), "--set", "seconds", "0.03")

    def test_killed_and_started_again_it_is_as_if_nothing_had_been(self, tiny):
        assert main(["sweep", tiny, "--out", "whole", "--jobs", "2", *self.OPTIONS]) == 0
        rng = np.random.default_rng(0)
        for goal in (0, 4, 13):
            process = start("--jobs", "2", *self.OPTIONS)
            wait_for(lambda goal=goal: Path("out/sweep.json").exists() and n_done() >= goal)
            time.sleep(rng.uniform(0, 0.1))
            process.send_signal(signal.SIGKILL)
            process.wait()
            process.stderr.close()
        # What a process may leave that was killed while it wrote.
        (Path("out") / ".unfinished-rest").mkdir()
        with open("out/sweep.csv", "a") as file:
            file.write("22,do")
        before = {path: path.stat().st_mtime_ns for path in Path("out").rglob("result.json")}
        assert main(["sweep", tiny, "--out", "out", "--jobs", "2", *self.OPTIONS]) == 0
        assert rows_of("out").equals(rows_of("whole"))
        assert len(rows_of("out")) == 24
        assert all(path.stat().st_mtime_ns == then for path, then in before.items())
        assert (Path("out") / ".unfinished-rest").exists()  # another process has made it

    def test_what_is_half_written_is_done_again(self, tiny):
        options = ["sweep", tiny, "--vary", "a", "0.2", "0.5", "--out", "out"]
        Path("out").mkdir()
        Path("out/.unfinished-1").write_text('{"exper')  # the process was killed as it began
        assert main(options) == 0
        before = rows_of("out")
        Path("out/0001/result.json").write_text("")  # the machine has lost its power
        assert main(options) == 0
        assert rows_of("out").equals(before)
        assert json.loads(Path("out/0001/result.json").read_text())["score"] == before["score"][1]

    def test_one_folder_has_one_sweep_and_none_outlives_its_command(self, tiny, capsys):
        options = ["--vary", "a", "1", "2", "--set", "b", "tell"]
        process = start("--jobs", "2", *options)
        wait_for(lambda: len(list(Path().glob("pid-*"))) == min(2, pools.joblib.cpu_count()))
        assert "another process is at work" in error_of(capsys, tiny, *options, "--out", "out")
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for path in Path().glob("pid-*"):
            wait_for(lambda path=path: not is_alive(int(path.name[4:])), 30)

    def test_only_what_this_process_has_made_is_removed(self, tiny, capsys):
        options = [tiny, "--vary", "a", "0.2", "0.5", "--out", "out"]
        Path("out").mkdir()
        assert "Invalid parameter" in error_of(capsys, *options, "--vary", "c", "1")
        assert Path("out").is_dir()
        Path("link").symlink_to("out")
        options[-1] = "link"
        assert "Invalid parameter" in error_of(capsys, *options, "--vary", "c", "1")
        assert main(["sweep", *options]) == 0
        with SweepFolder("out", json.loads(Path("out/sweep.json").read_text())):
            Path("out/sweep.json").unlink()  # as a tool that synchronises folders may do
        assert n_done() == 2

    def test_an_interrupt_says_how_to_go_on(self, tiny):
        process = start("--vary", "a", "1", "2", "3", "--set", "seconds", "1", "--jobs", "1")
        wait_for(lambda: n_done() >= 1)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
        assert process.returncode == 130
        message = b"\nlsm: interrupted, 1 runs are kept, and the same command continues\n"
        assert error == message

    def test_a_draw_may_have_more_runs_later(self, tiny):
        options = ["sweep", tiny, "--between", "a", "0.1", "0.9", "--search", "random"]
        assert main([*options, "--runs", "2", "--out", "out"]) == 0
        first = rows_of("out")
        assert main([*options, "--runs", "5", "--out", "out"]) == 0
        assert rows_of("out")[:2].equals(first)
        assert main([*options, "--runs", "5", "--out", "whole"]) == 0
        assert rows_of("out").equals(rows_of("whole"))

    def test_optuna_goes_on_as_if_nothing_had_been(self, tiny):
        options = ["sweep", tiny, "--between", "a", "0.0", "1.0", "--vary", "b", "0", "x", "[1, 2]"]
        options += ["--search", "optuna", "--jobs", "1"]
        assert main([*options, "--runs", "14", "--out", "whole"]) == 0
        for runs in ("3", "12", "14"):
            assert main([*options, "--runs", runs, "--out", "out"]) == 0
        assert rows_of("out").equals(rows_of("whole"))
        # It learns: the last draws lie nearer to where the line should be than the first.
        distance = (rows_of("out")["a"] - 0.5).abs()
        assert distance[10:].mean() < distance[:10].mean()
