"""A notebook is executed, and its outputs are those that a user sees."""

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = {
    "health": """
import numpy as np
from lsm import Liquid, LSMClassifier, SpikeArray
from lsm.measures import card
from lsm.plot import RasterDisplay, WatchDisplay
X, y = np.random.default_rng(0).poisson(0.1, (20, 100, 8)), np.arange(20) % 2
model = LSMClassifier(Liquid(50, random_state=0, verbose=True)).fit(X, y)
model.liquid_.health_
""",
    "spikes": "model.liquid_.to_spikes(X)",
    "network": "model.liquid_.network_",
    "card": "card(model, X)",
    "raster": "RasterDisplay.from_estimator(model, X)",
    "watch": "WatchDisplay(model, X[:1], y[:1])",
    "progress": "model.predict(X).shape",
}


@pytest.fixture(scope="module")
def outputs():
    """Return the outputs of each cell by its name."""
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, CELLS.values())))
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return {name: cell.outputs for name, cell in zip(CELLS, notebook.cells, strict=True)}


def results(outputs):
    """Return the results of a cell by their kind, as of `text/html`."""
    return [output.data for output in outputs if output.output_type == "execute_result"]


@pytest.mark.parametrize(
    ("name", "said"), [("health", "Hz"), ("spikes", "20"), ("network", "50"), ("card", "<table")]
)
def test_an_object_is_a_table_of_a_screen_at_most(outputs, name, said):
    (data,) = results(outputs[name])
    assert said in data["text/html"]
    assert data["text/html"].count("<tr") <= 40


def test_a_display_shows_its_picture_once(outputs):
    pictures = [output for output in outputs["raster"] if "image/png" in output.get("data", {})]
    assert len(pictures) == 1


def test_the_page_to_watch_is_a_frame(outputs):
    (data,) = results(outputs["watch"])
    assert data["text/html"].startswith("<iframe")
    assert "srcdoc" in data["text/html"]


def test_a_progress_bar_does_not_break_a_cell(outputs):
    (data,) = results(outputs["progress"])
    assert data["text/plain"] == "(20,)"
    assert not any(output.output_type == "error" for output in outputs["progress"])
