"""The separate process of eSpeak NG: its input is JSON, its output the bytes of samples.

Run as a script by `_espeak.py`, with the path of the library as its only argument and the folder
that holds `espeak-ng-data` as its working directory. Standard library only, so that it starts fast.

eSpeak NG keeps state between utterances (phases of the oscillator, of the flutter and of its noise
generator) that neither `espeak_ng_SetRandSeed` nor `espeak_Terminate` resets, so a word would sound
different after another. Each word is therefore spoken in a fork of a process that has never spoken.
"""

import ctypes
import json
import os
import struct
import sys

SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT: call back with samples before espeak_Synth returns
DONT_EXIT = 0x8000  # report a missing data folder instead of ending the process
UTF8 = 1
RATE, VOLUME, PITCH, RANGE = 1, 2, 3, 4  # espeak_PARAMETER
MAX_SECONDS = 10  # eSpeak NG may babble for ever on odd punctuation

SynthCallback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


def start(library_path):
    """Load the library and start it; return it with its sample rate in Hz."""
    library = ctypes.CDLL(library_path)
    library.espeak_ng_SetRandSeed.argtypes = [ctypes.c_long]
    # A relative path, since eSpeak NG cuts its data path off at 160 bytes.
    sample_rate = library.espeak_Initialize(SYNCHRONOUS, 0, b"espeak-ng-data", DONT_EXIT)
    if sample_rate <= 0:
        sys.exit(f"eSpeak NG found no voice data in {os.getcwd()}")
    # Reads the English dictionary once for all forks, which halves the time a word takes.
    library.espeak_SetVoiceByName(b"en-us")
    return library, sample_rate


def speak(library, max_samples, word, voice, rate, pitch, pitch_range, seed):
    """Return the samples of one word, 16-bit in the machine's byte order, as bytes."""
    pieces = []
    length = 0

    @SynthCallback
    def keep(samples, count, _events):
        nonlocal length
        if samples and count > 0:
            pieces.append(ctypes.string_at(samples, 2 * count))
            length += count
        return int(length >= max_samples)

    library.espeak_SetSynthCallback(keep)
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        sys.exit(f"eSpeak NG has no voice {voice!r}")
    for parameter, value in ((RATE, rate), (VOLUME, 100), (PITCH, pitch), (RANGE, pitch_range)):
        library.espeak_SetParameter(parameter, value, 0)
    library.espeak_ng_SetRandSeed(seed)
    text = word.encode() + b"\0"
    status = library.espeak_Synth(text, ctypes.c_size_t(len(text)), 0, 1, 0, UTF8, None, None)
    if status != 0:
        sys.exit(f"eSpeak NG failed on {word!r} with status {status}")
    return b"".join(pieces)


def speak_in_fork(library, max_samples, job, out):
    """Speak one job in a child process, which writes its length and its samples to `out`."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            samples = speak(library, max_samples, *job)
            out.write(struct.pack("=q", len(samples)) + samples)
            out.flush()
            status = 0
        except SystemExit as error:
            print(error, file=sys.stderr, flush=True)
        finally:
            os._exit(status)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit(f"the process that spoke {job[0]!r} with voice {job[1]!r} failed")


def main():
    """Speak every job read from standard input, after a header with the sample rate."""
    jobs = json.load(sys.stdin.buffer)
    library, sample_rate = start(sys.argv[1])
    out = sys.stdout.buffer
    out.write(struct.pack("=q", sample_rate))
    out.flush()
    for job in jobs:
        speak_in_fork(library, MAX_SECONDS * sample_rate, job, out)


if __name__ == "__main__":
    main()
