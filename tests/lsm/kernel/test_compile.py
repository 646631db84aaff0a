"""Compilation of kernels: which one is found again on disk, and messages where none can be made."""

import importlib
import inspect
import linecache
import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from lsm.kernel import simulate
from lsm.kernel._compile import identity, kernel_for
from lsm.neurons import LIF
from lsm.synapses import Exponential
from tests.helpers.networks import make_input, make_network, make_plan


def test_kernel_is_renewed_when_what_a_model_calls_is_edited(tmp_path, monkeypatch):
    """The name of a kernel is that of its file on disk."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "of_a_user").mkdir()
    files = {
        "__init__": "",
        "helper": "def halve(x):\n    return x / 2",
        "base": "from lsm.neurons import LIF\nfrom .helper import halve\n\n"
        "class Base(LIF):\n    @staticmethod\n"
        "    def step(n, state, constants, current):\n        return halve(current) > 1",
        "model": "from .base import Base\n\nclass Model(Base):\n    pass",
    }

    def name(**edited):
        for file, source in (files | edited).items():
            (tmp_path / "of_a_user" / f"{file}.py").write_text(source)
        linecache.checkcache()
        for module in [module for module in sys.modules if module.startswith("of_a_user")]:
            del sys.modules[module]
        model = importlib.import_module("of_a_user.model").Model
        return kernel_for(model, Exponential, "float32").py_func.__name__

    usual = name()
    assert name() == usual
    assert name(base=files["base"] + " / 2") != usual
    assert name(helper=files["helper"] + " / 2") != usual


@pytest.mark.parametrize(
    "module",
    [
        "_arrays",
        "_compile",
        "_cpu",
        "_feedback",
        "_loop",
        "_noise",
        "_plastic",
        "_steps",
        "network",
    ],
)
def test_kernel_is_renewed_when_its_own_parts_are_edited(module, monkeypatch):
    def name():
        return kernel_for.__wrapped__(LIF, Exponential, "float32").py_func.__name__

    usual, read = name(), inspect.getsource

    def edited(value):
        return read(value) + "# edited" * (value.__name__ == f"lsm.kernel.{module}")

    assert name() == usual
    monkeypatch.setattr(inspect, "getsource", edited)
    assert name() != usual


USE_A_KERNEL = """
from lsm.kernel import simulate
from lsm.kernel._compile import kernel_for
from lsm.neurons import LIF
from lsm.synapses import Exponential
from tests.helpers.networks import make_input, make_network, make_plan

simulate(make_network(), make_input(), make_plan(make_input()))
stats = kernel_for(LIF, Exponential, "float32", None, False).stats
print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))
"""


@pytest.mark.slow
def test_kernel_is_found_again_by_another_process(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    command, root = [sys.executable, "-c", USE_A_KERNEL], Path(__file__).parents[3]
    hits_and_misses = [
        subprocess.run(
            command, env=environment, cwd=root, capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    ]
    assert hits_and_misses == [["0", "1"], ["1", "0"]]


IN_ONE_FILE = """
from lsm.neurons import LIF

limit = 1.0

class A(LIF):
    @staticmethod
    def step(n, state, constants, current):
        return current > limit

class B(LIF):
    @staticmethod
    def step(n, state, constants, current):
        return current > 2 * limit

class C(A):
    stochastic = True

def enclose(limit):
    class D(LIF):
        @staticmethod
        def step(n, state, constants, current):
            return current > limit
    return D
"""


def test_kernels_on_disk_of_models_in_one_file_are_told_apart(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "in_one_file.py").write_text(IN_ONE_FILE)
    module = importlib.import_module("in_one_file")

    def name(model):
        again = type(model.__name__, (model,), {})
        return kernel_for(again, Exponential, "float32").py_func.__name__

    names = [name(model) for model in (module.A, module.B, module.C)]
    assert len(set(names)) == 3
    assert name(module.A) == names[0]
    module.limit = 3.0
    assert name(module.A) != names[0]


def test_kernels_that_no_source_tells_apart_are_not_kept(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "in_another_file.py").write_text(IN_ONE_FILE)
    module = importlib.import_module("in_another_file")
    assert identity([module.A.step]) is not None
    assert identity([module.enclose(1.0).step]) is None
    # What a worker process is sent of a script stands in a module that has another source there.
    monkeypatch.setattr(module.A.step, "__module__", "lsm")
    assert identity([module.A.step]) is None


def test_a_step_may_be_compiled_already():
    class Compiled(LIF):
        step = staticmethod(numba.njit(LIF.step))

    spikes = make_input(2)
    ours, _ = simulate(make_network(models=(Compiled, Exponential)), spikes, make_plan(spikes))
    theirs, _ = simulate(make_network(), spikes, make_plan(spikes))
    np.testing.assert_array_equal(ours, theirs)


class Wrong(LIF):
    """A neuron whose step has a mistake."""

    @staticmethod
    def step(n, state, constants, current):
        return state[0][n] + "a word"


def test_a_step_that_cannot_be_compiled_is_named_with_its_line():
    network = make_network(models=(Wrong, Exponential))
    with pytest.raises(TypeError, match=r"^Wrong, Exponential cannot be compiled: No") as got:
        simulate(network, make_input(2), make_plan(make_input(2)))
    assert 'return state[0][n] + "a word"' in str(got.value)
    assert "_loop.py" not in str(got.value)
