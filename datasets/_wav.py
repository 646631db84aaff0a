"""Read one mono WAV file."""

import io
import os
import warnings

import numpy as np
from scipy.io import wavfile

from ._archive import MAX_BYTES


def read_wav(source, name, sample_rate):
    """
    Read a mono WAV file as floating-point samples.

    Parameters
    ----------
    source : str, path or binary file
        File of at most 1 MiB.
    name : str
        Name of the file in errors.
    sample_rate : int
        The sample rate that the file must have, in Hz.

    Returns
    -------
    waveform : ndarray of shape (n_samples,), float32
        Samples in [-1, 1]; those of an integer format are scaled.

    Raises
    ------
    ValueError
        If the file is not a WAV file, is too large, is cut short, has more than one channel or no
        sample, has another sample rate, or holds NaN or samples outside of [-1, 1].
    """
    if isinstance(source, str | os.PathLike):
        with open(source, "rb") as file:
            return read_wav(file, name, sample_rate)
    content = source.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"{name} has more than the {MAX_BYTES} bytes that a recording may have")
    try:
        with warnings.catch_warnings():
            # SciPy warns, and returns the samples read so far, if a file ends too soon.
            warnings.filterwarnings("error", category=wavfile.WavFileWarning)
            warnings.filterwarnings("ignore", "Chunk", wavfile.WavFileWarning)
            # From memory, since SciPy believes the size that the header of a file on disk states.
            rate, samples = wavfile.read(io.BytesIO(content))
    # SciPy lets several kinds of error through on a damaged header, ZeroDivisionError among them.
    except Exception as error:
        raise ValueError(f"{name} cannot be read as a WAV file: {error}") from error
    if samples.ndim != 1:
        raise ValueError(f"{name} has {samples.shape[1]} channels; a mono WAV file is needed")
    if rate != sample_rate:
        raise ValueError(f"{name} is sampled at {rate} Hz; {sample_rate} Hz is needed")
    if samples.size == 0:
        raise ValueError(f"{name} holds no sample")
    if samples.dtype == np.uint8:
        return ((samples.astype(np.float32) - 128) / 128).astype(np.float32)
    if samples.dtype.kind == "i":
        return (samples / -float(np.iinfo(samples.dtype).min)).astype(np.float32)
    if not np.isfinite(samples).all():
        raise ValueError(f"{name} holds NaN or infinite samples")
    loudest = samples[np.argmax(np.abs(samples))]
    if abs(loudest) > 1:
        raise ValueError(
            f"{name} holds samples up to {loudest:g}, and a waveform lies in [-1, 1]: divide it by "
            "its largest magnitude"
        )
    return samples.astype(np.float32)
