"""What docstrings and the README show, run."""

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import lsm
import lsm.datasets
import lsm.experiments

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
MODULES = sorted(
    module.name
    for package in (lsm, lsm.datasets, lsm.experiments)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    if not module.name.endswith(("__main__", "_espeak_worker"))
)
EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
PAGES = sorted(path.name for path in DOCS.glob("*.md"))


def test_there_is_something_to_run():
    assert len(EXAMPLES) == 2
    assert "search.md" in PAGES
    assert "lsm.liquid" in MODULES
    assert "lsm.datasets._spoken_words" in MODULES


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_give_what_they_say(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_of_the_readme_run(example, capsys):
    exec(compile(example, str(README), "exec"), {"__name__": "readme"})
    score = float(capsys.readouterr().out.split()[0])
    assert score > 0.9


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_documentation_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    exec(compile("\n".join(blocks), page, "exec"), {"__name__": page})


def test_what_contributing_shows_is_live_source():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    shown = re.findall(r"```python\n# (\S+/\S+)\n(.*?)```", text, re.DOTALL)
    assert len(shown) == 2
    for file, code in shown:
        lines = [line.strip() for line in code.splitlines() if line]
        live = [line.strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
        live = [line for line in live if line]
        assert any(live[i : i + len(lines)] == lines for i in range(len(live))), file
