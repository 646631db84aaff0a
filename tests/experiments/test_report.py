"""The page of `lsm report`, read as text, and opened in a real browser without a network."""

import errno
import json
import os
import re
import sys

import numpy as np
import pandas as pd
import pytest

from lsm.experiments import _report
from lsm.experiments.__main__ import main
from lsm.experiments._study.report_files import write_raster
from lsm.experiments._sweep.folder import SweepFolder
from tests.helpers.browser import launched, opened
from tests.helpers.sweeps import wait_for

# What would be code or markup if it were taken for it.
HOSTILE = "</script><script>window.hurt=1</script><img src=x onerror=hurt=1><b>&amp;\"'$x ${x} %{y}"
LABELS = ["low", HOSTILE, "high"]
SIZES = [1, 2, [1, 2]]
SPEC = {
    "experiment": "tiny.py", "options": {}, "search": "random", "scoring": None,
    "vary": {"liquid__snapshots__n": SIZES},
    "between": {"liquid__neurons__tau_m": [5.0, 50.0, "log"], "readout__alpha": [1, 100]},
}  # fmt: skip
N_RUNS, N_FAILED = 24, 2


def facts_of(number):
    """Return settings and facts of a run of a sweep; the last ones fail."""
    rng = np.random.default_rng(number)
    settings = {
        "liquid__snapshots__n": SIZES[number % 3],
        "liquid__neurons__tau_m": float(np.exp(rng.uniform(*np.log([5, 50])))),
        "readout__alpha": int(rng.integers(1, 101)),
    }
    if number >= N_RUNS - N_FAILED:
        facts = {"status": "failed", "error": HOSTILE, "traceback": f"Traceback\n  {HOSTILE}"}
        return settings, facts | {"seconds": None}
    raster = {
        "times": np.arange(40.0).tolist(), "neurons": np.tile([0, 9], 20).tolist(),
        "duration": 40.0, "shown": [0, 9], "inhibitory": [9],
    }  # fmt: skip
    counts = rng.integers(0, 30, (3, 3)).tolist()
    facts = {"status": "done", "score": rng.uniform(0.5, 1), "seconds": 1.5, "warnings": [HOSTILE]}
    return settings, facts | {"raster": raster, "confusion": {"labels": LABELS, "counts": counts}}


def make_sweep(path, n_runs=N_RUNS):
    with SweepFolder(path, SPEC) as folder:
        folder.begin("hash", f"lsm sweep tiny.py # {HOSTILE}")
        for number in range(n_runs):
            settings, facts = facts_of(number)
            folder.add(number, settings, f"lsm run tiny.py --n {number} # {HOSTILE}", facts)
    return path


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    path = make_sweep(tmp_path_factory.mktemp("report") / "a & <b>")
    assert main(["report", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "run"
    options = ["--words", "zero", "one", "two", "--n-voices", "3", "--takes", "4"]
    options += ["--n-neurons", "40"]
    assert main(["run", "spoken-words", *options, "--out", str(path)]) == 0
    assert main(["report", str(path)]) == 0
    return path


def error_of(capsys, *options):
    assert main(["report", *map(str, options)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


class TestPage:
    def test_it_holds_what_the_folder_holds(self, sweep):
        page = (sweep / "report.html").read_text()
        (data,) = re.findall(r'<script type="application/json" id="facts">(.*?)</script>', page)
        facts = json.loads(data)
        assert facts["command"] == f"lsm sweep tiny.py # {HOSTILE}"
        runs = {run["run"]: run for run in facts["runs"]}
        assert sorted(runs) == list(range(N_RUNS))
        for number, run in runs.items():
            settings, wanted = facts_of(number)
            assert run["settings"] == settings
            assert run["command"] == f"lsm run tiny.py --n {number} # {HOSTILE}"
            assert run["score"] == wanted.get("score")
            assert run.get("traceback") == wanted.get("traceback")

    def test_it_asks_for_nothing_and_runs_its_own_code_only(self, sweep):
        page = (sweep / "report.html").read_text()
        assert not re.findall(r"""<(?!script|style|meta)[^>]*\s(src|href)=""", page)
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', page)
        assert policy.startswith("default-src 'none'; script-src 'sha256-")
        assert "'unsafe-inline'" not in policy.split(";")[1]
        assert HOSTILE[:20] not in page

    def test_inhibitory_neurons_of_a_raster_lie_above_the_others(self, tmp_path):
        write_raster(tmp_path, {
            "times": [0.0, 1.0, 2.0, 3.0], "neurons": [2, 5, 9, 5], "inhibitory": [2],
            "duration": 4.0, "shown": [2, 5, 9],
        })  # fmt: skip
        raster = _report._pictures(tmp_path)["raster"]
        assert raster["excitatory"] == {
            "times": [1, 2, 3], "neurons": [5, 9, 5], "places": [0, 1, 0]
        }  # fmt: skip
        assert raster["inhibitory"] == {"times": [0], "neurons": [2], "places": [2]}

    def test_a_sweep_as_large_as_you_like_has_pictures_of_the_best(self, tmp_path, monkeypatch):
        monkeypatch.setattr(_report, "N_PICTURED", 3)
        runs = _report._facts_of_sweep(make_sweep(tmp_path / "sweep"))["runs"]
        assert [("raster" in run, "confusion" in run) for run in runs[:4]] == [(True, True)] * 3 + [
            (False, False)
        ]
        scores = [run["score"] for run in runs[: N_RUNS - N_FAILED]]
        assert scores == sorted(scores, reverse=True)

    def test_a_sweep_that_has_only_begun(self, tmp_path):
        assert main(["report", str(make_sweep(tmp_path / "sweep", 0))]) == 0
        assert main(["report", str(make_sweep(tmp_path / "sweep", 1))]) == 0

    def test_a_run_of_a_sweep_has_a_page_too(self, sweep, tmp_path, capsys):
        out = tmp_path / "page.html"
        assert main(["report", str(sweep / "0002"), "--out", str(out)]) == 0
        assert capsys.readouterr().out.startswith(f"{out} (")
        assert "<title>Run of tiny.py</title>" in out.read_text()

    def test_the_health_of_neurons_without_spikes(self):
        health = dict.fromkeys(("rate", "silent", "saturated", "synchrony", "branching_ratio"))
        health |= {"echo_state_index": 0.9, "duration": 500.0, "dead_channels": [2]}
        shown = _report._row(0, {"health": health})["health"]
        assert ["rate", "nan Hz", "at least 0.5 Hz"] in map(list, shown["measures"])
        assert "does not forget its initial state" in shown["verdict"]


class TestErrors:
    def test_a_damaged_health(self, tmp_path, capsys):
        for health in ({"rate": 3}, {"dead_channels": None}):
            facts = {"command": "lsm run x", "health": health}
            (tmp_path / "result.json").write_text(json.dumps(facts))
            assert "health must be the health of a liquid" in error_of(capsys, tmp_path)

    def test_a_folder_of_something_else(self, tmp_path, capsys):
        (tmp_path / "file").touch()
        assert "nothing is not the folder of a run" in error_of(capsys, tmp_path / "nothing")
        assert "file is not the folder of a run" in error_of(capsys, tmp_path / "file")
        assert "holds neither a sweep nor a run" in error_of(capsys, tmp_path)
        for content, message in (("[1]", "has no command"), ("{", "result.json is damaged")):
            (tmp_path / "result.json").write_text(content)
            assert message in error_of(capsys, tmp_path)
        (tmp_path / "sweep.json").write_text('{"experiment": 3}')
        assert "sweep.json is not of a run or a sweep: it has no" in error_of(capsys, tmp_path)
        assert not (tmp_path / "report.html").exists()

    def test_without_plotly_it_says_what_to_install(self, sweep, capsys, monkeypatch):
        monkeypatch.setitem(sys.modules, "plotly.offline", None)
        assert "pip install 'liquid-state-machine[report]'" in error_of(capsys, sweep)

    def test_a_disk_that_is_full_leaves_the_old_page(self, sweep, capsys, monkeypatch):
        before = (sweep / "report.html").read_text()

        def replace(*paths):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "replace", replace)
        assert "No space left on device" in error_of(capsys, sweep)
        assert (sweep / "report.html").read_text() == before
        assert not list(sweep.glob(".report*"))


@pytest.fixture(scope="module")
def browser():
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def page(browser, sweep):
    """Return the page of a sweep, at 1280 pixels and in light."""
    size = {"width": 1280, "height": 900}
    page = opened(browser, sweep / "report.html", ".main-svg", viewport=size, color_scheme="light")
    yield page
    assert page.wrong == []
    page.context.close()


def column(page, name):
    """Return what the table says in a column."""
    heads = page.locator("#runs th").all_inner_texts()
    (place,) = [i for i, head in enumerate(heads) if head == name]
    return page.locator(f"#runs tbody td:nth-child({place + 1})").all_inner_texts()


def hover_text(page, box, x, y):
    """Point into a chart, at parts of its width and height, and return the hover text."""
    area = box.locator(".nsewdrag").first
    area.scroll_into_view_if_needed()
    size = area.bounding_box()
    page.mouse.move(size["x"] + x * size["width"], size["y"] + y * size["height"], steps=3)
    label = box.locator(".hoverlayer .hovertext")
    label.wait_for()
    page.wait_for_timeout(150)  # the label follows the last of the steps after 50 ms
    return label.text_content()


def n_points(page):
    """Return how many runs the first of the small charts shows."""
    return page.locator("#pairs .chart").first.locator(".scatterlayer .point").count()


def rounded(value):
    """Write a number as the page does."""
    return str(float(f"{value:.4g}"))


def contrast(page, selector):
    """Return the contrast of a text with the page, as WCAG 2 has it."""
    luminances = []
    for color in page.locator(selector).first.evaluate(
        "e => [getComputedStyle(e)[e.namespaceURI.endsWith('svg') ? 'fill' : 'color'],"
        " getComputedStyle(document.body).backgroundColor]"
    ):
        rgb = np.array([int(value) for value in re.findall(r"\d+", color)[:3]]) / 255
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        luminances.append(linear @ [0.2126, 0.7152, 0.0722] + 0.05)
    return max(luminances) / min(luminances)


@pytest.mark.browser
class TestSweepInBrowser:
    @pytest.fixture(autouse=True)
    def unfiltered(self, page):
        for box in page.locator("#runs thead input").all():
            if box.input_value():
                box.fill("")

    def test_it_sorts_by_a_column(self, page):
        scores = sorted((facts_of(i)[1]["score"] for i in range(N_RUNS - N_FAILED)), reverse=True)
        expected = [rounded(score) for score in scores]
        assert column(page, "score")[:-N_FAILED] == expected
        page.get_by_role("button", name="score", exact=True).click()
        assert column(page, "score")[-N_FAILED:] == [""] * N_FAILED  # in either direction
        assert column(page, "score")[:-N_FAILED] == expected[::-1]
        page.get_by_role("button", name="run", exact=True).click()
        assert column(page, "run") == [str(i) for i in range(N_RUNS)]
        page.get_by_role("button", name="n", exact=True).click()
        assert column(page, "n") == ["1"] * 8 + ["2"] * 8 + ["[1,2]"] * 8

    def test_it_filters_by_bounds_and_by_words_and_the_charts_follow(self, page):
        taus = np.array([facts_of(i)[0]["liquid__neurons__tau_m"] for i in range(N_RUNS)])
        page.get_by_label("filter tau_m").fill(">= 20")
        assert sorted(map(int, column(page, "run"))) == list(np.flatnonzero(taus >= 20))
        page.get_by_label("filter status").fill("DONE")
        done = np.flatnonzero(taus[:-N_FAILED] >= 20)
        assert sorted(map(int, column(page, "run"))) == list(done)
        assert page.get_by_text(f"{len(done)} of {N_RUNS} runs", exact=True).is_visible()
        wait_for(lambda: n_points(page) == len(done))
        page.get_by_label("filter error").fill("nothing says this")
        assert column(page, "run") == []
        page.locator("#pairs").wait_for(state="hidden")

    def test_pointing_at_a_heat_map_shows_its_values(self, page):
        rows = [facts_of(i) for i in range(N_RUNS - N_FAILED)]
        wait_for(lambda: n_points(page) == len(rows))
        score = np.array([facts["score"] for _, facts in rows])
        values = [
            np.log([settings["liquid__neurons__tau_m"] for settings, _ in rows]),
            np.array([settings["readout__alpha"] for settings, _ in rows]),
        ]
        places = [np.minimum(6 * (x - x.min()) // np.ptp(x), 5) for x in values]
        cells, counts = np.unique(places, axis=1, return_counts=True)
        x, y = cells[:, counts.argmax()]  # the cell with the most runs
        here = score[(places[0] == x) & (places[1] == y)]
        assert len(here) > 1
        (box,) = [
            box
            for box in page.locator("#pairs .chart").all()
            if {"tau_m", "alpha"} <= set(box.locator("text").all_text_contents())
        ]
        if box.locator(".xtitle").text_content() == "alpha":
            x, y = y, x
        text = hover_text(page, box, (x + 0.5) / 6, 1 - (y + 0.5) / 6)
        expected = f"mean {rounded(here.mean())}, best {rounded(here.max())}, runs {len(here)}"
        assert expected in text

    def test_pointing_at_a_line_shows_its_run_and_a_click_chooses_it(self, page):
        page.get_by_label("filter run", exact=True).fill("=4")
        page.get_by_text("Runs shown: 1, all of the score").wait_for()
        box = page.locator("#parallel .chart")
        text = hover_text(page, box, 0.5, 0.5)  # a single run lies in the middle of its axes
        settings, facts = facts_of(4)
        assert f"run 4: {rounded(facts['score'])}" in text
        assert f"alpha {settings['readout__alpha']}" in text
        page.mouse.down()
        page.mouse.up()
        assert page.get_by_role("heading", name="Run 4").is_visible()

    def test_a_run_is_shown_with_its_command_and_what_went_wrong(self, page):
        failed = N_RUNS - 1
        page.get_by_role("button", name=str(failed), exact=True).click()
        assert page.get_by_role("heading", name=f"Run {failed}").is_visible()
        shown = page.locator("#run pre").all_inner_texts()
        assert shown == [f"lsm run tiny.py --n {failed} # {HOSTILE}", f"Traceback\n  {HOSTILE}"]

    def test_text_from_a_folder_is_never_code_nor_markup(self, page):
        best = max(range(N_RUNS - N_FAILED), key=lambda number: facts_of(number)[1]["score"])
        page.get_by_role("button", name=str(best), exact=True).click()
        box = page.locator("#run .chart").first
        assert HOSTILE in hover_text(page, box, 0.5, 0.5)
        assert page.locator("body img, body a, svg a, table b").count() == 0
        assert page.evaluate("window.hurt === undefined")

    @pytest.mark.parametrize("width", [1280, 400])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_it_reads_well(self, page, width, scheme):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        # Nothing is wider than the screen, once the charts have taken note of it.
        wait_for(lambda: page.evaluate("document.documentElement.scrollWidth") == width)
        size = page.locator("#pairs .chart .main-svg").first.bounding_box()
        assert 180 < size["width"] <= width
        texts = ["h1", "#summary", "#runs td", "#runs th button", "#pairs .xtitle", "#run dt"]
        assert min(contrast(page, text) for text in texts) >= 4.5
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (int(re.search(r"\d+", background)[0]) < 128) == (scheme == "dark")


def overlap(one, other):
    return all(
        one[start] < other[start] + other[size] and other[start] < one[start] + one[size]
        for start, size in (("x", "width"), ("y", "height"))
    )


@pytest.mark.browser
def test_more_confusions_are_darker_in_either_theme(browser, run):
    for scheme in ("light", "dark"):
        page = opened(browser, run / "report.html", ".main-svg", color_scheme=scheme)
        low, high = page.evaluate("['low', 'high'].map((name) => parseInt(color(name)[1], 16))")
        assert low > 12 > 4 > high
        page.context.close()


@pytest.mark.browser
def test_a_sweep_whose_runs_tie_says_so_and_draws_no_empty_charts(browser, tmp_path):
    with SweepFolder(tmp_path / "sweep", SPEC) as folder:
        folder.begin("hash", "lsm sweep tiny.py")
        for number in range(4):
            settings, facts = facts_of(number)
            folder.add(number, settings, "lsm run tiny.py", facts | {"score": 0.9})
    assert main(["report", str(tmp_path / "sweep")]) == 0
    page = opened(browser, tmp_path / "sweep" / "report.html", ".main-svg")
    assert page.get_by_text("Runs shown: 4, all of the score 0.9.").is_visible()
    assert page.locator("#pairs .chart").count() == 0
    assert page.wrong == []
    page.context.close()


@pytest.mark.browser
def test_the_page_of_a_run(browser, run):
    size = {"width": 400, "height": 800}
    page = opened(browser, run / "report.html", ".main-svg", viewport=size, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    facts = json.loads((run / "result.json").read_text())
    assert page.locator("#run pre.command").inner_text() == facts["command"]
    # The page has the console's tables and sentences, and the health in its units.
    shown = page.locator("#run pre.table, #run pre.table ~ p.said").all_inner_texts()
    assert "\n".join(shown) == facts["comparison"].replace("\n\n", "\n")
    percent = f"{100 * facts['score']:.1f} %"
    assert percent in shown[0]
    assert "'liquid, ridge' against 'no liquid, ridge'" in shown[2]
    health = page.locator("#health tbody tr").first.locator("td").all_inner_texts()
    assert health == ["rate", f"{facts['health']['rate']:.3g} Hz", "at least 0.5 Hz"]
    assert "limit" in page.locator("#health p").inner_text()
    page.get_by_text("Values as in table.csv").click()
    cells = page.locator("#run details tbody tr").first.locator("td").all_inner_texts()
    assert cells[0] == "liquid, ridge"
    assert float(cells[1]) == pytest.approx(facts["score"], abs=1e-3)
    counts = pd.read_csv(run / "confusion.csv", index_col=0)
    confusion, raster = page.locator("#run .chart").all()
    text = hover_text(page, confusion, 0.5, 1 / 6)
    assert text.startswith(f"zero, predicted one: {counts.loc['zero', 'one']}")
    n_spikes = len(json.loads((run / "raster.json").read_text())["times"])
    assert raster.locator(".scatterlayer .point").count() == n_spikes > 0
    for chart in (confusion, raster):
        for axis, title in (("xtick", ".xtitle"), ("ytick", ".ytitle")):
            title = chart.locator(title).bounding_box()
            labels = [label.bounding_box() for label in chart.locator(f".{axis}").all()]
            assert not any(overlap(label, title) for label in labels)
    assert page.wrong == []
    page.context.close()


@pytest.mark.browser
def test_a_sweep_without_a_run_has_a_page(browser, tmp_path):
    make_sweep(tmp_path / "sweep", 0)
    assert main(["report", str(tmp_path / "sweep")]) == 0
    page = browser.new_context(offline=True).new_page()
    page.goto((tmp_path / "sweep" / "report.html").as_uri())
    page.get_by_text("0 of 0 runs").wait_for()
    page.context.close()
