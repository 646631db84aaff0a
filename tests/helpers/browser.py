"""Find a browser for the tests of web pages."""

import shutil


def find_browser():
    """Return the path of Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)
