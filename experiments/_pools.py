"""Where the runs of a sweep are done: processes of this machine, or a Dask cluster."""

import contextlib
import math
import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import CancelledError
from multiprocessing.connection import wait

import joblib
from tqdm import tqdm

from ._evaluate import evaluate

__all__ = ["DaskPool", "LocalPool"]

# A process that has threads or uses Apple's libraries is never forked.
START = "forkserver" if sys.platform == "linux" else "spawn"


class LocalPool:
    """Processes of this machine, which share its cores.

    Parameters
    ----------
    common : dict
        Arguments of :func:`~lsm.experiments._evaluate.evaluate` that all runs have in common;
        each process gets them once, when it starts.
    jobs : int
        How many processes, at most one for each core; -1 is as many.
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
            worker[0].terminate()
        for process, connection in self._idle:
            connection.close()  # which it takes for the end
            process.join()

    @property
    def room(self):
        """How many more runs there is room for."""
        return self.jobs - len(self._busy)

    def submit(self, number, settings):
        """Begin a run."""
        worker = self._idle.pop() if self._idle else self._start()
        worker[1].send(settings)
        self._busy[worker[1]] = worker, (number, settings)

    def _start(self):
        context = multiprocessing.get_context(START)
        if START == "forkserver":  # imports once for all processes
            context.set_forkserver_preload([__name__])
        here, there = context.Pipe()
        process = context.Process(target=_work, args=(there, self._common), daemon=True)
        process.start()
        there.close()  # or the end of the process would not be seen here
        return process, here

    def finished(self):
        """Wait for a run to end; yield number, settings and facts of each that has."""
        for connection in wait(self._busy):
            worker, run = self._busy.pop(connection)
            try:
                facts = connection.recv()
                self._idle.append(worker)
            except (EOFError, OSError):
                worker[0].join()
                facts = _failure(
                    f"the process died with exit code {worker[0].exitcode}; -9 often means that "
                    "memory ran out"
                )
            yield *run, facts


def _work(connection, common):
    """Do runs until there is nobody to do them for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keyboard interrupts the sweep, not us
    threading.Thread(target=_end_with_parent, daemon=True).start()
    tqdm.set_lock(threading.RLock())  # its own would outlive a process that is terminated
    with contextlib.suppress(EOFError, OSError):
        while True:
            connection.send(evaluate(settings=connection.recv(), **common))


def _end_with_parent():
    multiprocessing.parent_process().join()
    os._exit(1)


def _failure(message):
    return {"status": "failed", "error": message, "traceback": message, "seconds": None}


class DaskPool:
    """The workers of a Dask cluster.

    Parameters
    ----------
    common : dict
        As of :class:`LocalPool`. The data among them are sent once, and go from worker to
        worker where they are needed.
    address : str
        Address of the scheduler, such as "tcp://10.0.0.1:8786".
    queue : bool
        Whether runs may wait at the scheduler, which lets a cluster see that it should grow.
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
        self._common, self._queue, self._futures = common, queue, {}
        self._send_data()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        with contextlib.suppress(Exception):  # whatever ended the sweep is worth more
            self._client.cancel(list(self._futures))
            self._client.close()

    def _send_data(self):
        (self._data,) = self._client.scatter([self._common["data"]], broadcast=True, hash=False)

    @property
    def room(self):
        """How many more runs there is room for."""
        if self._queue:
            return math.inf
        return max(sum(self._client.nthreads().values()), 1) - len(self._futures)

    def submit(self, number, settings):
        """Begin a run."""
        future = self._client.submit(
            evaluate, settings=settings, pure=False, **self._common | {"data": self._data}
        )
        self._futures[future] = number, settings

    def finished(self):
        """Wait for a run to end; yield number, settings and facts of each that has."""
        from distributed import wait

        with contextlib.suppress(CancelledError):  # sorted out below
            wait(list(self._futures), return_when="FIRST_COMPLETED")
        for future in [future for future in self._futures if future.done()]:
            run = self._futures.pop(future)
            if future.status == "finished":
                yield *run, future.result()
            elif future.status == "error":
                yield *run, _failure(str(future.exception()))
            else:  # every worker that had the data is gone
                self._send_data()
                self.submit(*run)
