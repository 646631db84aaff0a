"""Run parsers on millions of inputs that coverage guides, with atheris.

``python -m tests.fuzz.campaign ts --runs 1000000`` runs one parser of `tests/fuzz/parsers.py`
after ``pip install atheris``. It begins with the valid contents, prints each fault with its input
once, and ends with the numbers of inputs and of faults. The process is limited in memory and each
input in time. `--mutate` does without atheris: it draws the mutations that the tests use, in
child processes, for a library in C that may crash or hang.
"""

import argparse
import importlib
import inspect
import os
import random
import resource
import signal
import struct
import sys
import tempfile
from mmap import mmap
from pathlib import Path

from tests.fuzz.mutations import mutate
from tests.fuzz.parsers import PARSERS, fault

MEMORY = 4 * 2**30  # bytes of address space of a child process
SECONDS = 10  # for one input
BATCH = 1000  # inputs of a child process

# Coverage is measured in these modules, our own and those of the formats.
MODULES = [
    *("lsm.datasets._archive", "lsm.datasets._laser", "lsm.datasets._uea", "lsm.datasets._wav"),
    *("lsm._events", "lsm._hdf5", "lsm._packing", "lsm._validation", "lsm.formats", "lsm.spikes"),
    *("lsm.experiments._study.json_files", "tarfile", "zipfile", "scipy.io.wavfile"),
    *("numpy.lib._npyio_impl", "numpy.lib._format_impl"),
]


def instrument():
    """Let atheris see which lines of the modules run."""
    import atheris

    for module in map(importlib.import_module, MODULES):
        own = [part for part in vars(module).values() if is_of(part, module)]
        for cls in filter(inspect.isclass, list(own)):
            own += [part for part in vars(cls).values() if is_of(part, module)]
        for function in filter(inspect.isfunction, own):
            atheris.instrument_func(function)


def is_of(part, module):
    """Return whether a function or class is defined in a module."""
    return getattr(part, "__module__", None) == module.__name__


def guided(name, runs, seed):
    """Run a parser with atheris, which ends the process."""
    import atheris

    instrument()
    parser, found = PARSERS[name], {}
    print(f"{name}: {runs} inputs", flush=True)

    def one(content):
        reason = fault(parser, content)
        if reason and reason[:60] not in found:
            found[reason[:60]] = content
            print(f"FAULT {name}: {reason:.200} {content!r:.400}", flush=True)

    def mutator(content, most, seed):
        rng = random.Random(seed)
        if rng.random() < 0.5:
            return atheris.Mutate(content, most)
        return mutate(content or rng.choice(parser.seeds), rng)[:most]

    corpus = tempfile.mkdtemp(prefix="lsm-corpus-")
    for i, content in enumerate(parser.seeds):
        Path(corpus, f"seed-{i}").write_bytes(content)
    limits = [f"-runs={runs}", f"-seed={seed}", f"-timeout={SECONDS}", "-rss_limit_mb=2048"]
    most = 4 * max(map(len, parser.seeds))
    arguments = [sys.argv[0], *limits, f"-max_len={most}", "-print_final_stats=1", corpus]
    atheris.Setup(arguments, one, custom_mutator=mutator)
    atheris.Fuzz()


def mutated(name, runs, seed):
    """Run a parser on drawn mutations in child processes, and print which end badly."""
    parser, place, n_faults = PARSERS[name], mmap(-1, 16), 0
    start = 0
    while start < runs:
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            for i in range(start, min(start + BATCH, runs)):
                rng = random.Random(f"{seed} {i}")
                content = mutate(rng.choice(parser.seeds), rng)
                place[:8] = struct.pack("<q", i)
                signal.alarm(SECONDS)  # ends the process, even in a loop in C
                reason = fault(parser, content)
                if reason:
                    print(f"FAULT {name}: input {i}: {reason:.200}", flush=True)
                    place[8:] = struct.pack("<q", struct.unpack("<q", place[8:])[0] + 1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        (last,) = struct.unpack("<q", place[:8])
        if status:
            print(f"FAULT {name}: input {last}: the process ended by signal {status}", flush=True)
            n_faults += 1
        start = last + 1
    n_faults += struct.unpack("<q", place[8:])[0]
    print(f"{name}: {runs} inputs, {n_faults} faults", flush=True)


def main():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutate", action="store_true")
    options = parser.parse_args()
    run = mutated if options.mutate else guided
    run(options.name, options.runs, options.seed)


if __name__ == "__main__":
    main()
