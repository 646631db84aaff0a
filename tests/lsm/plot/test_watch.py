"""The page of WatchDisplay: its facts, and the page in a real browser without a network."""

import base64
import gzip
import html
import json
import re

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from lsm import Liquid, LSMClassifier, LSMRegressor, Snapshots
from lsm.encoding import CochleagramEncoder
from lsm.experiments.__main__ import main
from lsm.neurons import LeakyTanh
from lsm.plot import WatchDisplay
from lsm.topology import Column, Ring
from tests.helpers.browser import launched, opened
from tests.helpers.sweeps import wait_for

# What would be code or markup if it were taken for it.
HOSTILE = "</script><script>window.hurt=1</script><img src=x onerror=hurt=1>&amp;\"'$x ${x}"
NAMES = ["low", HOSTILE]


@pytest.fixture(scope="module")
def tones():
    """Tones of two pitches with silence before, and a liquid that hears them."""
    rng = np.random.default_rng(0)
    seconds = np.arange(2400) / 8000
    y = np.arange(16) % 2
    sounds = [np.sin(2 * np.pi * (300 + 900 * label) * seconds) for label in y]
    X = [np.concatenate([np.zeros(800), sound]) + 1e-4 * rng.normal(size=3200) for sound in sounds]
    model = make_pipeline(CochleagramEncoder(sample_rate=8000), Liquid(60, random_state=0))
    return model.fit(X), X, y


@pytest.fixture(scope="module")
def display(tones):
    model, X, y = tones
    return WatchDisplay(model, X[:2], y[:2], training=(X[2:], y[2:]), names=NAMES, title=HOSTILE)


class Facts:
    """The facts of a page, and its arrays."""

    types = {"Uint8Array": "u1", "Uint16Array": "<u2", "Uint32Array": "<u4", "Int16Array": "<i2",
             "Float32Array": "<f4"}  # fmt: skip

    def __init__(self, page):
        (text,) = re.findall(r'<script type="application/json" id="facts">(.*?)</script>', page)
        (block,) = re.findall(r'<script type="text/plain" id="arrays">(.*?)</script>', page)
        self.all = json.loads(text)
        self.bytes = gzip.decompress(base64.b64decode(block))

    def array(self, facts):
        return np.frombuffer(self.bytes, self.types[facts["type"]], facts["n"], facts["at"])


class TestFacts:
    def test_spikes_are_those_that_the_liquid_sends(self, tones, display):
        model, X, _ = tones
        facts = Facts(display.page_)
        spikes = model[-1].record(model[:-1].transform(X[:2]))
        for i, sample in enumerate(facts.all["samples"]):
            one = spikes[[i]]
            until, neurons = facts.array(sample["until"]), facts.array(sample["neurons"])
            assert sample["n_steps"] == one.n_rows[0]
            expected = [np.sum(one.rows < k) for k in range(one.n_rows[0] + 1)]
            np.testing.assert_array_equal(until, expected)
            np.testing.assert_array_equal(neurons, one.channels)

    def test_sound_is_the_part_that_the_encoder_keeps(self, tones, display):
        _, X, _ = tones
        facts = Facts(display.page_)
        sample = facts.all["samples"][0]
        sound = facts.array(sample["sound"]).astype(float)
        assert np.abs(sound).max() == 32000
        near = 800 - np.flatnonzero(np.abs(sound) > 3000)[0]  # the tone starts at 100 ms
        assert 75 < near / 8 < 100  # so the first window has some silence in it
        likeness = [
            np.corrcoef(sound, X[0][start : start + len(sound)])[0, 1]
            for start in range(near - 8, near + 9)
        ]
        assert max(likeness) > 0.99999
        assert len(sound) == 8 * sample["duration"]

    def test_readout_learns_the_classes_and_says_how_well(self, tones, display):
        facts = Facts(display.page_)
        for i, sample in enumerate(facts.all["samples"]):
            shares = facts.array(sample["outputs"]).reshape(-1, 2)
            assert shares[-5].argmax() == i % 2 == facts.array(sample["truth"])[0]
        assert re.search(r"left out, it named the right class at \d+% of", facts.all["readout"])

    def test_positions_are_of_the_topology_or_of_the_graph(self):
        X = np.random.default_rng(0).poisson(0.1, (3, 30, 4))
        column = Liquid(topology=Column((4, 3, 2), delay=1.0), random_state=0).fit(X)
        facts = Facts(WatchDisplay(column, X[:1]).page_)
        positions = facts.array(facts.all["positions"]).reshape(-1, 3)
        moved = positions - positions[0]
        grid = column.positions_ - column.positions_[0]
        np.testing.assert_allclose(moved, grid / 1.5, atol=1e-6)
        ring = Liquid(40, topology=Ring(), random_state=0).fit(X)
        pages = [WatchDisplay(ring, X[:1]).page_ for _ in range(2)]
        assert pages[0] == pages[1]
        positions = Facts(pages[0])
        positions = positions.array(positions.all["positions"]).reshape(-1, 3)[:, :2]
        near = np.linalg.norm(positions - np.roll(positions, 1, axis=0), axis=1)
        far = np.linalg.norm(positions - np.roll(positions, 20, axis=0), axis=1)
        assert np.median(near) < np.median(far)

    def test_predictions_at_rows_are_those_of_the_model(self):
        rng = np.random.default_rng(0)
        X = list(rng.normal(size=(4, 30, 2)))
        y = [np.cumsum(x[:, 0]) for x in X]
        model = LSMRegressor(Liquid(30, random_state=0)).fit(X, y)
        facts = Facts(WatchDisplay(model, X[:2], y[:2]).page_)
        for i, sample in enumerate(facts.all["samples"]):
            predicted = model.predict(X[:2])[i]
            np.testing.assert_allclose(facts.array(sample["outputs"]), predicted, rtol=1e-5)
            np.testing.assert_allclose(facts.array(sample["truth"]), y[i], rtol=1e-5)
        labels = [np.where(x[:, 0] > 0, "up", "down") for x in X]
        model = LSMClassifier(Liquid(30, random_state=0), targets="row").fit(X, labels)
        facts = Facts(WatchDisplay(model, X[:1], labels[:1]).page_)
        shares = facts.array(facts.all["samples"][0]["outputs"]).reshape(-1, 2)
        assert facts.all["labels"] == ["down", "up"]
        np.testing.assert_array_equal(shares.argmax(axis=1), model.predict(X[:1])[0] == "up")

    def test_a_long_sample_is_cut_and_the_page_says_so(self):
        X = np.random.default_rng(0).poisson(0.1, (3, 60, 4))
        liquid = Liquid(20, random_state=0).fit(X)
        (sample,) = Facts(WatchDisplay(liquid, X[:1], duration=25).page_).all["samples"]
        assert (sample["duration"], sample["cut_from"]) == (25, 60)
        assert sample["n_steps"] == 25

    def test_a_notebook_gets_a_frame_and_a_file_the_page(self, display, tmp_path):
        frame = display._repr_html_()
        (content,) = re.findall(r'srcdoc="(.*?)"', frame, re.S)
        assert html.unescape(content) == display.page_
        path = display.save(tmp_path / "page.html")
        assert path.read_text(encoding="utf-8") == display.page_


class TestErrors:
    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"training": 3}, "WatchDisplay.training must be a pair"),
            ({"training": "same classes"}, "at least two classes"),
            ({"names": ["low"]}, "WatchDisplay.names has 1 names"),
            ({"y": ["a", "b"], "names": NAMES}, "WatchDisplay.names has 2 names"),
            ({"sample_names": ["a"]}, "WatchDisplay.sample_names must have a name for each of 2"),
            ({"duration": 0}, "WatchDisplay.duration must be"),
            ({"y": np.zeros((2, 2))}, "y must have one class a sample"),
            ({"y": [1, 0, 1]}, "inconsistent numbers of samples"),
        ],
    )
    def test_an_invalid_argument_is_named(self, tones, changed, message):
        model, X, y = tones
        if changed.get("training") == "same classes":
            changed = {"training": (X[:4], [0] * 4)}
        given = {"y": y[:2], "training": (X[2:], y[2:])} | changed
        with pytest.raises((ValueError, TypeError), match=message):
            WatchDisplay(model, X[:2], **given)

    def test_neurons_without_spikes_and_a_page_that_is_too_large(self, monkeypatch):
        X = np.random.default_rng(0).poisson(0.3, (4, 40, 4))
        silent = Liquid(
            10, neurons=LeakyTanh(), snapshots=Snapshots(feature="membrane"), random_state=0
        )
        with pytest.raises(ValueError, match="which LeakyTanh neurons do not send"):
            WatchDisplay(silent.fit(X), X)
        liquid = Liquid(20, random_state=0).fit(X)
        limit = len(WatchDisplay(liquid, X[:2]).page_) + 10
        monkeypatch.setattr("lsm.plot.watch.MAX_BYTES", limit)
        with pytest.raises(ValueError, match="show fewer samples, such as 3"):
            WatchDisplay(liquid, X)


@pytest.fixture(scope="module")
def page(display, tmp_path_factory):
    path = display.save(tmp_path_factory.mktemp("watch") / "watch.html")
    size = {"width": 1280, "height": 860}
    with launched() as browser:
        page = opened(browser, path, "#scene", viewport=size, color_scheme="light")
        yield page
        # The tests read canvases, of which the browser says that it takes long.
        assert [text for text in page.wrong if "willReadFrequently" not in text] == []


def seek(page, time):
    page.locator("#time").fill(str(time))


def picture(page, selector):
    """Return facts of a canvas: its width, its last column with ink, its ink, and a checksum."""
    return page.locator(selector).first.evaluate(
        """canvas => {
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          let [last, ink, sum] = [-1, 0, 0];
          for (let i = 3; i < data.length; i += 4) {
            if (data[i]) last = Math.max(last, ((i - 3) / 4) % width);
            ink += data[i];
            sum = (31 * sum + data[i]) % 1000003;
          }
          return { width, last, ink, sum };
        }"""
    )


@pytest.mark.browser
class TestInBrowser:
    def test_the_scrubbed_time_is_that_of_the_arrays(self, page, display):
        facts = Facts(display.page_)
        sample = facts.all["samples"][0]
        until = facts.array(sample["until"])
        shares = facts.array(sample["outputs"]).reshape(-1, 2)
        for time in (0, 37, 150, int(sample["duration"])):
            seek(page, time)
            said = page.locator("#so-far").text_content()
            assert int(said.split(" spikes")[0].replace(",", "")) == until[time]
            row = time // int(sample["row_duration"]) - 1
            expected = "–" if row < 0 else NAMES[shares[row].argmax()]
            assert page.locator("#says").text_content() == expected

    def test_the_cursor_moves_and_the_raster_grows(self, page):
        end = float(page.locator("#time").get_attribute("max"))
        seek(page, end / 2)
        half = picture(page, "canvas.raster")
        assert 0.4 * half["width"] < half["last"] <= 0.5 * half["width"] + 1
        box, strips = page.locator("#cursor").bounding_box(), page.locator("#strips").bounding_box()
        middle = box["x"] + box["width"] / 2 - strips["x"]
        assert abs(middle - strips["width"] / 2) < 3
        seek(page, end)
        assert picture(page, "canvas.raster")["ink"] > 1.5 * half["ink"]

    def test_it_plays_and_pauses(self, page):
        seek(page, 0)
        page.keyboard.press(" ")
        assert page.locator("#play").text_content() == "Pause"
        wait_for(lambda: float(page.locator("#time").input_value()) > 20)
        page.get_by_role("button", name="Pause").click()
        stopped = page.locator("#time").input_value()
        page.wait_for_timeout(100)
        assert page.locator("#time").input_value() == stopped
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        assert page.locator("#clock").text_content().startswith("5 of ")

    def test_spikes_flash_and_the_liquid_turns(self, page):
        seek(page, 0)
        silent = picture(page, "#scene")
        seek(page, 100)
        bright = picture(page, "#scene")
        assert bright["ink"] > 1.1 * silent["ink"]
        page.locator("#scene").focus()
        page.keyboard.press("ArrowLeft")
        assert picture(page, "#scene")["sum"] != bright["sum"]
        assert page.locator("#clock").text_content().startswith("100 of ")

    def test_the_sound_is_a_wav_file(self, page, display):
        wait_for(lambda: page.evaluate("audio.readyState") >= 1)
        duration = page.evaluate("audio.duration")
        facts = Facts(display.page_)
        assert duration == pytest.approx(facts.all["samples"][0]["sound"]["n"] / 8000)

    def test_text_is_never_code_nor_markup(self, page):
        page.keyboard.press("n")
        assert page.locator("#true").text_content() == HOSTILE
        assert page.locator("h1").text_content() == HOSTILE == page.title()
        assert page.locator("body img").count() == 0
        assert page.evaluate("window.hurt === undefined")
        page.keyboard.press("p")

    @pytest.mark.parametrize("width", [1280, 400])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_it_fits_the_screen(self, page, width, scheme):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        wait_for(lambda: page.evaluate("document.documentElement.scrollWidth") == width)
        raster = page.locator("canvas.raster").bounding_box()
        assert 0.9 * width < raster["width"] <= width
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (int(re.search(r"\d+", background)[0]) < 128) == (scheme == "dark")


class TestCommand:
    def test_it_writes_the_page_of_a_run_and_of_an_experiment(self, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        options = ["--words", "zero", "one", "--n-voices", "3", "--takes", "3"]
        options += ["--n-neurons", "30"]
        assert main(["watch", "spoken-words", *options, "--sample", "1", "4"]) == 0
        assert "spoken-words-watch.html (0." in capsys.readouterr().out
        facts = Facts((tmp_path / "spoken-words-watch.html").read_text()).all
        names = [sample["name"] for sample in facts["samples"]]
        assert [name[:14] for name in names] == ["test sample 1:", "test sample 4:"]
        assert facts["labels"] == ["zero", "one"]

    def test_errors(self, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        for options, message in (
            (["nothing"], "no experiment, and no folder of a run (nothing)"),
            (["."], "give the folder of a run, or the name of an experiment"),
            (["spoken-words", "--sample", "9999"], "sample must be an integer >= 0 and <="),
        ):
            assert main(["watch", *options]) == 2
            assert message in capsys.readouterr().err
