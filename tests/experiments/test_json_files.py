"""Our own files, damaged in every way: the error names the file, and a sweep repeats the run."""

import contextlib
import json
import os
import shutil
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsm.experiments import _report
from lsm.experiments._report import report
from lsm.experiments._study.json_files import NUMBER, TEXT, list_of, read_json, write_json
from lsm.experiments._sweep.folder import SweepFolder

SPEC = {
    "experiment": "x", "options": {}, "vary": {"a": [1, 2]}, "between": {"b": [0.0, 1.0, "log"]},
    "search": "random", "scoring": None, "draws": 1,
}  # fmt: skip
SETTINGS = {"a": 1, "b": 0.5}
RASTER = {"times": [1.0, 2.0], "neurons": [0, 1], "inhibitory": [1], "duration": 5.0, "shown": [0]}
CONFUSION = {"labels": ["NA", "None", "01"], "counts": [[1, 0, 0], [0, 2, 0], [0, 0, 3]]}
HEALTH = {
    "rate": 20.0, "echo_state_index": 0.1, "silent": 0.0, "saturated": 0.0, "synchrony": 0.1,
    "branching_ratio": 0.5, "dead_channels": [], "duration": 500.0,
}  # fmt: skip
FACTS = {"status": "done", "score": 0.5, "seconds": 1.0, "warnings": ["w"], "health": HEALTH}
# Values of every type of JSON, and those at which readers break.
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.text() | st.floats(),
    lambda part: st.lists(part) | st.dictionaries(st.text(), part), max_leaves=5,
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def small_page():
    """Leave Plotly out of the page, since packing it takes long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_report, "_plotly", lambda: "")
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "sweep"
    with SweepFolder(path, SPEC) as folder:
        folder.begin("hash", "lsm sweep x")
        for number in range(2):
            facts = FACTS | {"raster": RASTER, "confusion": CONFUSION}
            folder.add(number, SETTINGS, "lsm run x", facts)
    return path


@pytest.fixture(scope="module")
def sweep(whole, tmp_path_factory):
    """Return a folder into which a test puts files, and a function that makes it whole again."""
    path = tmp_path_factory.mktemp("copy") / "sweep"

    def renew():
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(whole, path)
        return path

    return renew


def go_on(path):
    """Continue a sweep, and return the numbers of the runs that have ended."""
    with SweepFolder(path, SPEC) as folder:
        folder.begin("hash", "lsm sweep x")
        folder.best(), folder.standing(), folder.summary()
        return sorted(folder.runs)


def errors_of(*actions):
    """Return the messages of the errors in some actions, which may be those of invalid input."""
    messages = []
    for action in actions:
        try:
            action()
        except ValueError as error:
            messages.append(str(error))
    return messages


class TestSweep:
    @pytest.mark.parametrize(
        "text",
        [
            "", "{}", "[]", "null", "{", "[" * 100_000, '{"a":' * 60 + "1" + "}" * 60, "\ud800",
            *(json.dumps({"run": 0, "command": "c", "settings": SETTINGS} | FACTS | change)
              for change in (
                  {"settings": {}}, {"settings": {"a": 3, "b": 0.5}}, {"settings": None},
                  {"settings": {"a": 1, "b": 2}}, {"settings": {"a": 1, "b": "x"}},
                  {"status": "gone"}, {"status": None}, {"status": "failed"}, {"score": None},
                  {"score": "x"}, {"score": 10**400}, {"score": float("nan")}, {"score": True},
                  {"seconds": "x"}, {"command": 3}, {"warnings": 3}, {"health": []},
                  {"health": {"rate": 3}},
              )),
        ],
    )  # fmt: skip
    def test_a_run_whose_facts_cannot_be_used_has_not_ended(self, sweep, text):
        path = sweep()
        (path / "0001" / "result.json").write_text(text, errors="surrogatepass")
        (path / "0001" / "note.txt").write_text("mine")
        (path / "0002x").mkdir()
        report(path)
        assert go_on(path) == [0]
        with SweepFolder(path, SPEC) as folder:
            folder.begin("hash", "c")
            folder.add(1, SETTINGS, "lsm run x", dict(FACTS))
        assert go_on(path) == [0, 1]
        assert (path / "0001" / "note.txt").read_text() == "mine"

    @given(st.sampled_from(["0001/result.json", "sweep.json", "0001/raster.json"]), st.data())
    def test_a_value_of_another_type_is_no_bug(self, sweep, name, data):
        path = sweep()
        content = json.loads((path / name).read_text())
        content[data.draw(st.sampled_from(sorted(content)))] = data.draw(VALUES)
        (path / name).write_text(json.dumps(content))
        errors = errors_of(lambda: go_on(path), lambda: report(path))
        assert all(str(path) in error for error in errors)

    @given(st.sampled_from(["result.json", "raster.json", "confusion.csv"]), st.binary())
    def test_bytes_of_any_kind_are_no_bug(self, sweep, name, content):
        path = sweep()
        run = path / "0001"
        for half in (content, (run / name).read_bytes()[: len(content)]):
            (run / name).write_bytes(half)
            errors = errors_of(lambda: go_on(path), *(partial(report, f) for f in (path, run)))
            assert all(str(path) in error for error in errors)


class TestReport:
    @pytest.mark.parametrize(
        ("name", "text", "message"),
        [
            ("raster.json", RASTER | {"neurons": [1]}, "must have equal lengths"),
            ("raster.json", RASTER | {"times": "x"}, "times must be a list"),
            ("raster.json", RASTER | {"duration": None}, "duration must be a number, got None"),
            ("confusion.csv", "", "is damaged"),
            ("confusion.csv", ",a,b\na,1,2\n", "as many rows as columns"),
            ("confusion.csv", ",a\na,x\n", "is damaged: invalid literal"),
            ("result.json", {}, "is not of a run or a sweep: it has no command"),
            (
                "result.json",
                {"command": "c", "health": 3},
                "health must be the health of a liquid or null",
            ),
        ],
    )
    def test_the_damaged_file_is_named(self, sweep, name, text, message):
        path = sweep() / "0000"
        (path / name).write_text(text if isinstance(text, str) else json.dumps(text))
        with pytest.raises(ValueError, match=message) as caught:
            report(path)
        assert str(path / name) in str(caught.value)

    def test_labels_stay_as_they_are(self, sweep):
        page = report(sweep()).read_text()
        assert '"labels": ["NA", "None", "01"]' in page


class TestReader:
    @given(st.dictionaries(st.text(), VALUES))
    def test_it_reads_what_was_written(self, tmp_path_factory, content):
        path = tmp_path_factory.getbasetemp() / "content.json"
        with contextlib.suppress(ValueError):  # 10**400
            write_json(path, content)
            assert read_json(path, {}) == json.loads(path.read_text())

    def test_a_file_that_is_none_does_not_block(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        for name in ("pipe", "."):
            with pytest.raises(ValueError, match="is not a file"):
                read_json(tmp_path / name, {})
        with pytest.raises(FileNotFoundError):
            read_json(tmp_path / "nothing", {})

    def test_names_and_kinds(self, tmp_path):
        path = Path(tmp_path / "f.json")
        write_json(path, {"a": [1, 2.5], "b": {1, 2}, "c": None, 3: float("inf")})
        kinds = {"a": list_of(NUMBER), "b": TEXT}
        assert read_json(path, kinds) == {"a": [1, 2.5], "b": "{1, 2}", "c": None, "3": None}
        with pytest.raises(ValueError, match=r"f\.json is damaged, .*: a must be a text, got \[1"):
            read_json(path, {"a": TEXT})
