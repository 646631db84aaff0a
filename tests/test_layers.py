"""A file imports only from rows above its own in `ROWS`, so that each part can be read alone."""

import ast

import pytest

from tests.helpers.sources import source_files

# Every module under lsm/, datasets/ and experiments/ belongs to one entry: itself or a package
# that it lies in. Entries of one row never import each other; files of one entry may.
# A new module or folder is added to this table.
ROWS = [
    ["lsm._typing", "lsm._validation", "lsm._units", "lsm._random", "lsm._parts", "lsm._jit"],
    ["lsm._files", "lsm._hdf5", "lsm.taps"],
    ["lsm._packing", "lsm._stand_ins"],
    ["lsm._checked", "lsm._events", "lsm._export"],
    ["lsm._model", "lsm.spikes"],
    ["lsm.memory", "lsm.statistics", "lsm.misreadings", "lsm.saving"],
    ["lsm.samples"],
    ["lsm.targets"],
    ["lsm.distances"],
    ["lsm.neurons", "lsm.synapses", "lsm.topology", "lsm.plasticity", "lsm.encoding"],
    ["lsm.kernel"],
    ["lsm.snapshots"],
    ["lsm.centring"],
    ["lsm.calibration", "lsm.presets"],
    ["lsm.health"],
    ["lsm.simulator", "lsm.pooled"],
    ["lsm.reservoir", "lsm.random_features"],
    ["lsm.liquid"],
    ["lsm.controls", "lsm.ensemble", "lsm.readout", "lsm.conversion"],
    ["lsm.feedback"],
    ["lsm.estimators"],
    ["lsm.inside"],
    ["lsm.formats", "lsm.measures"],
    ["lsm.comparison"],
    ["lsm.plot"],
    ["lsm"],  # the public names, gathered from all of the above
    ["lsm.datasets"],
    ["lsm.experiments"],
]


# Imported bare, `datasets` and `experiments` are other people's packages, or ours by accident.
OURS = {"lsm", "datasets", "experiments"}


SOURCES = source_files()
MODULES = {module.removesuffix(".__init__") for module in SOURCES}


def entry(module):
    """Return the row and the entry that a module belongs to."""
    for number, row in enumerate(ROWS):
        for name in row:
            # The root package holds nothing but itself, or it would swallow unlisted modules.
            if module == name or (name != "lsm" and module.startswith(name + ".")):
                return number, name
    raise AssertionError(f"{module} is in no row of tests/test_layers.py: add it to ROWS")


def imported(module, source):
    """Yield every module of this package that the source of `module` imports, with the line."""
    package = module.removesuffix(".__init__").split(".")
    if not module.endswith(".__init__"):
        package = package[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            # `from lsm import spikes` imports lsm.spikes, `from lsm import Liquid` the root.
            full = [f"{base}.{alias.name}" for alias in node.names]
            names = [name if name in MODULES else base for name in full]
        else:
            continue
        yield from ((name, node.lineno) for name in names if name.split(".")[0] in OURS)


def violations(module, source):
    """Return a sentence for every import that reaches below the module's own row."""
    row, name = entry(module.removesuffix(".__init__"))
    found = []
    for target, line in imported(module, source):
        if not target.startswith("lsm"):
            found.append(f"{module}:{line} imports {target}: write lsm.{target} or a relative one")
            continue
        target_row, target_name = entry(target)
        if module != "lsm.__init__" and name != target_name and target_row >= row:
            found.append(f"{module}:{line} imports {target}, which is not above {name}")
    return found


@pytest.mark.parametrize("module", SOURCES)
def test_a_file_imports_only_from_rows_above_its_own(module):
    source = SOURCES[module].read_text(encoding="utf-8")
    assert violations(module, source) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("lsm.spikes", "import lsm.liquid"),
        ("lsm.spikes", "import numpy, lsm.kernel.compiled as kernel"),
        ("lsm.spikes", "from lsm.liquid import Liquid"),
        ("lsm.spikes", "from .liquid import Liquid"),
        ("lsm.spikes", "from . import neurons"),
        ("lsm.spikes", "from lsm import neurons"),
        ("lsm.spikes", "from lsm import Liquid"),
        ("lsm.spikes", "def later():\n    from .liquid import Liquid"),
        ("lsm.spikes", "if False:\n    import lsm.datasets"),
        ("lsm.neurons.lif", "from ..synapses import Exponential"),
        ("lsm.neurons.__init__", "from ..encoding.cochleagram import CochleagramEncoder"),
        ("lsm.datasets.fsdd", "from ..experiments import main"),
        ("lsm.datasets.fsdd", "from datasets import speech"),
        ("lsm.experiments.spoken_words", "import experiments"),
    ],
)
def test_an_import_from_below_is_found(module, source):
    assert len(violations(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("lsm.__init__", "from .estimators import LSMClassifier\nfrom . import datasets"),
        ("lsm.spikes", "from ._validation import check\nimport numpy as np"),
        ("lsm.neurons.lif", "from .base import NeuronModel\nfrom ..spikes import SpikeArray"),
        ("lsm.kernel.__init__", "from .compiled import run\nfrom lsm.neurons import LIF"),
        ("lsm.readout.rls", "from lsm.liquid import Liquid"),
        ("lsm.datasets.__init__", "from .fsdd import fetch\nfrom ..spikes import SpikeArray"),
        ("lsm.experiments.spoken_words", "from lsm import Liquid\nfrom ..datasets import load"),
        ("lsm.experiments.spoken_words", "from .. import Liquid\nfrom sklearn import datasets"),
    ],
)
def test_an_import_from_above_is_allowed(module, source):
    assert not violations(module, source)


@pytest.mark.parametrize(
    ("module", "source"), [("lsm.helpers", ""), ("lsm.spikes", "import lsm.helpers")]
)
def test_a_module_in_no_row_is_named(module, source):
    with pytest.raises(AssertionError, match=r"lsm\.helpers is in no row .* add it to ROWS"):
        violations(module, source)
