import hashlib
import http.server
import io
import os
import subprocess
import sys
import tarfile
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import wavfile

from lsm.datasets import VOCABULARY, _spoken_digits, fetch_spoken_digits, make_spoken_words
from lsm.datasets._espeak import synthesize
from lsm.datasets._wav import read_wav

load_real_registry = _spoken_digits._load_registry
SHARED_ARCHIVE = Path(__file__).parents[2] / "shared" / "fsdd" / "recordings-takes-5-49.tar.xz"


def same(a, b):
    return len(a) == len(b) and all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def by_key(words):
    names = words.target_names[words.target]
    return dict(zip(zip(names, words.speaker, words.take, strict=True), words.data, strict=True))


# ------------------------------------------------------------------------------ spoken words


@pytest.fixture(scope="module")
def words():
    return make_spoken_words(["no", "six", "stop"], n_voices=8, takes=2, random_state=0)


def test_spoken_words_describe_themselves(words):
    assert (
        words.data.shape == words.target.shape == words.speaker.shape == words.take.shape == (48,)
    )
    assert list(words.target_names) == ["no", "six", "stop"]
    assert len(by_key(words)) == 48  # every combination of word, voice and take once
    assert words.sample_rate == 8000
    assert ":Voices: 8," in words.DESCR
    assert ":Takes: 2 " in words.DESCR
    assert all(x.ndim == 1 and x.dtype == np.float32 for x in words.data)


def test_spoken_words_sound_like_words(words):
    for x in words.data:
        assert 0.15 < len(x) / words.sample_rate < 1.2
        assert 0.01 < np.sqrt(np.mean(x**2)) < 0.4
        assert np.abs(x).max() <= 1


def test_a_hiss_lies_higher_than_a_hum():
    words = make_spoken_words(["six", "no"], n_voices=6, takes=1, sample_rate=22050, random_state=0)
    # Share of the energy over 3 kHz from 50 to 150 ms, where `six` is [s] and `no` is [n].
    power = [np.abs(np.fft.rfft(x[1102:3307])) ** 2 for x in words.data]
    high = np.array([p[300:].sum() / p.sum() for p in power])
    assert high[words.target == 0].mean() > 3 * high[words.target == 1].mean()


def test_spoken_words_test_set_speaks_with_unheard_voices():
    words = make_spoken_words(["yes"], n_voices=70, takes=1, random_state=3)
    assert sorted([*words.train, *words.test]) == list(range(70))
    variants = np.array([name.split("+")[1] for name in words.speaker])
    assert len(set(words.speaker)) == 70
    assert len(set(variants)) < 70  # so some variants speak with two accents ...
    assert not set(variants[words.train]) & set(variants[words.test])  # ... on the same side
    assert 0.15 < len(words.test) / 70 < 0.35


def test_spoken_words_repeat_for_a_seed_and_differ_between_seeds(words):
    again = make_spoken_words(["no", "six", "stop"], n_voices=8, takes=2, random_state=0)
    other = make_spoken_words(["no", "six", "stop"], n_voices=8, takes=2, random_state=1)
    assert same(words.data, again.data)
    assert np.array_equal(words.test, again.test)
    assert not same(words.data, other.data)


def test_spoken_words_depend_on_their_own_key_only(words):
    fewer = make_spoken_words(["stop", "no"], n_voices=5, takes=1, random_state=0)
    more = make_spoken_words(
        ["go", "stop", "six", "no"], n_voices=9, takes=3, random_state=np.random.RandomState(0)
    )
    here, few, many = by_key(words), by_key(fewer), by_key(more)
    assert all(np.array_equal(few[key], here[key]) for key in few)
    assert all(np.array_equal(here[key], many[key]) for key in here)


def test_spoken_words_takes_differ(words):
    first, second = words.data[words.take == 0], words.data[words.take == 1]
    assert not any(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_speech_is_the_same_in_another_order_in_a_fresh_process_and_in_threads():
    # whisper and klatt draw on eSpeak NG's noise generators, m1 and f1 on its flutter.
    voices = ["en-us+whisper", "en+klatt", "en-us+klatt6", "en+m1", "en-us+f1", "de+m3"]
    jobs = [(w, v, 170, 50, 50, 7) for v in voices for w in ("six", "zero")]
    one_by_one = [next(iter(synthesize([job])))[1] for job in jobs]
    backwards = [x for _, x in synthesize(jobs[::-1])][::-1]
    assert same(one_by_one, backwards)
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(lambda _: [x for _, x in synthesize(jobs)], range(4)):
            assert same(one_by_one, result)


def test_words_are_the_same_in_a_fresh_process():
    call = 'make_spoken_words(["six", "no"], n_voices=3, takes=1, noise_db=20, random_state=5).data'
    here = make_spoken_words(["six", "no"], n_voices=3, takes=1, noise_db=20, random_state=5).data
    code = (
        "import sys, numpy as np; from lsm.datasets import make_spoken_words; "
        f"sys.stdout.buffer.write(b''.join(x.tobytes() for x in {call}))"
    )
    environment = {**os.environ, "LC_ALL": "C", "PYTHONHASHSEED": "1"}
    there = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, check=True, env=environment
    ).stdout
    assert there == b"".join(x.tobytes() for x in here)


@pytest.mark.parametrize("noise_db", [0, 10.0])
def test_noise_has_the_level_asked_for(noise_db):
    arguments = {"n_voices": 4, "takes": 1, "random_state": 2}
    clean = make_spoken_words(["zero", "one"], **arguments)
    noisy = make_spoken_words(["zero", "one"], noise_db=noise_db, **arguments)
    ratios = []
    for x, y in zip(clean.data, noisy.data, strict=True):
        x, y = x.astype(float), y.astype(float)
        gain = (x @ y) / (x @ x)  # a waveform that would exceed 1 is scaled as a whole
        ratios.append(np.sum((gain * x) ** 2) / np.sum((y - gain * x) ** 2))
        assert np.abs(y).max() <= 1
    assert 10 * np.log10(np.mean(ratios)) == pytest.approx(noise_db, abs=0.5)


def test_sample_rate_changes_the_length_only():
    low = make_spoken_words(["zero"], n_voices=3, takes=1, sample_rate=8000, random_state=0)
    high = make_spoken_words(["zero"], n_voices=3, takes=1, sample_rate=22050, random_state=0)
    for x, y in zip(low.data, high.data, strict=True):
        assert len(x) / 8000 == pytest.approx(len(y) / 22050, abs=1e-3)
        # Up to 2 kHz it is the same sound.
        n = 2 * len(x)
        a = np.abs(np.fft.rfft(x, n))[: n // 8] / 8000
        b = np.abs(np.fft.rfft(y, round(n * 22050 / 8000)))[: n // 8] / 22050
        assert np.corrcoef(a, b)[0, 1] > 0.99


def test_voices_may_be_named():
    words = make_spoken_words(["yes"], voices=["en-us+m3", "fr", "en-gb-scotland+f1"], takes=1)
    assert list(words.speaker) == ["en-us+m3", "fr", "en-gb-scotland+f1"]
    assert len(words.test) == 1


def test_vocabulary_can_be_spoken():
    assert len(set(VOCABULARY)) == 20
    assert len(make_spoken_words(VOCABULARY, n_voices=2, takes=1).data) == 40


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"words": []}, ValueError, "words"),
        ({"words": "zero"}, TypeError, "words='zero'"),
        ({"words": ["one", 2]}, TypeError, r"words\[1\]=2"),
        ({"words": ["one", " "]}, ValueError, r"words\[1\]=' '"),
        ({"words": ["one", "two\0"]}, ValueError, r"words\[1\]"),
        ({"words": ["one", "two", "one"]}, ValueError, r"words\[2\]='one'.*twice"),
        ({"n_voices": 1}, ValueError, "n_voices.*2.*1"),
        ({"n_voices": 10**6}, ValueError, "n_voices.*1000000"),
        ({"n_voices": 2.0}, TypeError, "n_voices.*2.0"),
        ({"takes": 0}, ValueError, "takes.*0"),
        ({"takes": True}, TypeError, "takes.*True"),
        ({"sample_rate": 0}, ValueError, "sample_rate.*4000.*0"),
        ({"sample_rate": 8000.5}, TypeError, "sample_rate.*8000.5"),
        ({"noise_db": np.nan}, ValueError, "noise_db.*nan"),
        ({"noise_db": -np.inf}, ValueError, "noise_db.*inf"),
        ({"noise_db": "10"}, TypeError, "noise_db.*'10'"),
        ({"test_size": 1.0}, ValueError, "test_size.*1.0"),
        ({"voices": ["en-us+m3"]}, ValueError, "voices.*at least 2"),
        ({"voices": "en-us+m3"}, TypeError, "voices='en-us"),
        ({"voices": ["en-us+m3", 3]}, TypeError, r"voices\[1\]=3"),
        ({"voices": ["en-us+m3", "en-us+m3"]}, ValueError, r"voices\[1\].*twice"),
        ({"voices": ["en-us+m3", "en-us+nobody"]}, ValueError, r"voices\[1\].*'nobody'.*whisper"),
        ({"voices": ["xx+m3", "en-us+m3"]}, ValueError, r"voices\[0\].*'xx'.*en-gb-scotland"),
    ],
)
def test_bad_parameters_are_named_before_anything_is_spoken(monkeypatch, arguments, error, message):
    def speak(_):
        raise AssertionError("spoke before the parameters were checked")

    monkeypatch.setattr("lsm.datasets._spoken_words.synthesize", speak)
    with pytest.raises(error, match=message):
        make_spoken_words(**{"words": ["one", "two"], **arguments})


def test_a_word_without_sound_is_named():
    with pytest.raises(ValueError, match=r"words: '\.\.' gives no sound"):
        make_spoken_words(["yes", ".."], n_voices=2, takes=1)


def test_a_word_without_end_is_named():
    with pytest.raises(ValueError, match="words: 'abab.* takes 10 s or more"):
        make_spoken_words(["ab" * 1000], n_voices=2, takes=1)


def test_endless_speech_is_cut_off():
    # eSpeak NG hands over about 50 ms at a time.
    ((rate, samples),) = synthesize([("ab" * 1000, "en-us", 170, 50, 50, 1)])
    assert 10 <= len(samples) / rate < 10.2


def test_missing_espeak_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(ImportError, match=r'pip install "liquid-state-machine\[speech\]"'):
        make_spoken_words(["yes"], n_voices=2)


def test_espeak_without_its_data_says_so_and_the_caller_lives(monkeypatch, tmp_path):
    import espeakng_loader

    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(tmp_path / "espeak-ng-data"))
    with pytest.raises(RuntimeError, match="eSpeak NG failed"):
        make_spoken_words(["yes"], n_voices=2, takes=1)


def test_espeak_speaks_from_a_deep_folder(monkeypatch, tmp_path):
    # eSpeak NG cuts its data path off at 160 bytes, and a virtual environment may lie deep.
    import espeakng_loader

    deep = tmp_path / ("d" * 100) / ("é" * 60)
    deep.mkdir(parents=True)
    (deep / "espeak-ng-data").symlink_to(espeakng_loader.get_data_path())
    here = make_spoken_words(["yes"], n_voices=2, takes=1, random_state=0)
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(deep / "espeak-ng-data"))
    assert same(here.data, make_spoken_words(["yes"], n_voices=2, takes=1, random_state=0).data)


def test_import_is_light():
    code = (
        "import sys, lsm.datasets; print([m for m in ('pooch', 'requests', 'espeakng_loader') "
        "if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    assert result.stdout.strip() == "[]"


# ------------------------------------------------------------------------------ spoken digits


def wav_bytes(samples, sample_rate=8000):
    buffer = io.BytesIO()
    wavfile.write(buffer, sample_rate, samples)
    return buffer.getvalue()


NAMES = [f"{d}_{s}_{t}.wav" for d in (0, 3) for s in ("ann", "bob") for t in (0, 4, 5, 10)]
RECORDINGS = {
    name: wav_bytes(np.arange(-100 - i, 100, dtype=np.int16) * 50) for i, name in enumerate(NAMES)
}


@pytest.fixture(autouse=True)
def small_registry(monkeypatch, tmp_path):
    """A data set of 16 files; no test reaches the network or the user's cache."""
    monkeypatch.setattr(_spoken_digits, "URL", "http://127.0.0.1:9/none.tar.gz")
    monkeypatch.setenv("LSM_DATA", str(tmp_path / "cache"))
    hashes = {name: hashlib.sha256(RECORDINGS[name]).hexdigest() for name in NAMES}
    monkeypatch.setattr(_spoken_digits, "_load_registry", lambda: hashes)


def write_folder(folder, files=RECORDINGS):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def write_tar(path, files=RECORDINGS, extra=(), folder="fsdd-1/recordings/"):
    """Write a tar archive of files, and of bare `TarInfo` members after them."""
    mode = "w:" + {".gz": "gz", ".xz": "xz", ".tar": ""}[path.suffix]
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(folder + name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in extra:
            archive.addfile(info)
    return path


def write_zip(path, files=RECORDINGS, extra=(), compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.mkdir("fsdd-1/")
        for name, content in files.items():
            archive.writestr("fsdd-1/recordings/" + name, content)
        for info in extra:
            archive.writestr(info, b"target")
    return path


def snapshot(folder):
    return {str(p.relative_to(folder)): p.is_file() and p.stat().st_size for p in folder.rglob("*")}


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


def member(name, kind=tarfile.REGTYPE, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("info", "reason"),
    [
        (member("/tmp/evil.wav"), "'/tmp/evil.wav' has an absolute path"),
        (member("C:\\evil.wav"), "absolute path"),
        (member("\\evil.wav"), "absolute path"),
        (member("../evil.wav"), r"'../evil.wav' has '..' in its path"),
        (member("a/../../evil.wav"), "'..' in its path"),
        (member("a\\..\\evil.wav"), "'..' in its path"),
        (member("a/.."), "'..' in its path"),
        (member("soft", tarfile.SYMTYPE, "/etc/passwd"), "'soft' is a link, a device"),
        (member("0_ann_0.wav", tarfile.SYMTYPE, "/etc/passwd"), "is a link, a device"),
        (member("hard", tarfile.LNKTYPE, "fsdd-1/recordings/0_ann_0.wav"), "is a link"),
        (member("null", tarfile.CHRTYPE), "'null' is a link, a device"),
        (member("disk", tarfile.BLKTYPE), "'disk' is a link, a device"),
        (member("pipe", tarfile.FIFOTYPE), "'pipe' is a link, a device"),
    ],
)
def test_hostile_tar_is_refused(info, reason, first, tmp_path):
    home = tmp_path / "hostile.tar.gz"
    if first:
        with tarfile.open(home, "w:gz") as archive:
            archive.addfile(info)
            for name, content in RECORDINGS.items():
                plain = tarfile.TarInfo(name)
                plain.size = len(content)
                archive.addfile(plain, io.BytesIO(content))
    else:
        write_tar(home, extra=[info])
    before = snapshot(tmp_path)
    with pytest.raises(ValueError, match=f"^{home} is refused: .*{reason}"):
        fetch_spoken_digits(home)
    assert snapshot(tmp_path) == before


def zip_member(name, mode=0):
    info = zipfile.ZipInfo("placeholder")
    info.filename = name  # as an attacker would: ZipInfo cleans what it is given
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        (zip_member("/tmp/evil.wav"), "absolute path"),
        (zip_member("C:/evil.wav"), "absolute path"),
        (zip_member("../evil.wav"), "'..' in its path"),
        (zip_member("a\\..\\..\\evil.wav"), "'..' in its path"),
        (zip_member("soft", 0o120777), "'soft' is a link, a device"),
        (zip_member("disk", 0o060600), "'disk' is a link, a device"),
        (zip_member("null", 0o020600), "'null' is a link, a device"),
        (zip_member("pipe", 0o010600), "'pipe' is a link, a device"),
    ],
)
def test_hostile_zip_is_refused(info, reason, tmp_path):
    home = write_zip(tmp_path / "hostile.zip", extra=[info])
    with pytest.raises(ValueError, match=f"^{home} is refused: .*{reason}"):
        fetch_spoken_digits(home)


@pytest.mark.parametrize("write", [write_tar, write_zip])
def test_a_decompression_bomb_is_refused(write, tmp_path):
    home = tmp_path / ("bomb.zip" if write is write_zip else "bomb.tar.gz")
    write(home, {**RECORDINGS, "0_ann_5.wav": bytes(2**21)})
    with pytest.raises(ValueError, match="0_ann_5.wav' has 2097152 bytes"):
        fetch_spoken_digits(home)


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tar.xz", "a.zip"])
@pytest.mark.parametrize("keep", [0.0, 0.3, 0.6, 0.9])
def test_a_truncated_archive_is_an_error_that_names_it(name, keep, tmp_path):
    home = tmp_path / name
    (write_zip if name.endswith("zip") else write_tar)(home)
    whole = home.read_bytes()
    # An uncompressed tar ends in padding, so it is cut within its members.
    end = 20 * 512 if name == "a.tar" else len(whole)
    home.write_bytes(whole[: int(keep * end)])
    with pytest.raises((ValueError, FileNotFoundError), match=name):
        fetch_spoken_digits(home, subset="all")


def test_an_encrypted_zip_is_an_error_that_names_it(tmp_path):
    home = write_zip(tmp_path / "a.zip")
    content = bytearray(home.read_bytes())
    for start, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # local and central headers
        for at in range(len(content)):
            if content.startswith(start, at):
                content[at + flags] |= 1
    home.write_bytes(content)
    with pytest.raises(ValueError, match=r"cannot read .*a.zip .*(encrypted|password)"):
        fetch_spoken_digits(home)


def test_text_is_no_archive(tmp_path):
    home = tmp_path / "a.tar.gz"
    home.write_text("<html>404</html>")
    with pytest.raises(ValueError, match=r"cannot read .*a.tar.gz as a tar or zip archive"):
        fetch_spoken_digits(home)


@pytest.mark.parametrize("name", ["x.tar", "x.zip"])
def test_damage_anywhere_gives_true_content_or_a_clear_error(name, tmp_path_factory):
    home = tmp_path_factory.mktemp("damage") / name
    whole = (write_zip if name == "x.zip" else write_tar)(home).read_bytes()

    @given(st.integers(0, len(whole) - 1), st.binary(min_size=1, max_size=4))
    def check(at, junk):
        home.write_bytes(whole[:at] + junk + whole[at + len(junk) :])
        try:
            said = None
            fetch_spoken_digits(home, subset="all")
        except (ValueError, FileNotFoundError) as error:
            said = str(error)
        assert said is None or home.name in said

    check()


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


# ------------------------------------------------------------------------------ WAV files


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (np.array([-32768, 0, 16384], dtype=np.int16), [-1, 0, 0.5]),
        (np.array([0, 128, 192], dtype=np.uint8), [-1, 0, 0.5]),
        (np.array([-(2**31), 0, 2**30], dtype=np.int32), [-1, 0, 0.5]),
        (np.array([-1, 0, 0.5], dtype=np.float32), [-1, 0, 0.5]),
        (np.array([-1, 0, 0.5], dtype=np.float64), [-1, 0, 0.5]),
    ],
)
def test_wav_formats_are_scaled_to_one(samples, expected):
    waveform = read_wav(io.BytesIO(wav_bytes(samples)), "x.wav", 8000)
    assert waveform.dtype == np.float32
    np.testing.assert_array_equal(waveform, np.array(expected, dtype=np.float32))


TONE = wav_bytes(np.arange(1000, dtype=np.int16))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (wav_bytes(np.zeros((100, 2), dtype=np.int16)), "x.wav has 2 channels"),
        (wav_bytes(np.zeros(100, dtype=np.int16), 44100), "x.wav is sampled at 44100 Hz; 8000"),
        (wav_bytes(np.zeros(0, dtype=np.int16)), "x.wav"),
        (wav_bytes(np.array([0, np.nan], dtype=np.float32)), "x.wav holds NaN or infinite"),
        (b"", "x.wav cannot be read"),
        (b"not a WAV file at all", "x.wav cannot be read"),
        (TONE[:20], "x.wav cannot be read"),
        (TONE[:40], "x.wav cannot be read"),
        (TONE[:-1], "x.wav cannot be read"),
        (TONE[:-500], "x.wav cannot be read"),
    ],
)
def test_bad_wav_is_named(content, message):
    with pytest.raises(ValueError, match=message):
        read_wav(io.BytesIO(content), "x.wav", 8000)
