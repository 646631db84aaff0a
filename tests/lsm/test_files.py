"""Files that are written as a whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from lsm._files import written


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_file_is_complete_or_not_there_and_replaces_a_link():
    Path("victim").write_text("precious")
    Path("file").symlink_to("victim")

    def write_half():
        with written("file") as file:
            file.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert sorted(os.listdir()) == ["file", "victim"]
    with written("file") as file:
        file.write("new \udcff")
    assert Path("file").read_text() == "new \\udcff"
    assert not Path("file").is_symlink()
    assert Path("victim").read_text() == "precious"


def test_a_file_that_does_not_reach_the_disk_replaces_nothing(monkeypatch):
    Path("file").write_text("before")

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)

    def write():
        with written("file", "wb") as file:
            file.write(b"after")

    with pytest.raises(OSError, match="No space left"):
        write()
    assert os.listdir() == ["file"]
    assert Path("file").read_text() == "before"
