"""Settings that hold for every test, and fixtures of several files."""

import hashlib
import os
import shutil
from pathlib import Path

import matplotlib
import pytest
from hypothesis import settings

from tests.helpers.browser import find_browser
from tests.helpers.spoken_digits import RECORDINGS

# Or a failed assertion there would not tell its values.
pytest.register_assert_rewrite("tests.helpers.sweeps")

# No test needs a screen.
matplotlib.use("Agg")

# The first example of a property may compile a kernel, so time is no failure; and a run that
# passed here must pass for whoever runs it next.
settings.register_profile("lsm", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("lsm")


@pytest.hookimpl(tryfirst=True)  # before pytest-mpl looks
def pytest_configure(config):
    """Compare pictures with their references, as its option --mpl would have it."""
    config.option.mpl = True


def pytest_collection_modifyitems(config, items):
    """Leave out what needs a browser where there is none, but never in CI."""
    if find_browser() is None and "CI" not in os.environ:
        left_out = [item for item in items if item.get_closest_marker("browser")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_report_header():
    """Say that something is left out."""
    return f"browser: {find_browser() or 'none (apt install chromium)'}"


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """Work in a folder with an experiment in a file, and return its name."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(Path(__file__).parent / "helpers" / "tiny.py", "tiny.py")
    return "tiny.py"


@pytest.fixture
def few_digits(monkeypatch, tmp_path):
    """A data set of 16 files; no test reaches the network or the user's cache."""
    monkeypatch.setattr("lsm.datasets._spoken_digits.URL", "http://127.0.0.1:9/none.tar.gz")
    monkeypatch.setenv("LSM_DATA", str(tmp_path / "cache"))
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in RECORDINGS.items()}
    monkeypatch.setattr("lsm.datasets._spoken_digits._load_registry", lambda: hashes)
