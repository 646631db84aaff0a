"""Archives that are hostile or damaged."""

import io
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsm.datasets import fetch_spoken_digits
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
