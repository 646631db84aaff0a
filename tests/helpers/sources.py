"""The source files of the package, for tests that read them."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = {"lsm": "lsm", "lsm.datasets": "datasets", "lsm.experiments": "experiments"}


def source_files():
    """Return the path of every source file of the package by the name of its module."""
    files = {}
    for package, folder in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            files[".".join([package, *parts])] = path
    return files
