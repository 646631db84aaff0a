"""HDF5 files that are damaged, or claim any size."""

import resource
import zlib

import h5py
import numpy as np
import pytest

from lsm.formats import read_shd
from tests.helpers.memory import peak_memory


def write(path, n_samples=2):
    with h5py.File(path, "w") as file:
        times = file.create_dataset("spikes/times", (n_samples,), h5py.vlen_dtype(np.float16))
        units = file.create_dataset("spikes/units", (n_samples,), h5py.vlen_dtype(np.uint16))
        for i in range(n_samples):
            times[i], units[i] = [0.125, 0.25], [i, 699]
        file["labels"] = np.arange(n_samples)
    return path


@pytest.mark.parametrize("as_path", [True, False])
def test_a_file_of_hdf5_is_read(as_path, tmp_path):
    path = write(tmp_path / "shd.h5")
    if as_path:
        packed, labels = read_shd(path)
    else:
        with h5py.File(path) as file:
            packed, labels = read_shd(file)
    assert packed.rows.tolist() == [125, 250] * 2
    assert packed.channels.tolist() == [0, 699, 1, 699]
    assert labels.tolist() == [0, 1]


def damaged(path, at, junk):
    content = bytearray(path.read_bytes())
    content[at : at + len(junk)] = junk
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("as_path", [True, False])
@pytest.mark.parametrize("size", [0, 2**64 - 1, 2**63])
def test_a_heap_that_the_library_would_read_for_ever_is_refused(size, as_path, tmp_path):
    path = write(tmp_path / "shd.h5")
    content = path.read_bytes()
    heap = content.index(b"GCOL")
    first = heap + 16  # its first object becomes free space of a false size
    damaged(path, first, (0).to_bytes(8, "little") + size.to_bytes(8, "little"))
    if as_path:
        with pytest.raises(OSError, match=f"shd.h5' cannot be read as HDF5: the heap at .*{heap}"):
            read_shd(path)
        return
    with h5py.File(path) as file, pytest.raises(OSError, match="shd.h5.* cannot be read as HDF5"):
        read_shd(file)


def test_every_byte_may_be_damaged(tmp_path):
    whole = write(tmp_path / "whole.h5").read_bytes()
    path = tmp_path / "shd.h5"
    n_refused = 0
    for at in range(0, len(whole), 16):
        path.write_bytes(whole)
        damaged(path, at, b"\xff")
        message = message_of(path)
        assert message is None or "shd.h5" in message
        n_refused += message is not None
    assert 50 < n_refused < len(whole) / 16


def message_of(path):
    try:
        read_shd(path)
    except (OSError, ValueError, TypeError) as error:
        return str(error)
    return None


@pytest.mark.parametrize("name", ["labels", "spikes/times", "spikes/units"])
def test_a_dataset_that_claims_more_than_its_file_is_refused(name, tmp_path):
    path = write(tmp_path / "shd.h5")
    with h5py.File(path, "a") as file:
        dtype = file[name].dtype
        del file[name]
        file.create_dataset(name, (10**9,), dtype, chunks=(1000,))  # without a chunk on the disk
    with peak_memory() as peak, pytest.raises(ValueError, match=f"{name} of .*shd.h5.* is refused"):
        read_shd(path)
    assert peak.n_bytes < 2**24


@pytest.mark.parametrize("chunks", [None, (1,)])
@pytest.mark.parametrize("length", [2**32 - 1, 2**26])
def test_an_array_that_claims_another_length_is_refused_before_memory_is_taken(
    length, chunks, tmp_path
):
    path = tmp_path / "shd.h5"
    with h5py.File(path, "w") as file:
        for name in ("times", "units"):
            dtype = h5py.vlen_dtype(np.uint16)
            file.create_dataset(f"spikes/{name}", (2,), dtype, chunks=chunks)[:] = [[1, 2], [3]]
        file["labels"] = [0, 1]
        item = file["spikes/units"].id
        place = item.get_chunk_info(0).byte_offset if chunks else item.get_offset()
    assert read_shd(path, 4000.0)[0].rows.tolist() == [1000, 2000, 3000]
    damaged(path, place, length.to_bytes(4, "little"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError, match="spikes/units of .* more than 16 times the"):
        read_shd(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kB


@pytest.mark.parametrize(
    "filters",
    [
        {"compression": "gzip"},
        {"compression": "gzip", "shuffle": True},
        {"shuffle": True},
    ],
)
@pytest.mark.parametrize("length", [2, 2**24])
def test_references_are_read_through_filters(filters, length, tmp_path):
    path, n = tmp_path / "shd.h5", 100
    with h5py.File(path, "w") as file:
        for name in ("times", "units"):
            chunks = {"dtype": h5py.vlen_dtype(np.uint16), "chunks": (40,), **filters}
            item = file.create_dataset(f"spikes/{name}", (n,), **chunks)
            item[:] = [[1, 2]] * n
        file["labels"] = np.zeros(n, int)
        if length > 2:  # as an attacker would: the references of the first chunk claim more
            claims = np.frombuffer(length.to_bytes(4, "little") + bytes(12), np.uint8)
            claims = np.tile(claims, 40)
            if "shuffle" in filters:
                claims = claims.reshape(40, 16).T
            content = claims.tobytes()
            if "compression" in filters:
                content = zlib.compress(content)
            item.id.write_direct_chunk((0,), content)
    if length == 2:
        assert read_shd(path, 3000.0)[0].rows.tolist() == [1000, 2000] * n
        return
    with pytest.raises(ValueError, match="spikes/units of .* more than 16 times the"):
        read_shd(path)


def test_other_filters_are_refused(tmp_path):
    path = write(tmp_path / "shd.h5")
    with h5py.File(path, "a") as file:
        del file["spikes/times"]
        dtype = h5py.vlen_dtype(np.float16)
        file.create_dataset("spikes/times", (2,), dtype, compression="lzf")[:] = [[0.1], [0.2]]
    with pytest.raises(OSError, match=r"shd.h5.*filter 32000 is not known: compress it by gzip"):
        read_shd(path)


def test_samples_that_share_one_long_array_are_refused(tmp_path):
    path = tmp_path / "shd.h5"
    with h5py.File(path, "w") as file:
        for name in ("times", "units"):
            dtype = h5py.vlen_dtype(np.uint16)
            held = file.create_dataset(f"spikes/{name}", (2000,), dtype, chunks=(2000,))
            held[0] = np.zeros(20_000, np.uint16)
        file["labels"] = np.zeros(2000, int)
    content = bytearray(path.read_bytes())
    with h5py.File(path) as file:
        place = file["spikes/times"].id.get_chunk_info(0).byte_offset
    content[place : place + 2000 * 16] = content[place : place + 16] * 2000
    path.write_bytes(content)
    with (
        peak_memory() as peak,
        pytest.raises(ValueError, match="spikes/times of .* more than 16 t"),
    ):
        read_shd(path)
    assert peak.n_bytes < 2**25


@pytest.mark.parametrize("content", [b"", b"no HDF5", b"\x89HDF\r\n\x1a\n"])
def test_another_file_is_no_hdf5(content, tmp_path):
    (tmp_path / "shd.h5").write_bytes(content)
    with pytest.raises(OSError, match="shd.h5' cannot be read as HDF5"):
        read_shd(tmp_path / "shd.h5")
    with pytest.raises(FileNotFoundError, match="none.h5"):
        read_shd(tmp_path / "none.h5")


@pytest.mark.parametrize("kind", ["link", "soft", "folder", "raw", "virtual"])
def test_no_link_to_another_file_is_followed(kind, tmp_path):
    other, path = write(tmp_path / "other.h5"), write(tmp_path / "shd.h5")
    (tmp_path / "secret").write_bytes(bytes(range(16)))
    with h5py.File(path, "a") as file:
        if kind == "folder":
            del file["spikes"]
            file["spikes"] = h5py.ExternalLink(other, "spikes")
        else:
            del file["labels"]
        if kind == "link":
            file["labels"] = h5py.ExternalLink(other, "labels")
        if kind == "soft":
            file["elsewhere"] = h5py.ExternalLink(other, "/")
            file["labels"] = h5py.SoftLink("/elsewhere/labels")
        if kind == "raw":
            secret = [(str(tmp_path / "secret"), 0, 16)]
            file.create_dataset("labels", (2,), np.int64, external=secret)
        if kind == "virtual":
            layout = h5py.VirtualLayout((2,), np.int64)
            layout[:] = h5py.VirtualSource(other, "labels", (2,))
            file.create_virtual_dataset("labels", layout)
    with pytest.raises(
        ValueError, match="of .*shd.h5.* is refused: it is a link, or lies in another file"
    ):
        read_shd(path)
