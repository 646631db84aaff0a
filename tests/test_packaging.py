"""What is installed: every package, its data, the command, one version, no stolen names."""

import configparser
import importlib
import re
import subprocess
import sys
from importlib import metadata, resources
from pathlib import Path

import pytest

import lsm

ROOT = Path(__file__).parents[1]
DISTRIBUTION = "liquid-state-machine"


def setup_cfg():
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def lines(value):
    return [line for line in value.strip().splitlines() if line]


def printed_by(code, folder):
    """Run Python in a folder: from the root it would find our folders without any install."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


PACKAGES = lines(setup_cfg()["options"]["packages"])
FOLDERS = dict(re.split(r"\s*=\s*", line) for line in lines(setup_cfg()["options"]["package_dir"]))


def test_setup_cfg_lists_the_packages_that_are_on_disk():
    on_disk = [
        ".".join([package, *path.parent.relative_to(ROOT / folder).parts])
        for package, folder in FOLDERS.items()
        for path in (ROOT / folder).rglob("__init__.py")
    ]
    assert sorted(PACKAGES) == sorted(on_disk)


@pytest.mark.parametrize("folder", FOLDERS.values())
def test_a_folder_of_sources_is_a_package(folder):
    # Without an __init__.py the test above would not see it, nor a wheel hold it.
    assert all((path.parent / "__init__.py").exists() for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_imported_under_its_own_name(package):
    assert importlib.import_module(package).__name__ == package


def test_a_package_is_found_from_any_folder(tmp_path):
    code = "import lsm.datasets, lsm.experiments; print(lsm.__version__)"
    assert printed_by(code, tmp_path) == lsm.__version__


@pytest.mark.parametrize("name", ["datasets", "experiments"])
def test_no_top_level_name_is_taken(name, tmp_path):
    code = f"import importlib.util; print(importlib.util.find_spec({name!r}))"
    # Other people's package of that name may well be installed.
    assert str(ROOT) not in printed_by(code, tmp_path)
    assert metadata.distribution(DISTRIBUTION).read_text("top_level.txt").split() == ["lsm"]


def test_the_version_stands_in_setup_cfg_alone():
    version = setup_cfg()["metadata"]["version"]
    assert lsm.__version__ == metadata.version(DISTRIBUTION) == version
    sources = [path for folder in FOLDERS.values() for path in (ROOT / folder).rglob("*.py")]
    for path in [*sources, ROOT / "pyproject.toml"]:
        assert f'"{version}"' not in path.read_text(encoding="utf-8"), path


def test_the_changelog_knows_the_version():
    version = setup_cfg()["metadata"]["version"]
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_hashes_of_the_spoken_digits_are_installed():
    hashes = resources.files("lsm.datasets").joinpath("fsdd_sha256.txt").read_text()
    assert len(hashes.splitlines()) == 3000


def test_the_recordings_are_installed_with_their_licence():
    folder = resources.files("lsm.datasets")
    assert folder.joinpath("fsdd.flac").read_bytes().startswith(b"fLaC")
    assert "CC BY-SA 4.0" in folder.joinpath("fsdd.txt").read_text()
    assert "Attribution-ShareAlike 4.0" in folder.joinpath("fsdd_LICENSE.txt").read_text()


def test_the_metadata_name_both_licences():
    stated = setup_cfg()["metadata"]
    assert stated["license_expression"] == "BSD-3-Clause AND CC-BY-SA-4.0"
    files = lines(stated["license_files"])
    assert files == ["LICENSE", "datasets/fsdd_LICENSE.txt"]
    assert all((ROOT / file).is_file() for file in files)


def test_the_command_is_installed():
    (command,) = metadata.entry_points(group="console_scripts", name="lsm")
    assert callable(command.load())
