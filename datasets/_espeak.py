"""Speak words with eSpeak NG in a separate process."""

import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from ._espeak_worker import MAX_SECONDS

__all__ = ["MAX_SECONDS", "find_espeak", "list_voices", "synthesize"]


def find_espeak():
    """
    Find the eSpeak NG library and its data folder.

    Returns
    -------
    library, data : Path
        Their paths in the wheel `espeakng-loader`.

    Raises
    ------
    ImportError
        If `espeakng-loader` is not installed.
    OSError
        If the system lacks `fork`, without which a word would change the next one.
    """
    try:
        import espeakng_loader
    except ImportError as error:
        raise ImportError(
            "make_spoken_words needs eSpeak NG, which comes with the extra `speech`: "
            'pip install "liquid-state-machine[speech]"'
        ) from error
    if not hasattr(os, "fork"):
        raise OSError("make_spoken_words needs a system with fork: Linux, macOS or WSL")
    return Path(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path())


def list_voices():
    """
    List the parts of which names of voices such as "en-us+m3" consist.

    Returns
    -------
    languages, variants : list of str
        Parts before and after the plus sign.
    """
    _, data = find_espeak()
    languages = sorted(path.name.lower() for path in (data / "lang").rglob("*") if path.is_file())
    variants = sorted(path.name for path in (data / "voices" / "!v").iterdir())
    return languages, variants


def synthesize(utterances):
    """
    Speak utterances, each independent of all others.

    Parameters
    ----------
    utterances : list of (word, voice, rate, pitch, pitch_range, seed)
        The word and the voice as strings, the rate in words per minute (80 to 450), pitch and pitch
        range from 0 to 99, and the seed of eSpeak NG's noise generator.

    Yields
    ------
    sample_rate : int
        In Hz, 22050 in all releases so far.
    samples : ndarray of shape (n_samples,), int16
        Sound of eSpeak NG; empty or zero if it gives no sound, and cut off at `MAX_SECONDS`.

    Raises
    ------
    RuntimeError
        If the process that speaks fails, with its messages.
    """
    library, data = find_espeak()
    command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("_espeak_worker.py"))]
    with tempfile.TemporaryFile() as jobs, tempfile.TemporaryFile() as messages:
        jobs.write(json.dumps(utterances).encode())
        jobs.seek(0)
        worker = subprocess.Popen(
            [*command, str(library)],
            stdin=jobs,
            stdout=subprocess.PIPE,
            stderr=messages,
            cwd=data.parent,
        )
        try:
            sample_rate = _read_number(worker, messages)
            for _ in utterances:
                n_bytes = _read_number(worker, messages)
                yield sample_rate, np.frombuffer(_read(worker, n_bytes, messages), dtype=np.int16)
        finally:
            # The worker may have ended, or may still speak words that nobody reads.
            worker.kill()
            worker.stdout.close()
            worker.wait()


def _read_number(worker, messages):
    return struct.unpack("=q", _read(worker, 8, messages))[0]


def _read(worker, n_bytes, messages):
    content = worker.stdout.read(n_bytes)
    if len(content) < n_bytes:
        worker.wait()
        messages.seek(0)
        message = messages.read().decode(errors="replace").strip()
        raise RuntimeError(f"eSpeak NG failed: {message or f'exit status {worker.returncode}'}")
    return content
