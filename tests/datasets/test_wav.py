"""WAV files."""

import io
import struct

import numpy as np
import pytest

from lsm.datasets._wav import read_wav
from tests.helpers.memory import peak_memory
from tests.helpers.spoken_digits import wav_bytes


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
        (wav_bytes(np.array([0, 1e39])), r"x.wav holds samples up to 1e\+39, .* \[-1, 1\]: divide"),
        (wav_bytes(np.array([0, -1e30])), r"x.wav holds samples up to -1e\+30"),
        (wav_bytes(np.array([0, 1.5], dtype=np.float32)), "x.wav holds samples up to 1.5"),
        (wav_bytes(np.zeros(2**20, dtype=np.uint8)), "x.wav has more than the 1048576 bytes"),
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


def test_a_waveform_that_is_divided_by_its_largest_magnitude_is_read():
    loud = np.array([0.0, 1e39, -5e38])
    waveform = read_wav(io.BytesIO(wav_bytes(loud / np.abs(loud).max())), "x.wav", 8000)
    np.testing.assert_array_equal(waveform, np.float32([0, 1, -0.5]))


def test_the_size_that_a_header_states_is_not_believed(tmp_path):
    content = bytearray(TONE)
    for at in (4, content.index(b"data") + 4):
        struct.pack_into("<I", content, at, 2**32 - 16)
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    with peak_memory() as peak, pytest.raises(ValueError, match="x.wav cannot be read"):
        read_wav(path, "x.wav", 8000)
    assert peak.n_bytes < 2**23
