"""Archives that are hostile or damaged."""

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsm.datasets import fetch_spoken_digits
from lsm.datasets._archive import read_archive
from tests.helpers.memory import peak_memory
from tests.helpers.spoken_digits import RECORDINGS, snapshot, write_tar, write_zip

pytestmark = pytest.mark.usefixtures("few_digits")


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
            message = None
            fetch_spoken_digits(home, subset="all")
        except (ValueError, FileNotFoundError) as error:
            message = str(error)
        assert message is None or home.name in message

    check()


# ---------------------------------------------------------------- sizes that headers do not tell

MB = 2**20
NAME = "0_ann_0.wav"


def refused(path, reason, most=16 * MB):
    """Read an archive, and check that it is refused by name in little memory."""
    with peak_memory() as peak, pytest.raises(ValueError, match=f"{path} is refused: .*{reason}"):
        read_archive(path, {NAME})
    assert peak.n_bytes < most


@pytest.mark.parametrize(
    ("compression", "reason"),
    [
        (zipfile.ZIP_BZIP2, "compressed by method 12, and only 0 .* and 8 .* are read.*: unpack"),
        (zipfile.ZIP_LZMA, "compressed by method 14"),
    ],
)
def test_a_zip_that_unpacks_without_bound_is_refused(compression, reason, tmp_path):
    path = write_zip(tmp_path / "bomb.zip", {NAME: bytes(64 * MB)}, compression=compression)
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.rfind(b"PK\1\2") + 24, 100)
    path.write_bytes(content)
    assert len(content) < 20_000
    refused(path, reason)


def test_a_deflated_member_that_is_larger_than_its_header_says_takes_little_memory(tmp_path):
    path = write_zip(tmp_path / "bomb.zip", {NAME: bytes(64 * MB)})
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.rfind(b"PK\1\2") + 24, 100)
    path.write_bytes(content)
    with peak_memory() as peak, pytest.raises(ValueError, match=r"cannot read .*bomb.zip .*CRC"):
        read_archive(path, {NAME})
    assert peak.n_bytes < 16 * MB


def test_a_zip_with_a_long_list_of_members_is_refused(tmp_path):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(40_000):
            archive.writestr(f"{i:010}", b"")
    refused(path, "its list of members has more than 2097152 bytes")


def header(kind, size, name="h", form=tarfile.USTAR_FORMAT):
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(form)


def packed(path, *parts):
    """Write blocks of bytes as a file, compressed as its name says."""
    opened = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}.get(path.suffix, open)
    with opened(path, "wb") as file:
        for part in parts:
            file.write(part)
    return path


@pytest.mark.parametrize("end", ["", ".gz", ".bz2", ".xz"])
@pytest.mark.parametrize(
    ("kind", "fill"),
    [
        (tarfile.GNUTYPE_LONGNAME, b"a"),
        (tarfile.GNUTYPE_LONGLINK, b"a"),
        (b"x", b"\0"),
        (b"g", b"1"),
    ],
)
def test_a_long_name_or_pax_header_of_any_size_is_refused(kind, fill, end, tmp_path):
    path = packed(
        tmp_path / f"long.tar{end}", header(kind, 64 * MB), *[fill * MB] * 64, header(b"0", 0)
    )
    refused(path, "its first header has more than 65536 bytes")


def test_a_sparse_map_of_any_length_is_refused(tmp_path):
    records = b"".join(
        b"%d %s\n" % (len(r) + 4, r) for r in (b"GNU.sparse.major=1", b"GNU.sparse.minor=0")
    )
    path = packed(
        tmp_path / "sparse.tar.gz",
        header(b"x", len(records)),
        records.ljust(512, b"\0"),
        header(b"0", 64 * MB, NAME),
        b"9999999\n",
        b"1\n" * (32 * MB),
    )
    refused(path, "has more than 65536 bytes")


def test_a_stream_that_unpacks_to_more_than_a_data_set_is_refused(tmp_path):
    path = packed(tmp_path / "long.tar.gz", header(b"0", 200 * MB, "other"), *[bytes(MB)] * 129)
    refused(path, "it unpacks to more than 134217728 bytes")


def test_a_tar_with_too_many_members_is_refused(tmp_path):
    path = packed(tmp_path / "many.tar.gz", header(b"0", 0) * 20_001)
    refused(path, "more than 20000 members", most=64 * MB)


def test_a_member_of_negative_size_ends(tmp_path):
    record = b"20 size=-1000000000\n"
    path = packed(
        tmp_path / "back.tar", header(b"x", 20), record.ljust(512, b"\0"), header(b"0", 0, NAME)
    )
    with pytest.raises(ValueError, match="back.tar"):
        read_archive(path, {NAME})


def test_a_dictionary_of_xz_is_bounded(tmp_path):
    content = bytearray(lzma.compress(bytes(1000)))
    assert content[16] == 0x16  # 8 MiB
    content[16] = 0x28  # 4 GiB
    content[20:24] = struct.pack("<I", zlib.crc32(content[12:20]))
    (tmp_path / "dictionary.tar.xz").write_bytes(content)
    with peak_memory() as peak, pytest.raises(ValueError, match=r"dictionary.*[Mm]emory"):
        read_archive(tmp_path / "dictionary.tar.xz", {NAME})
    assert peak.n_bytes < 16 * MB


def test_files_that_are_too_large_together_are_refused(tmp_path):
    names = [f"{i}.wav" for i in range(130)]
    path = write_zip(tmp_path / "all.zip", dict.fromkeys(names, bytes(MB)))
    with pytest.raises(ValueError, match=r"all.zip is refused: .* more than 134217728 bytes"):
        read_archive(path, names)


# ------------------------------------------------------------------------- links, tried for real


@pytest.fixture
def traps(tmp_path):
    """A folder of links and a pipe beside a secret, and what the folder above holds."""
    (tmp_path / "secret").write_bytes(b"secret")
    folder = tmp_path / "traps"
    folder.mkdir()
    (folder / "soft.wav").symlink_to(tmp_path / "secret")
    (folder / "up.wav").symlink_to("../secret")
    (folder / "folder.wav").symlink_to(tmp_path)
    (folder / "plain.wav").write_bytes(b"plain")
    os.link(folder / "plain.wav", folder / "z_hard.wav")
    os.mkfifo(folder / "pipe.wav")
    return folder


@pytest.mark.parametrize("name", ["soft.wav", "up.wav", "folder.wav", "pipe.wav", "z_hard.wav"])
def test_no_link_of_a_real_tar_is_followed(name, traps, tmp_path):
    path = tmp_path / "real.tar"
    with tarfile.open(path, "w") as archive:
        archive.add(traps / "plain.wav", "plain.wav")
        archive.add(traps / name, name)
    before = snapshot(tmp_path)
    with pytest.raises(ValueError, match=f"real.tar is refused: its member '{name}' is a link"):
        read_archive(path, {name, "plain.wav"})
    assert snapshot(tmp_path) == before
    assert (tmp_path / "secret").read_bytes() == b"secret"


@pytest.mark.parametrize("name", ["../secret", "a/../../secret", "/tmp/secret"])
def test_no_file_outside_is_written_by_a_real_tar(name, traps, tmp_path):
    path = tmp_path / "real.tar"
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo(name)
        member.size = 4
        archive.addfile(member, io.BytesIO(b"evil"))
    before = snapshot(tmp_path)
    with pytest.raises(ValueError, match=r"real.tar is refused: its member"):
        read_archive(path, {"secret"})
    assert snapshot(tmp_path) == before
    assert (tmp_path / "secret").read_bytes() == b"secret"


def test_a_link_over_an_earlier_member_is_refused(traps, tmp_path):
    path = tmp_path / "real.tar"
    with tarfile.open(path, "w") as archive:
        archive.add(traps / "folder.wav", "out")  # a link to a folder, and a file through it
        member = tarfile.TarInfo("out/secret")
        member.size = 4
        archive.addfile(member, io.BytesIO(b"evil"))
    with pytest.raises(ValueError, match="its member 'out' is a link"):
        read_archive(path, {"secret"})
    assert (tmp_path / "secret").read_bytes() == b"secret"


def test_a_pipe_in_a_folder_is_no_recording(traps):
    for path in traps.iterdir():
        if path.name != "pipe.wav":
            path.unlink()
    (traps / "pipe.wav").rename(traps / NAME)
    with pytest.raises(FileNotFoundError, match="lacks"):
        fetch_spoken_digits(traps, subset="all")
