"""A folder that one process owns: whatever happens, results stay and foreign files too."""

import errno
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lsm.experiments._study import folder as module
from lsm.experiments._study.folder import OwnFolder, results_folder


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "PROBE_BYTES", 2**20)


def tree(folder="."):
    return sorted(str(path) for path in Path(folder).rglob("*"))


def finish(folder):
    with folder.results() as private:
        (private / "result.json").write_text("{}")
        (private / "table.csv").write_text("a")


def in_folder(act, out="out"):
    with results_folder(out, "x") as folder:
        act(folder)


def anything(path, names):
    """Accept an existing folder."""


class TestReserving:
    def test_a_new_folder_appears_at_once_and_holds_the_results(self):
        with results_folder("a/b", "x") as folder:
            assert tree("a") == ["a/b", "a/b/.lock"]
            finish(folder)
        assert tree("a") == ["a/b", "a/b/result.json", "a/b/table.csv"]

    def test_in_one_second_each_gets_a_folder_of_its_own(self):
        barrier, paths = threading.Barrier(8), []

        def run():
            barrier.wait()
            with results_folder(None, "mine.py") as folder:
                paths.append(folder.path)
                finish(folder)

        threads = [threading.Thread(target=run) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(paths)) == 8
        assert all(path.name.startswith("mine-") for path in paths)
        assert len(list(Path("results").glob("*/result.json"))) == 8

    def test_another_process_is_kept_out(self):
        code = "from lsm.experiments._study.folder import results_folder as f; f('out', 'x')"
        for make in (lambda: None, lambda: Path("out").mkdir()):
            make()
            with results_folder("out", "x") as folder:
                done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
                assert f"another process is at work on {folder.path}" in done.stderr
                finish(folder)
            assert tree() == ["out", "out/result.json", "out/table.csv"]
            shutil.rmtree("out")

    def test_a_folder_with_anything_in_it_is_refused_and_left(self):
        Path("full").mkdir()
        Path("full/note.txt").write_text("mine")
        Path("file").write_text("mine")
        Path("dangling").symlink_to("nowhere")
        before = tree()
        for name, message in (
            ("full", "exists and is not empty"), ("file", "is not a folder"),
            ("dangling", "is not a folder"), ("file/x", "cannot write results to .*file/x"),
        ):  # fmt: skip
            with pytest.raises(OSError, match=message):
                results_folder(name, "x")
        assert tree() == before
        Path("results").write_text("a file")
        with pytest.raises(OSError, match="cannot write results to results/x"):
            results_folder(None, "x")

    def test_an_empty_folder_or_a_link_to_one_is_filled(self):
        Path("empty").mkdir()
        Path("link").symlink_to("empty")
        with results_folder("link", "x") as folder:
            finish(folder)
        assert tree("empty") == ["empty/result.json", "empty/table.csv"]
        assert Path("link").is_symlink()

    def test_a_process_that_was_killed_does_not_block_the_folder(self):
        Path("out/.unfinished-abc").mkdir(parents=True)
        Path("out/.unfinished-abc/result.json").write_text("of another process")
        Path("out/.lock").touch()
        with results_folder("out", "x") as folder:
            finish(folder)
        assert Path("out/.unfinished-abc/result.json").read_text() == "of another process"

    def test_without_results_nothing_is_left_that_was_not_there(self):
        Path("empty").mkdir()

        def interrupt(folder):
            raise KeyboardInterrupt

        for name in ("empty", "new"):
            with pytest.raises(KeyboardInterrupt):
                in_folder(interrupt, name)
        assert tree() == ["empty"]

    def test_a_file_system_without_locks_is_no_reason_to_refuse(self, monkeypatch):
        def flock(*arguments):
            raise OSError(errno.ENOSYS, "Function not implemented")

        monkeypatch.setattr(module.fcntl, "flock", flock)
        with results_folder("out", "x") as folder:
            finish(folder)
        assert tree() == ["out", "out/result.json", "out/table.csv"]

    @pytest.mark.parametrize("target", ["victim", "nowhere"])
    def test_a_planted_lock_is_not_followed(self, target):
        Path("victim").write_text("precious")
        Path("out").mkdir()
        Path("out/.lock").symlink_to(f"../{target}")
        with pytest.raises(OSError, match=r"out/\.lock: it is a link"):
            OwnFolder("out", anything)
        assert Path("victim").read_text() == "precious"
        assert Path("out/.lock").is_symlink()
        assert not Path("nowhere").exists()

    def test_a_named_pipe_as_lock_does_not_block(self):
        Path("out").mkdir()
        os.mkfifo("out/.lock")
        OwnFolder("out", anything).close()


class TestResults:
    def test_an_error_in_the_end_keeps_what_is_there(self):
        def draw(folder):
            with folder.results() as private:
                (private / "result.json").write_text("{}")
                raise KeyError("picture")

        with pytest.raises(KeyError) as caught:
            in_folder(draw)
        assert caught.value.__notes__ == [f"finished results are in {Path('out').absolute()}"]
        assert tree() == ["out", "out/result.json"]

    def test_a_folder_that_is_filled_meanwhile_keeps_both(self):
        def fill(folder):
            Path("victim").write_text("precious")
            Path("out/result.json").symlink_to("../victim")
            Path("out/note.txt").write_text("mine")
            finish(folder)

        with pytest.raises(OSError, match=r"it has got a file result\.json") as caught:
            in_folder(fill)
        assert Path("victim").read_text() == "precious"
        (note,) = caught.value.__notes__
        kept = Path(note.removeprefix("finished results are in "))
        assert {path.name for path in kept.iterdir()} == {"result.json", "table.csv"}

    @pytest.mark.parametrize("replace", [False, True])
    def test_a_folder_that_is_gone_or_another_costs_nothing(self, replace):
        def lose(folder):
            shutil.rmtree("out")
            if replace:
                Path("out").mkdir()
            finish(folder)

        with pytest.raises(OSError, match="cannot write results") as caught:
            in_folder(lose)
        kept = Path(caught.value.__notes__[0].removeprefix("finished results are in "))
        assert (kept / "result.json").exists()

    def test_a_run_of_a_sweep_is_not_written_through_a_link(self):
        Path("elsewhere").mkdir()

        def add(folder):
            with folder.results("0000", replace=True) as private:
                (private / "result.json").write_text("{}")

        with OwnFolder("out", anything) as folder:
            Path("out/0000").symlink_to("../elsewhere")
            with pytest.raises(OSError, match=r"0000: it is a link|Not a directory"):
                add(folder)
        assert tree("elsewhere") == []
        assert len(list(Path("out").glob(".unfinished-*/result.json"))) == 1

    def test_files_can_be_read_as_the_umask_has_it(self):
        before = os.umask(0o027)
        try:
            with results_folder("out", "x") as folder:
                finish(folder)
        finally:
            os.umask(before)
        assert Path("out").stat().st_mode & 0o777 == 0o750
        assert Path("out/result.json").stat().st_mode & 0o777 == 0o640
