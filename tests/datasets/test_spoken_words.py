"""Words that eSpeak NG speaks."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from lsm.datasets import VOCABULARY, make_spoken_words
from lsm.datasets._espeak import synthesize


def same(a, b):
    return len(a) == len(b) and all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def by_key(words):
    names = words.target_names[words.target]
    return dict(zip(zip(names, words.speaker, words.take, strict=True), words.data, strict=True))


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
