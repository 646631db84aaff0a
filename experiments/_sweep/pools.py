"""Pools that run a sweep: processes of this machine, or the workers of a Dask cluster."""

import contextlib
import math
import multiprocessing
import os
import signal
import sys
import threading
import warnings
from concurrent.futures import CancelledError
from multiprocessing.connection import wait

import joblib
from tqdm import tqdm

from .._command.streams import ENDING
from .evaluate import evaluate

__all__ = ["DaskPool", "LocalPool"]

READY = "ready"
# A process with threads, or with Apple's libraries, must not be forked.
START = "forkserver" if sys.platform == "linux" else "spawn"


class LocalPool:
    """At most `jobs` processes of this machine, one per core; `jobs` of -1 is one per core.

    `common` has the arguments of :func:`evaluate` for all runs, which each process gets once.
    """

    def __init__(self, common, jobs):
        n_cores = joblib.cpu_count()
        self.jobs = min(jobs if jobs > 0 else max(n_cores + 1 + jobs, 1), n_cores)
        # Threads times processes are never more than the cores.
        self._common = common | {"n_threads": max(n_cores // self.jobs, 1)}
        self._idle, self._busy = [], {}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for worker, _ in self._busy.values():
            worker.process.kill()
        for worker in self._idle:
            worker.connection.close()  # ends the process
            worker.process.join()

    @property
    def room(self):
        """Number of runs that can start now."""
        return self.jobs - len(self._busy)

    def submit(self, number, settings):
        """Start a run."""
        worker = self._idle.pop() if self._idle else self._start()
        worker.connection.send(settings)
        self._busy[worker.connection] = worker, (number, settings)

    def _start(self):
        context = multiprocessing.get_context(START)
        if START == "forkserver":  # imports once for all processes
            context.set_forkserver_preload([__name__])
        here, there = context.Pipe()
        process = context.Process(target=_work, args=(there, self._common), daemon=True)
        process.start()
        there.close()  # or the end of the process would not be noticed here
        return _Worker(process, here)

    def finished(self):
        """Wait for messages; yield number, settings and facts of each run that has ended."""
        for connection in wait(self._busy):
            worker, run = self._busy[connection]
            try:
                facts = connection.recv()
            except (EOFError, OSError):
                facts = worker.post_mortem()
            if facts == READY:
                worker.is_ready = True
                continue
            del self._busy[connection]
            if worker.process.is_alive():
                self._idle.append(worker)
            yield *run, facts


class _Worker:
    """A process, and the connection to it."""

    def __init__(self, process, connection):
        self.process, self.connection, self.is_ready = process, connection, False

    def post_mortem(self):
        """Return facts about the run of a process that has died."""
        self.process.join()
        code = self.process.exitcode
        if not self.is_ready:
            raise RuntimeError(
                f"a process for the runs died as it started (exit code {code}); a script that "
                "calls sweep() needs `if __name__ == '__main__':` around it"
            )
        return _failure(
            f"the process died with exit code {code}; -9 often means that memory ran out"
        )


def _work(connection, common):
    """Do runs until the connection is closed."""
    for number in (signal.SIGINT, *ENDING):  # an interrupt is for the sweep
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    tqdm.set_lock(threading.RLock())  # tqdm's own lock would outlive a terminated process
    with contextlib.suppress(EOFError, OSError):
        connection.send(READY)
        while True:
            connection.send(evaluate(settings=connection.recv(), **common))


def _end_with_parent():
    multiprocessing.parent_process().join()
    os._exit(1)


def _failure(message):
    return {"status": "failed", "error": message, "traceback": message, "seconds": None}


class DaskPool:
    """The workers of a Dask cluster, whose scheduler has an `address` such as "tcp://10.0.0.1:8786".

    `common` is as of :class:`LocalPool`; the data are sent once, and copied between workers. With
    `queue` runs wait at the scheduler, so that an adaptive cluster grows.
    """

    def __init__(self, common, address, queue):
        try:
            from distributed import Client
        except ImportError as error:
            raise ImportError(
                "a scheduler needs Dask: pip install 'liquid-state-machine[dask]'"
            ) from error
        try:
            self._client = Client(address, timeout="10s", name="lsm-sweep")
        except (OSError, ValueError) as error:
            raise OSError(f"no scheduler answers at {address}: {error}") from error
        self._address, self._queue, self._futures = address, queue, {}
        # As the result of a task, data are computed again if their worker is lost.
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph")
            data = self._client.submit(bytes, common["data"], pure=False)
        self._common = common | {"data": data}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        with contextlib.suppress(Exception):  # the error that ended the sweep matters more
            self._client.cancel(list(self._futures))
            self._client.close()

    @property
    def room(self):
        """Number of runs that can start now."""
        if self._queue:
            return math.inf
        return max(sum(self._client.nthreads().values()), 1) - len(self._futures)

    def submit(self, number, settings):
        """Start a run."""
        future = self._client.submit(evaluate, settings=settings, pure=False, **self._common)
        self._futures[future] = number, settings

    def finished(self):
        """Wait for a run to end; yield number, settings and facts of each that has."""
        from distributed import wait

        with contextlib.suppress(CancelledError):  # reported below
            wait(list(self._futures), return_when="FIRST_COMPLETED")
        for future in [future for future in self._futures if future.done()]:
            run = self._futures.pop(future)
            if future.status == "finished":
                yield *run, future.result()
            elif future.status == "error":
                yield *run, _failure(" ".join(str(future.exception()).split()))
            else:
                raise OSError(
                    f"the scheduler at {self._address} has lost runs; the same command continues"
                )
