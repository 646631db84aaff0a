"""Files of the laser, of UEA and of UCI that claim any size, or hold invalid numbers."""

import io
import os

import numpy as np
import pytest

from lsm.datasets import _laser, _uea, fetch_japanese_vowels, fetch_santa_fe_laser
from tests.helpers.memory import peak_memory

MB = 2**20
LABELS = ["1", "2"]
ROWS = b"1.5 2\n\n3 4\n"


def npy(array, **changes):
    """Return an array in the format npy, whose header claims something else."""
    file = io.BytesIO()
    header = np.lib.format.header_data_from_array_1_0(array) | changes
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue() + array.tobytes()


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (npy(np.zeros(9), shape=(99999999999,)), r"names shape \(99999999999,\), but 9 numbers"),
        (npy(np.zeros(9), shape=(2**31, 2**31)), "but 9 numbers follow"),
        (npy(np.zeros(9), shape=(-1,)), "but 9 numbers follow"),
        (npy(np.zeros(9), descr="|V0", shape=(10**12,)), "not numbers"),
        (npy(np.zeros(9), descr="<U999999999"), "not a valid dtype"),
        (npy(np.zeros(9), descr="|O"), "not numbers"),
        (npy(np.array([1.0, np.inf])), "holds NaN, infinity .* in place 1"),
        (b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'shape'20,), }" + b" " * 100, "EOF"),
        (b"\x93NUMPY\x09\x00v\x00", r"version \(9, 0\)"),
        (b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65535, "is large"),
        (b"1\n" + b"9" * 400 + b"\n", "infinity .* in place 1"),
        (b"1\nnan\n", "NaN"),
        (b"1\n1e400\n", "above 1.8e308"),
        (b"1 2\n3\n", "neither text of numbers nor npy"),
        (b"", "0 numbers that differ"),
        (b"\xff\xfe", "neither text of numbers nor npy"),
        (bytes(2 * MB), "has 1048576 bytes|has more than 1048576 bytes"),
    ],
)
def test_a_damaged_file_of_the_laser_is_refused_by_name(content, cause, tmp_path):
    path = tmp_path / "santafe_laser.npy"
    path.write_bytes(content)
    with peak_memory() as peak, pytest.raises(ValueError, match=cause) as caught:
        fetch_santa_fe_laser(path, download=False)
    assert "santafe_laser.npy" in str(caught.value)
    assert peak.n_bytes < 16 * MB


@pytest.mark.parametrize("dtype", ["<f8", ">i2", "<f4", "|u1"])
@pytest.mark.parametrize("shape", [(12,), (12, 1), (3, 4)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_the_reader_of_npy_is_that_of_numpy(dtype, shape, order):
    array = np.arange(12).astype(dtype).reshape(shape, order=order)
    file = io.BytesIO()
    np.save(file, array)
    expected = np.load(io.BytesIO(file.getvalue())).astype(float).ravel()
    np.testing.assert_array_equal(_laser._parse(file.getvalue()), expected)


@pytest.mark.parametrize(
    "sizes",
    [
        *(b"9" * 30 + b" 1", b"99999999999 1", b"-1 3", b"2147483648 -2147483646", b"1"),
        *(b"9" * 5000 + b" 1", b"1.5 1", b"", b"\xff 1", b"nan 1", b"1 1 1"),
    ],
)
def test_sizes_of_uci_that_are_no_numbers_of_sequences_are_refused(sizes):
    files = {"ae.train": ROWS, "size": sizes}
    with peak_memory() as peak, pytest.raises(ValueError, match="size .*: give the published file"):
        _uea._parse_uci("ae.train", "size", files, LABELS)
    assert peak.n_bytes < MB


@pytest.mark.parametrize(
    ("rows", "cause"),
    [
        (b"1.5 2\n3\n", "sequence 0 cannot be read: its rows differ in length"),
        (b"1.5 2\n\n3 1e999\n", "sequence 1 cannot be read: it holds NaN, infinity"),
        (b"1.5 nan\n", "sequence 0 cannot be read: it holds NaN"),
        (b"1.5 " + b"9" * 400, "above 1.8e308"),
        (b"1.5 x\n", "could not convert"),
        (b"1.5 \xff\n", "could not convert"),
    ],
)
def test_rows_of_uci_are_finite_numbers(rows, cause):
    with pytest.raises(ValueError, match=f"ae.train: .*{cause}"):
        _uea._parse_uci("ae.train", "size", {"ae.train": rows, "size": b"1 1"}, LABELS)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"1,2:3:a\n", "its rows differ in length"),
        (b"1,1e999:a\n", "it holds NaN, infinity"),
        (b"1,NaN:a\n", "it holds NaN, infinity"),
        (b"1," + b"9" * 400 + b":a\n", "above 1.8e308"),
        (b"a\n", "it has no numbers"),
        (b"1,?:a\n", "could not convert"),
    ],
)
def test_sequences_of_ts_are_finite_numbers(body, cause):
    head = b"@seriesLength " + b"9" * 30 + b"\n@data\n1,2:a\n"
    with pytest.raises(ValueError, match=f"x.ts: sequence 1 cannot be read: .*{cause}"):
        _uea._parse("x.ts", head + body)


def test_a_long_line_takes_memory_in_proportion():
    content = b"@data\n" + b"1," * 400_000 + b"1:a\n"
    with peak_memory() as peak:
        ((sequence, label),) = _uea._parse("x.ts", content)
    assert sequence.shape == (400_001, 1)
    assert label == "a"
    assert peak.n_bytes < 64 * MB


def test_a_large_file_in_a_folder_is_refused_before_it_is_read(tmp_path):
    for name in ("ae.train", "ae.test", "size_ae.train", "size_ae.test"):
        (tmp_path / name).write_bytes(b"")
    os.truncate(tmp_path / "ae.test", 2**40)  # a terabyte, of which no block is on the disk
    with peak_memory() as peak, pytest.raises(ValueError, match="ae.test.*more than 1048576"):
        fetch_japanese_vowels(tmp_path)
    assert peak.n_bytes < 8 * MB
