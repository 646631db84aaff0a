"""A small data set in the form of the Free Spoken Digit Dataset."""

import io
import tarfile
import zipfile

import numpy as np
from scipy.io import wavfile


def wav_bytes(samples, sample_rate=8000):
    buffer = io.BytesIO()
    wavfile.write(buffer, sample_rate, samples)
    return buffer.getvalue()


NAMES = [f"{d}_{s}_{t}.wav" for d in (0, 3) for s in ("ann", "bob") for t in (0, 4, 5, 10)]
RECORDINGS = {
    name: wav_bytes(np.arange(-100 - i, 100, dtype=np.int16) * 50) for i, name in enumerate(NAMES)
}


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
