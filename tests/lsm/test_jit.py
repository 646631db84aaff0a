"""Compiled code on disk: damaged files are compiled again, and a full disk is no error."""

import errno
import importlib.util
import os

import numpy as np
import pytest

from lsm._jit import folder_of, njit

CODE = """
from lsm._jit import njit

@njit
def total(x):
    s = 0.0
    for v in x:
        s += v
    return s
"""


@pytest.fixture
def load(tmp_path):
    """Return a function that imports a module anew, with the compiled function in it."""
    path = tmp_path / "summing.py"
    path.write_text(CODE)

    def load():
        spec = importlib.util.spec_from_file_location("summing", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.total

    return load


def hits(total):
    """Call the function, and return how many of its signatures came from the disk."""
    assert total(np.arange(4.0)) == 6
    return sum(total.stats.cache_hits.values())


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("kind", ["nbi", "nbc"])
def test_a_file_that_is_empty_or_cut_is_compiled_again(load, tmp_path, kind, kept):
    assert [hits(load()), hits(load())] == [0, 1]
    (path,) = tmp_path.rglob(f"*.{kind}")
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    assert [hits(load()), hits(load())] == [0, 1]


def test_a_full_disk_costs_the_copy_only(load, monkeypatch):
    def replace(*paths):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        assert [hits(load()), hits(load())] == [0, 0]
    assert [hits(load()), hits(load())] == [0, 1]


def test_the_folder_of_a_compiled_function_is_where_its_files_are(load, tmp_path):
    total = load()
    assert hits(total) == 0
    folders = {str(path.parent) for path in tmp_path.rglob("*.nb[ic]")}
    assert folders == {folder_of(total)}
    assert folder_of(njit(lambda x: x, cache=False)) is None
