"""Standard output that takes nothing, and signals: neither costs a result."""

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lsm.experiments.__main__ import main
from lsm.experiments._command.streams import Output, interruptible, standard_streams
from tests.helpers.sweeps import n_done, wait_for

LSM = f"{sys.executable} -m lsm.experiments"


def shell(command):
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True)


class TestOutput:
    @pytest.mark.parametrize(
        ("end", "status", "message"),
        [
            ("> /dev/full", 2, "lsm: error: standard output: No space left on device\n"),
            (">&-", 0, ""),
            (">&- 2>&-", 0, ""),
            ("2> /dev/full > /dev/full", 2, ""),
        ],
    )
    def test_results_are_kept_though_nothing_can_be_printed(self, tiny, end, status, message):
        done = shell(f"{LSM} run {tiny} --repeats 1 --out out {end}")
        assert (done.returncode, done.stderr) == (status, message)
        names = {"result.json", "model.skops", "table.csv", "confusion.csv"}
        assert {path.name for path in Path("out").iterdir()} == names

    def test_a_reader_that_leaves_is_no_error(self, tiny):
        done = shell(f"{LSM} run {tiny} --repeats 1 --out out | true; echo ${{PIPESTATUS[0]}}")
        assert (done.stdout, done.stderr) == ("0\n", "")
        assert Path("out/result.json").exists()
        done = shell(f"{LSM} run --help | true; echo ${{PIPESTATUS[0]}}")
        assert (done.stdout, done.stderr) == ("0\n", "")

    def test_a_character_that_the_stream_does_not_know_is_escaped(self):
        stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        print("für \udcff", file=Output(stream), flush=True)
        assert stream.buffer.getvalue() == b"f\\xfcr \\udcff\n"

    def test_a_process_without_streams(self, monkeypatch):
        monkeypatch.setattr(sys, "stdout", None)
        monkeypatch.setattr(sys, "stderr", None)
        with standard_streams() as output:
            print("text")
            output.check()


class TestSignals:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_they_interrupt(self, number):
        before = signal.signal(number, signal.SIG_DFL)  # the tests may run under nohup
        try:
            with pytest.raises(KeyboardInterrupt), interruptible():
                os.kill(os.getpid(), number)
            assert signal.getsignal(number) == signal.SIG_DFL
        finally:
            signal.signal(number, before)

    def test_an_ignored_signal_stays_so(self):
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            with interruptible():
                os.kill(os.getpid(), signal.SIGHUP)
        finally:
            signal.signal(signal.SIGHUP, before)

    def test_a_run_leaves_nothing(self, tiny):
        options = ["--set", "b", "tell", "--repeats", "1", "--out", "out"]
        command = [*LSM.split(), "run", tiny, *options]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        wait_for(lambda: list(Path().glob("pid-*")))
        process.terminate()
        assert process.communicate()[1] == b"\nlsm: interrupted, no results are kept\n"
        assert process.returncode == 130
        assert not Path("out").exists()

    def test_a_sweep_whose_processes_get_it_too_has_no_failed_run(self, tiny):
        options = ["--vary", "a", "1", "2", "3", "4", "--set", "seconds", "1", "--jobs", "2"]
        command = [*LSM.split(), "sweep", tiny, *options, "--out", "out"]
        pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL}
        process = subprocess.Popen(command, start_new_session=True, **pipes)
        wait_for(lambda: n_done() >= 1)
        os.killpg(process.pid, signal.SIGTERM)  # as a batch system does
        assert b"lsm: interrupted, " in process.communicate()[1]
        assert process.returncode == 130
        assert not [
            path for path in Path("out").glob("*/result.json") if "failed" in path.read_text()
        ]
        assert main(["sweep", tiny, *options, "--out", "out"]) == 0
        assert n_done() == 4
