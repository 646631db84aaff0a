"""Find a browser for the tests of web pages, and open pages in it."""

import contextlib
import shutil


def find_browser():
    """Return the path of Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextlib.contextmanager
def launched():
    """Yield a running browser."""
    from playwright.sync_api import sync_playwright

    path = find_browser()
    assert path, "these tests need Chromium: apt install chromium"
    with sync_playwright() as playwright:
        options = ["--disable-dev-shm-usage"]
        with playwright.chromium.launch(executable_path=path, args=options) as browser:
            yield browser


def opened(browser, path, ready, **options):
    """Return a page without a network, which notes in `wrong` all that goes wrong in it.

    The page is ready when it has an element of the selector `ready`.
    """
    page = browser.new_context(offline=True, **options).new_page()
    page.set_default_timeout(120_000)
    page.wrong = []
    page.on("console", lambda message: page.wrong.append(message.text))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("requestfailed", lambda request: page.wrong.append(request.url))
    page.goto(path.as_uri())
    page.locator(ready).first.wait_for()
    return page
