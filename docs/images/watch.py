"""Make the pictures of the page to watch a liquid: python docs/images/watch.py (needs Chromium).

The pages are those of a fitted model of spoken words, and of the column in docs/gallery.md.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from lsm import Liquid
from lsm.datasets import make_spike_templates
from lsm.experiments import spoken_words
from lsm.plot import WatchDisplay
from lsm.topology import Column

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[1]))  # for tests.helpers
FRAMES = [  # name of the picture, page, width and height, theme, time in ms
    ("watch", "words", (1280, 850), "dark", 391),
    ("watch-column", "column", (1280, 850), "light", 640),
    ("watch-narrow", "words", (400, 1010), "light", 391),
]


def words():
    """Return the page of a word by a speaker who is not in the training samples."""
    data = spoken_words.load_data()
    train, test = data.cv[0]
    model = spoken_words.make_model(random_state=0).fit(data.data[train], data.target[train])
    _, first = np.unique(data.target[test], return_index=True)
    X, y = data.data[test[first]], data.target[test[first]]
    return WatchDisplay(
        model, X, y, training=(data.data[train], data.target[train]), names=data.target_names,
        sample_names=[f"unheard speaker: {name}" for name in data.target_names],
        title="A liquid of 1,000 neurons hears a word",
    )  # fmt: skip


def column():
    """Return the page of a column, which is to know which template it hears last."""
    task = make_spike_templates(120, n_channels=4, random_state=0)
    X, y = task.data, task.target[:, 3]
    liquid = Liquid(topology=Column(delay=1.0), random_state=0).fit(X[5:])
    return WatchDisplay(
        liquid, X[:5], y[:5], training=(X[5:], y[5:]), names=["template A", "template B"],
        title="A column of 135 neurons",
    )  # fmt: skip


def main():
    """Write the pages to a temporary folder, and one frame of each to this folder."""
    from tests.helpers.browser import launched, opened

    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        pages = {}
        for page in (words, column):
            pages[page.__name__] = page().save(Path(folder) / f"{page.__name__}.html")
        for name, page, (width, height), theme, time in FRAMES:
            size = {"width": width, "height": height}
            tab = opened(browser, pages[page], "#scene", viewport=size, color_scheme=theme)
            tab.locator("#time").fill(str(time))
            tab.locator("#time").blur()
            tab.wait_for_timeout(300)
            tab.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
