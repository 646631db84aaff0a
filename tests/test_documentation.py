"""Run the examples of the docstrings, the README and the pages; check links between pages."""

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import lsm
import lsm.datasets
import lsm.experiments
from tests.helpers.sources import source_files

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
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
MARKDOWN = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "benchmarks/**/*.md")
    for path in ROOT.glob(pattern)
)
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def test_there_is_something_to_run():
    assert len(EXAMPLES) == 5
    assert {"search.md", "studies/time-series.md"} <= set(PAGES)
    assert {"README.md", "benchmarks/RESULTS.md", "docs/search.md"} <= set(MARKDOWN)
    assert "lsm.liquid" in MODULES
    assert "lsm.datasets._spoken_words" in MODULES


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_give_what_they_say(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_of_the_readme_run(example, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(example, str(README), "exec"), {"__name__": "readme"})
    score = float(capsys.readouterr().out.split()[0])
    assert score > 0.9


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_documentation_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    exec(compile("\n".join(blocks), page, "exec"), {"__name__": page})


def anchors_of(page):
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ +(.+)$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", MARKDOWN)
def test_links_of_a_page_lead_to_files_and_headings(page):
    text = FENCE.sub("", (ROOT / page).read_text("utf-8"))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("https://", "http://")):
            continue
        file, _, anchor = link.partition("#")
        target = (ROOT / page).parent / file if file else ROOT / page
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(target), link


def test_pages_that_the_source_names_exist():
    named = {
        (module, name)
        for module, path in source_files().items()
        for name in re.findall(r"docs/[\w/-]+\.\w+", path.read_text("utf-8"))
    }
    assert ("lsm.health", "docs/studies/measures.md") in named
    assert [pair for pair in named if not (ROOT / pair[1]).exists()] == []


def test_the_script_of_contributing_runs(capsys):
    script, *others = re.findall(r"```python\n(?!# )(.*?)```", CONTRIBUTING, re.DOTALL)
    assert not others
    exec(compile(script, "CONTRIBUTING.md", "exec"), {"__name__": "script"})
    assert capsys.readouterr().out == "(8, 50)\n"


def test_what_contributing_shows_is_live_source():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    shown = re.findall(r"```python\n# (\S+/\S+)\n(.*?)```", text, re.DOTALL)
    assert len(shown) == 3
    for file, code in shown:
        lines = [line.strip() for line in code.splitlines() if line]
        live = [line.strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
        live = [line for line in live if line]
        assert any(live[i : i + len(lines)] == lines for i in range(len(live))), file
