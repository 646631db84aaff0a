"""Files that are written as a whole or not at all."""

import contextlib
import os
import secrets
from pathlib import Path

__all__ = ["UNFINISHED", "written"]

UNFINISHED = ".unfinished-"  # beginning of the names of temporary files and folders


@contextlib.contextmanager
def written(path, mode="w"):
    """Yield a new file, which takes the place of `path` when it is complete; a link is replaced."""
    path = Path(path)
    temporary = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    text = {} if "b" in mode else {"encoding": "utf-8", "errors": "backslashreplace", "newline": ""}
    with open(temporary, mode.replace("w", "x"), **text) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())  # or a crash could leave the new name without the content
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
