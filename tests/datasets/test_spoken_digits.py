"""The Free Spoken Digit Dataset: from any local form, downloaded once, and verified."""

import hashlib
import http.server
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

from lsm.datasets import _spoken_digits, fetch_spoken_digits, load_spoken_digits
from tests.helpers.spoken_digits import (
    RECORDINGS,
    snapshot,
    wav_bytes,
    write_folder,
    write_tar,
    write_zip,
)

pytestmark = pytest.mark.usefixtures("few_digits")
load_real_registry = _spoken_digits._load_registry
SHARED_ARCHIVE = Path(__file__).parents[3] / "shared" / "fsdd" / "recordings-takes-5-49.tar.xz"


SOURCES = {
    "folder": lambda tmp: write_folder(tmp / "a"),
    "recordings": lambda tmp: write_folder(tmp / "a" / "recordings").parent,
    "unpacked": lambda tmp: write_folder(tmp / "a" / "fsdd-26eb9" / "recordings").parents[1],
    "tar": lambda tmp: write_tar(tmp / "a.tar"),
    "tar.gz": lambda tmp: write_tar(tmp / "a.tar.gz"),
    "tar.xz": lambda tmp: write_tar(tmp / "a.tar.xz"),
    "flat tar": lambda tmp: write_tar(tmp / "a.tar.gz", folder=""),
    "zip": lambda tmp: write_zip(tmp / "a.zip"),
    "stored zip": lambda tmp: write_zip(tmp / "a.zip", compression=zipfile.ZIP_STORED),
}


@pytest.mark.parametrize("source", SOURCES)
def test_digits_come_from_any_local_form(source, tmp_path):
    home = SOURCES[source](tmp_path)
    before = snapshot(tmp_path)
    digits = fetch_spoken_digits(home, subset="all")
    assert snapshot(tmp_path) == before
    assert list(digits.target) == [0] * 8 + [3] * 8
    assert list(digits.speaker) == (["ann"] * 4 + ["bob"] * 4) * 2
    assert list(digits.take) == [0, 4, 5, 10] * 4
    assert list(digits.target_names) == list("0123456789")
    assert digits.sample_rate == 8000
    assert "CC BY-SA 4.0" in digits.DESCR
    assert "16 recordings of 2 digits by 2 speakers, 4 takes" in digits.DESCR
    assert digits.data.shape == (16,)
    for i, x in enumerate(digits.data):  # NAMES are in the order promised
        assert x.dtype == np.float32
        np.testing.assert_array_equal(x, np.arange(-100 - i, 100) * 50 / 32768)


@pytest.mark.parametrize(("subset", "takes"), [("train", {5, 10}), ("test", {0, 4})])
def test_digits_need_no_more_than_the_subset(subset, takes, tmp_path):
    half = {n: c for n, c in RECORDINGS.items() if int(n[:-4].split("_")[2]) in takes}
    for home in (write_tar(tmp_path / "half.tar.xz", half), write_folder(tmp_path / "half", half)):
        digits = fetch_spoken_digits(str(home), subset=subset)
        assert set(digits.take) == takes
        assert len(digits.data) == 8
        other = {"train": "test", "test": "train"}[subset]
        with pytest.raises(FileNotFoundError, match="lacks 8 of the 8 .*0_ann_"):
            fetch_spoken_digits(home, subset=other)


@pytest.mark.parametrize("form", ["folder", "tar", "zip"])
def test_missing_and_corrupt_digits_are_named(form, tmp_path):
    write = {"folder": write_folder, "tar": write_tar, "zip": write_zip}[form]
    name = {"folder": "x", "tar": "x.tar.gz", "zip": "x.zip"}[form]
    missing = {n: c for n, c in RECORDINGS.items() if n != "3_bob_5.wav"}
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    with pytest.raises(FileNotFoundError, match="lacks 1 of the 16 .*3_bob_5.wav"):
        fetch_spoken_digits(write(tmp_path / "1" / name, missing), subset="all")
    content = bytearray(RECORDINGS["0_ann_10.wav"])
    content[-1] ^= 1
    corrupt = {**RECORDINGS, "0_ann_10.wav": bytes(content)}
    with pytest.raises(ValueError, match="1 corrupt recordings.*: 0_ann_10.wav"):
        fetch_spoken_digits(write(tmp_path / "2" / name, corrupt), subset="all")


@pytest.mark.parametrize("subset", ["both", None, 3, ["train"]])
def test_unknown_subset(subset):
    with pytest.raises(ValueError, match="subset.*train.*test.*all"):
        fetch_spoken_digits("nowhere", subset=subset)


def test_a_missing_archive_is_not_taken_for_a_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such archive"):
        fetch_spoken_digits(tmp_path / "fsdd.tar.xz")
    assert not list(tmp_path.iterdir())


def test_a_folder_in_use_is_not_filled(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(FileNotFoundError, match="holds other files but no recording"):
        fetch_spoken_digits(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


# ------------------------------------------------------------------------------ of the package


def test_the_recordings_of_the_package_are_the_published_ones():
    digits = load_spoken_digits()
    registry = load_real_registry()
    for x, digit, speaker, take in zip(
        digits.data, digits.target, digits.speaker, digits.take, strict=True
    ):
        assert x.dtype == np.float32
        samples = (x * 32768).astype(np.int16)
        digest = hashlib.sha256(wav_bytes(samples, digits.sample_rate)).hexdigest()
        assert digest == registry[f"{digit}_{speaker}_{take}.wav"]


def test_the_recordings_of_the_package_are_takes_5_to_14_of_all_speakers():
    digits = load_spoken_digits()
    table = np.column_stack([digits.target, digits.speaker, digits.take])
    assert len(np.unique(table, axis=0)) == 600 == 10 * 6 * 10
    assert set(digits.take) == set(range(5, 15))
    assert "CC BY-SA 4.0" in digits.DESCR
    assert "600 recordings of 10 digits by 6 speakers, 10 takes" in digits.DESCR


def test_each_speaker_is_the_test_once():
    digits = load_spoken_digits()
    assert [set(digits.speaker[test]) for _, test in digits.cv] == [
        {speaker} for speaker in sorted(set(digits.groups))
    ]
    for train, test in digits.cv:
        assert sorted([*train, *test]) == list(range(600))


# ------------------------------------------------------------------------------ download


@pytest.fixture
def server(tmp_path, monkeypatch):
    """Serve `content` at the data set's address; `cut` closes the connection half-way."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            state["requests"] += 1
            self.send_response(200)
            self.send_header("Content-Length", str(len(state["content"])))
            self.end_headers()
            half = len(state["content"]) // 2
            self.wfile.write(state["content"][: half if state["cut"] else None])

        def log_message(self, *_):
            pass

    content = write_tar(tmp_path / "served.tar.gz").read_bytes()
    state = {"content": content, "cut": False, "requests": 0}
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        monkeypatch.setattr(
            _spoken_digits, "URL", f"http://127.0.0.1:{httpd.server_port}/fsdd.tar.gz"
        )
        yield state
        httpd.shutdown()


@pytest.mark.parametrize("where", ["default", "new folder", "empty folder"])
def test_download_once_then_from_the_cache(where, server, tmp_path):
    home = {"default": None, "new folder": tmp_path / "a" / "b", "empty folder": tmp_path / "c"}
    home = home[where]
    (tmp_path / "c").mkdir()
    first = fetch_spoken_digits(home, subset="all")
    second = fetch_spoken_digits(home, subset="train", download=False)
    assert server["requests"] == 1
    assert len(first.data) == 16
    assert len(second.data) == 8
    folder = home or tmp_path / "cache"
    assert [p.name for p in folder.iterdir()] == [_spoken_digits.ARCHIVE_NAME]


def test_default_folder_may_hold_other_data(server, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "other.npz").write_text("x")
    assert len(fetch_spoken_digits(subset="all").data) == 16


@pytest.mark.parametrize("fault", ["cut", "corrupt", "missing", "html"])
def test_a_bad_download_leaves_nothing_and_says_what_to_do(fault, server, tmp_path):
    good = server["content"]
    if fault == "cut":
        server["cut"] = True
    elif fault == "html":
        server["content"] = b"<html>rate limited</html>"
    else:
        files = {**RECORDINGS, "0_ann_0.wav": b"RIFF"}
        if fault == "missing":
            del files["0_ann_0.wav"]
        server["content"] = write_tar(tmp_path / "bad.tar.gz", files).read_bytes()
    with pytest.raises(OSError, match="could not download .*") as caught:
        fetch_spoken_digits(tmp_path / "home", subset="train")
    assert "as data_home" in str(caught.value)
    if fault in ("corrupt", "missing"):
        assert "0_ann_0.wav" in str(caught.value)
    assert not list((tmp_path / "home").iterdir())
    server.update(content=good, cut=False)
    assert len(fetch_spoken_digits(tmp_path / "home").data) == 8


def test_an_interrupted_download_leaves_nothing(monkeypatch, server, tmp_path):
    import pooch

    def interrupt(_self, _url, output_file, _pooch):
        Path(output_file).write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetch_spoken_digits(tmp_path / "home")
    assert not list((tmp_path / "home").iterdir())


def test_a_killed_download_does_not_spoil_the_folder(server, tmp_path):
    (tmp_path / "home" / ".download-abc").mkdir(parents=True)
    (tmp_path / "home" / ".download-abc" / "tmp1").write_bytes(b"half")
    assert len(fetch_spoken_digits(tmp_path / "home").data) == 8


def test_no_network_says_what_to_do(tmp_path):
    with pytest.raises(OSError, match="(?s)could not download.*as data_home"):
        fetch_spoken_digits(tmp_path / "home")
    assert not list((tmp_path / "home").iterdir())


def test_download_can_be_forbidden(server, tmp_path):
    with pytest.raises(OSError, match="download=False"):
        fetch_spoken_digits(tmp_path / "home", download=False)
    assert server["requests"] == 0
    assert not (tmp_path / "home").exists()


# ------------------------------------------------------------------------------ the real registry


def test_registry_holds_the_published_files():
    registry = load_real_registry()
    speakers = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
    expected = {f"{d}_{s}_{t}.wav" for d in range(10) for s in speakers for t in range(50)}
    assert set(registry) == expected
    assert len(set(registry.values())) > 2990
    assert all(len(h) == 64 and set(h) <= set("0123456789abcdef") for h in registry.values())
    start = "228ab63fccdf262d2e05817b6ec918b15e7d9e4bfb6bb20183c46ae088405240"
    assert registry["0_george_0.wav"] == start


def test_real_training_takes(monkeypatch):
    if not SHARED_ARCHIVE.exists():  # a user's clone has no such neighbour
        return
    monkeypatch.setattr(_spoken_digits, "_load_registry", load_real_registry)
    digits = fetch_spoken_digits(SHARED_ARCHIVE)
    assert len(digits.data) == 2700
    assert np.array_equal(np.bincount(digits.target), [270] * 10)
    assert set(digits.take) == set(range(5, 50))
    seconds = np.array([len(x) for x in digits.data]) / 8000
    assert 0.13 < seconds.min() < 0.15
    assert 2.2 < seconds.max() < 2.35
    assert "2700 recordings of 10 digits by 6 speakers, 45 takes" in digits.DESCR
