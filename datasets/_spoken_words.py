"""Spoken words, synthesised by many voices of eSpeak NG."""

import hashlib
import math

import numpy as np
from scipy.signal import resample_poly
from sklearn.utils import Bunch, check_random_state

from lsm._validation import check_integer, check_number

from .._typing import RandomState
from ._espeak import MAX_SECONDS, list_voices, synthesize

VOCABULARY = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"),
)
"""Twenty words: the digits and ten commands."""

# Accents of English, by eSpeak NG's names; "en" is British.
LANGUAGES = (
    *("en-us", "en", "en-029", "en-gb-scotland"),
    *("en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd"),
)

# The variants that sound like a person, neither whisper nor distort, and differ from one another:
# of near doubles only one is here, since the test set must speak with unheard voices.
VARIANTS = (
    *("Alex", "Alicia", "Andrea", "Andy", "Annie", "AnxiousAndy", "Denis", "Diogo", "Gene", "Hugo"),
    *("Lee", "Mario", "Michael", "Mike", "Nguyen", "Reed", "RicishayMax", "anika", "announcer"),
    *("aunty", "belinda", "benjamin", "boris", "caleb", "david", "edward", "f1", "f2", "f3", "f4"),
    *("f5", "grandma", "grandpa", "gustave", "ian", "iven3", "john", "kaukovalta", "klatt"),
    *("klatt3", "linda", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "marcelo", "max"),
    *("michel", "mike2", "norbert", "pablo", "paul", "pedro", "quincy", "robert", "sandro"),
    *("shelby", "steph", "travis", "victor", "zac"),
)

_DESCR = """Spoken words
------------
Words spoken by eSpeak NG (https://github.com/espeak-ng/espeak-ng), a formant synthesiser.

:Words: {n_words}: {words}
:Voices: {n_voices}, each a language and variant of eSpeak NG with its own pitch and rate
:Takes: {n_takes} a word and voice, with pitch, pitch range and rate varied
:Samples: {n_train} for training, {n_test} for testing by voices unheard in training
:Sound: {sample_rate} Hz, mono{noise}
"""


def make_spoken_words(
    words: list[str],
    *,
    n_voices: int = 40,
    takes: int = 2,
    sample_rate: int = 8000,
    noise_db: float | None = None,
    test_size: float = 0.25,
    voices: list[str] | None = None,
    random_state: RandomState = None,
) -> Bunch:
    """
    Synthesise words spoken by many voices, with eSpeak NG [1]_.

    A waveform depends on the seed and on its own word, voice and take alone: more words, voices or
    takes do not change the others. The same seed gives the same bits with the same release
    of eSpeak NG, NumPy and SciPy on the same kind of machine.

    Parameters
    ----------
    words : list of str
        The words, all different. `VOCABULARY` holds twenty.
    n_voices : int, default=40
        Number of voices to draw, at least 2. Not used with `voices`.
    takes : int, default=2
        Number of times that each voice says each word, at least 1.
    sample_rate : int, default=8000
        Sample rate of the waveforms in Hz, from 4000 to 96000. eSpeak NG itself has 22050 Hz.
    noise_db : float, default=None
        Signal-to-noise ratio of white Gaussian background noise in dB, from -100 to 100; None adds
        no noise.
    test_size : float, default=0.25
        Share of the voices that are for the test, between 0 and 1. Of the voices that are drawn,
        those with the same variant of eSpeak NG stay together.
    voices : list of str, default=None
        Names of at least two eSpeak NG voices, such as "en-us+m3" or "en-gb-scotland+f1", to use
        instead of drawing them.
    random_state : int, RandomState instance or None, default=None
        Seed of the voices, the takes, the noise and the split.

    Returns
    -------
    words : Bunch
        A dictionary with attributes:

        data : ndarray of shape (n_voices * n_words * takes,), object
            Waveforms of shape (n_samples,), float32, in [-1, 1].
        target : ndarray of shape (n_voices * n_words * takes,), int
            Index into `target_names`.
        speaker : ndarray of shape (n_voices * n_words * takes,), str
            Name of the voice.
        take : ndarray of shape (n_voices * n_words * takes,), int
            Number of the take, from 0.
        train, test : ndarray of int
            Indices of the samples to train on and to test on, which have no voice in common.
        target_names : ndarray of shape (n_words,), str
            The words.
        sample_rate : int
            In Hz.
        DESCR : str
            Description of the data set.

    Raises
    ------
    ImportError
        If `espeakng-loader`, which the extra `speech` installs, is missing.
    TypeError, ValueError
        If a parameter is invalid, a voice is unknown, or a word gives no sound or is too long. All
        but the last two errors come before any word is spoken.

    References
    ----------
    .. [1] eSpeak NG, https://github.com/espeak-ng/espeak-ng, GPL-3.0 or later.

    Examples
    --------
    >>> from lsm.datasets import make_spoken_words
    >>> words = make_spoken_words(["yes", "no"], n_voices=4, takes=1, random_state=0)
    >>> len(words.data), len(words.train), len(words.test)
    (8, 6, 2)
    """
    words = _check_words(words)
    takes = check_integer("takes", takes, 1)
    sample_rate = check_integer("sample_rate", sample_rate, 4000, 96000)
    if noise_db is not None:
        check_number("noise_db", noise_db, -100, 100)
    check_number("test_size", test_size, 0, 1, low_open=True, high_open=True)
    root = int(check_random_state(random_state).randint(np.iinfo(np.int32).max))
    if voices is None:
        check_integer("n_voices", n_voices, 2, len(VARIANTS) * len(LANGUAGES))
        names, groups = _draw_voices(root, n_voices)
    else:
        names = groups = _check_voices(voices)
    keys = [(word, name, take) for name in names for word in words for take in range(takes)]
    data = _speak(root, keys, sample_rate, noise_db)
    speaker = np.array([name for _, name, _ in keys])
    is_test = np.isin(speaker, _draw_test_voices(root, names, groups, test_size))
    train, test = np.flatnonzero(~is_test), np.flatnonzero(is_test)
    descr = _DESCR.format(
        n_words=len(words),
        words=", ".join(words),
        n_voices=len(names),
        n_takes=takes,
        n_train=len(train),
        n_test=len(test),
        sample_rate=sample_rate,
        noise="" if noise_db is None else f", white noise {noise_db} dB below the speech",
    )
    return Bunch(
        data=data,
        target=np.array([words.index(word) for word, _, _ in keys]),
        speaker=speaker,
        take=np.array([take for _, _, take in keys]),
        train=train,
        test=test,
        target_names=np.array(words),
        sample_rate=sample_rate,
        DESCR=descr,
    )


def _generator(root, *key):
    """Return a random generator that depends on the seed and a key alone."""
    digest = hashlib.sha256(repr((root, *key)).encode()).digest()
    return np.random.RandomState(np.frombuffer(digest, dtype="<u4"))


def _draw_voices(root, n_voices):
    """Return names of distinct voices, and their variants: each once before any comes twice."""
    variants = _generator(root, "variants").permutation(VARIANTS)
    names, groups = [], []
    for i in range(n_voices):
        variant = str(variants[i % len(variants)])
        languages = _generator(root, "languages", variant).permutation(LANGUAGES)
        names.append(f"{languages[i // len(variants)]}+{variant}")
        groups.append(variant)
    return names, groups


def _draw_test_voices(root, names, groups, test_size):
    distinct = _generator(root, "split").permutation(sorted(set(groups)))
    n_test = min(max(round(test_size * len(distinct)), 1), len(distinct) - 1)
    held_out = set(distinct[:n_test])
    return [name for name, group in zip(names, groups, strict=True) if group in held_out]


def _speak(root, keys, sample_rate, noise_db):
    """Return the waveform of each (word, voice, take)."""
    utterances = [_choose_delivery(root, *key) for key in keys]
    data = np.empty(len(keys), dtype=object)
    for i, (rate, samples) in enumerate(synthesize(utterances)):
        word, voice, _ = keys[i]
        if not samples.any():
            raise ValueError(f"words: {word!r} gives no sound when spoken by voice {voice!r}")
        if samples.size >= MAX_SECONDS * rate:
            raise ValueError(
                f"words: {word!r} takes {MAX_SECONDS} s or more when spoken by voice {voice!r}"
            )
        divisor = math.gcd(rate, sample_rate)
        waveform = resample_poly(samples / 32768, sample_rate // divisor, rate // divisor)
        if noise_db is not None:
            level = np.sqrt(np.mean(waveform**2)) * 10 ** (-noise_db / 20)
            waveform += level * _generator(root, "noise", *keys[i]).standard_normal(waveform.size)
        data[i] = (waveform / max(1.0, np.abs(waveform).max())).astype(np.float32)
    return data


def _choose_delivery(root, word, voice, take):
    """Return an utterance for `synthesize`: the voice's own way to speak, and the take's on top."""
    speaker = _generator(root, "voice", voice)
    rate, pitch = speaker.randint(140, 191), speaker.randint(35, 66)
    this = _generator(root, "take", word, voice, take)
    rate, pitch = rate + this.randint(-10, 11), pitch + this.randint(-4, 5)
    pitch_range, seed = this.randint(40, 61), this.randint(1, 2**31 - 1)
    return word, voice, int(rate), int(pitch), int(pitch_range), int(seed)


def _check_words(words):
    if isinstance(words, str):
        raise TypeError(f"words={words!r} must be a list of strings, not one string")
    words = list(words)
    if not words:
        raise ValueError("words=[] must hold at least one word")
    for i, word in enumerate(words):
        if not isinstance(word, str):
            raise TypeError(f"words[{i}]={word!r} must be a string")
        if not word.isprintable() or not word.strip():
            raise ValueError(f"words[{i}]={word!r} must be printable and not blank")
        if word in words[:i]:
            raise ValueError(f"words[{i}]={word!r} stands in words twice; words must differ")
    return [str(word) for word in words]


def _check_voices(voices):
    if isinstance(voices, str):
        raise TypeError(f"voices={voices!r} must be a list of strings, not one string")
    voices = list(voices)
    if len(voices) < 2:
        raise ValueError(f"voices={voices!r} must hold at least 2 voices: some train, some test")
    languages, variants = list_voices()
    for i, voice in enumerate(voices):
        if not isinstance(voice, str):
            raise TypeError(f"voices[{i}]={voice!r} must be a string")
        language, plus, variant = voice.partition("+")
        if language not in languages:
            raise ValueError(
                f"voices[{i}]={voice!r} is unknown: eSpeak NG has no language {language!r}. "
                f"A voice is language+variant, and the languages are {', '.join(languages)}"
            )
        if plus and variant not in variants:
            raise ValueError(
                f"voices[{i}]={voice!r} is unknown: eSpeak NG has no variant {variant!r}. "
                f"A voice is language+variant, and the variants are {', '.join(variants)}"
            )
        if voice in voices[:i]:
            raise ValueError(f"voices[{i}]={voice!r} stands in voices twice; voices must differ")
    return [str(voice) for voice in voices]
