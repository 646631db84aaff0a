"""Read one mono WAV file."""

import warnings

import numpy as np
from scipy.io import wavfile


def read_wav(source, name, sample_rate):
    """
    Read a mono WAV file as floating-point samples.

    Parameters
    ----------
    source : str, path or binary file
        File.
    name : str
        Name of the file in errors.
    sample_rate : int
        The sample rate that the file must have, in Hz.

    Returns
    -------
    waveform : ndarray of shape (n_samples,), float32
        Samples; those of an integer format are scaled to [-1, 1].

    Raises
    ------
    ValueError
        If the file is not a WAV file, is cut short, has more than one channel or no sample, has
        another sample rate, or holds NaN or infinity.
    """
    try:
        with warnings.catch_warnings():
            # SciPy warns, and returns the samples read so far, if a file ends too soon.
            warnings.filterwarnings("error", "Reached EOF", wavfile.WavFileWarning)
            warnings.filterwarnings("ignore", "Chunk", wavfile.WavFileWarning)
            rate, samples = wavfile.read(source)
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
    return samples.astype(np.float32)
