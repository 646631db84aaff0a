"""Standard output that never ends a command, and signals that interrupt it."""

import contextlib
import errno
import os
import signal
import sys
import threading

__all__ = ["ENDING", "Output", "interruptible", "standard_streams"]


# Signals of batch systems before they kill a process, and of a closed terminal.
ENDING = (signal.SIGTERM, signal.SIGHUP)


class Output:
    """A stream that drops the text which it cannot take, and remembers the error.

    Results count more than the text about them: a full disk or a closed pipe behind standard
    output is no reason to end a run. A character that the stream cannot encode is escaped.
    """

    def __init__(self, stream):
        self.stream, self.error = stream, None

    def write(self, text):
        """Write a text."""
        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        text = text.encode(encoding, "backslashreplace").decode(encoding)
        return self._try(self.stream.write, text) or len(text)

    def flush(self):
        """Flush the stream."""
        self._try(self.stream.flush)

    def check(self):
        """Raise an OSError if text was lost, but not if the reader has left, as `head` does."""
        self.flush()
        if self.error is not None and self.error.errno != errno.EPIPE:
            raise OSError(self.error.errno, f"standard output: {self.error.strerror}")

    def _try(self, action, *arguments):
        if self.error is None:
            try:
                return action(*arguments)
            except OSError as error:
                self.error = error
                self._empty()
        return None

    def _empty(self):
        """Send the text that is still buffered nowhere, or Python would fail on it at its end."""
        with contextlib.suppress(OSError, AttributeError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)

    def __getattr__(self, name):
        return getattr(self.stream, name)


@contextlib.contextmanager
def standard_streams():
    """Make standard output and error an :class:`Output` in a `with` block; yield the former."""
    for descriptor in range(3):  # or the next file to be opened would be the standard output
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    # A process without streams writes to the null device until it ends: no block closes it.
    out, err = (Output(s or open(os.devnull, "w")) for s in (sys.stdout, sys.stderr))  # noqa: SIM115 - open until exit
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            yield out
        finally:
            out.flush()
            err.flush()


@contextlib.contextmanager
def interruptible():
    """Let the signals that end a command raise KeyboardInterrupt inside a `with` block.

    A signal that is ignored, as by `nohup`, stays so.
    """
    changed = []
    if threading.current_thread() is threading.main_thread():
        changed = [number for number in ENDING if signal.getsignal(number) == signal.SIG_DFL]
    for number in changed:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)
