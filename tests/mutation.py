"""Mutation testing: does a test fail where an operator, a number or a condition is another?

    .venv/bin/python -m tests.mutation                            # a sample of each group
    .venv/bin/python -m tests.mutation kernel spikes --sample 80 --seed 1
    .venv/bin/python -m tests.mutation snapshots --sample 0       # all mutants

The operators are those of cosmic-ray (`pip install cosmic-ray`), one replacement for each operator
of the language. All mutants of a group run in one process: it collects the tests, runs them once,
and records which lines each runs. A child is forked for each mutant, in which the mutated function
gets its new code, and the tests that run its line are repeated, the fastest first, up to a failure
or for five seconds. A mutant outside of functions is imported in a child that has not loaded the
package yet.

Compiled functions are mutated as Python, which `tests/lsm/kernel/test_loop.py` runs.
"""

import argparse
import bisect
import gc
import itertools
import json
import os
import random
import resource
import signal
import sys
import time
import types
from importlib.abc import MetaPathFinder
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path

import coverage
import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from hypothesis import Phase, settings

ROOT = Path(__file__).parents[1]
# Name of each group: sources, and tests.
GROUPS = {
    "kernel": (
        ["lsm/kernel/*.py"],
        [
            "tests/lsm/kernel/test_calls.py",
            "tests/lsm/kernel/test_drawing.py",
            "tests/lsm/kernel/test_learning.py::test_a_function_must_return_a_finite_reward",
            "tests/lsm/kernel/test_loop.py",
            "tests/lsm/kernel/test_noise.py",
            "tests/lsm/kernel/test_overflow.py",
            "tests/lsm/kernel/test_recording.py",
            "tests/lsm/kernel/test_rows.py",
            "tests/lsm/kernel/test_weights.py",
            "tests/lsm/test_compiled_functions.py::test_arithmetic_for_compiled_code_alone_is_that_"
            "for_arrays",
        ],
    ),
    "snapshots": (["lsm/snapshots.py"], ["tests/lsm/test_snapshots.py"]),
    "spikes": (
        ["lsm/spikes.py", "lsm/_events.py"],
        [
            "tests/lsm/test_spikes.py",
            "tests/lsm/test_events.py",
            "tests/lsm/test_packing.py::test_invalid_events_are_named_in_any_block",
        ],
    ),
    "estimators": (
        ["lsm/estimators/*.py"],
        ["tests/lsm/kernel/test_learning.py::test_an_estimator_hands_the_reward_on"]
        + [
            f"tests/lsm/estimators/test_{name}.py"
            for name in (
                "closed_loop",
                "cross_validation",
                "encoder",
                "estimators",
                "forecaster",
                "online",
                "regressor",
                "routing",
                "scoring",
                "series",
                "taps",
            )
        ],
    ),
    "samples": (
        ["lsm/samples.py", "lsm/targets.py"],
        ["tests/lsm/test_samples.py", "tests/lsm/test_targets.py", "tests/lsm/test_misreadings.py"],
    ),
}
# What the processor does, and how a kernel is compiled and found on disk, no Python shows.
LEFT_OUT = {"lsm/kernel/_cpu.py", "lsm/kernel/_compile.py"}
PAIRS = {
    "Binary": "Add_Sub Sub_Add Mul_Div Div_Mul FloorDiv_Div Mod_Mul Pow_Mul BitAnd_BitOr "
    "BitOr_BitAnd BitXor_BitAnd LShift_RShift RShift_LShift",
    "Comparison": "Lt_LtE LtE_Lt Gt_GtE GtE_Gt Eq_NotEq NotEq_Eq Is_IsNot IsNot_Is",
    "Unary": "Delete_Not Delete_USub Delete_Invert",
}
OPERATORS = (
    "AddNot", "ExceptionReplacer", "NumberReplacer", "RemoveDecorator", "ReplaceAndWithOr",
    "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ZeroIterationForLoop",
    "ReplaceBreakWithContinue", "ReplaceContinueWithBreak",
    *(f"Replace{kind}Operator_{pair}" for kind in PAIRS for pair in PAIRS[kind].split()),
)  # fmt: skip
STARRED = {"argument", "param", "parameters", "star_expr"}  # a star there is no multiplication
MEMORY = 6 * 2**30  # bytes that a mutant may take beyond those of the process it is forked from
BUDGET = 5  # s of the tests of a mutant; it survives if none of them fails
SECONDS = 600  # a mutant that waits for something


def mutants_of(path):
    """Return all mutants of a file, as (path, operator, occurrence, line)."""
    nodes, found = list(ast_nodes(get_ast(path.read_text()))), []
    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        places = [(node, place) for node in nodes for place in operator.mutation_positions(node)]
        found += [
            (path, name, i, start[0])
            for i, (node, (start, _)) in enumerate(places)
            if node.parent is None or node.parent.type not in STARRED
        ]
    return found


def mutate(mutant):
    """Return the source of a mutant."""
    path, name, occurrence, _ = mutant
    return mutate_code(path.read_text(), get_operator(f"core/{name}")(), occurrence)


def is_python(source):
    """Return whether a source can be compiled, as `f(/values)` cannot."""
    try:
        compile(source, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def functions_in(code):
    """Return the code of each function of a module or class by its qualified name, and the rest."""
    functions, rest = {}, [code.co_code, code.co_names]
    for constant in code.co_consts:
        if not isinstance(constant, types.CodeType) or constant.co_name.startswith("<"):
            rest.append(constant)
        elif constant.co_flags & 1:  # a function, whose names are local
            functions[constant.co_qualname] = constant
        else:
            inner, inner_rest = functions_in(constant)
            functions |= inner
            rest.append(inner_rest)
    return functions, rest


def changed_function(mutant):
    """Return name and code of the one function that a mutant changes; None if it is another."""
    path = mutant[0]
    (before, rest), (after, new_rest) = (
        functions_in(compile(source, str(path), "exec", dont_inherit=True))
        for source in (path.read_text(), mutate(mutant))
    )
    if rest != new_rest or before.keys() != after.keys():
        return None
    changed = [name for name in before if before[name] != after[name]]
    return (changed[0], after[changed[0]]) if len(changed) == 1 else None


class Import(MetaPathFinder, SourceFileLoader):
    """Import of one file with another source."""

    def __init__(self, path, source):
        self.path, self.source = str(path), source
        self.name = ".".join(path.relative_to(ROOT).with_suffix("").parts)

    def find_spec(self, name, path=None, target=None):
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, name):
        return compile(self.source, self.path, "exec", dont_inherit=True)


def in_child(function, cpu):
    """Call a function in a forked process; return its exit status, or the signal that ended it."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    status = 3
    try:
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (int(cpu), int(cpu) + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.alarm(SECONDS)
        status = int(function())
    finally:
        os._exit(status)


class Runner:
    """Plugin of pytest that runs the tests once, and for each mutant those that run its line."""

    def __init__(self, mutants, report):
        self.mutants, self.report, self.seconds = mutants, report, {}
        self.coverage = coverage.Coverage(data_file=None, source=[str(ROOT / "lsm")])

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session):
        """Take few examples, and fail at the first, instead of looking for a simpler one."""
        usual, phases = settings.get_profile("lsm"), [Phase.explicit, Phase.generate]
        settings.register_profile("mutation", usual, phases=phases, max_examples=25)
        settings.load_profile("mutation")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item):
        """A fixture of a file serves all its tests, but is set up in the first."""
        self._record(str(item.path))
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        """Measure the time of a test."""
        self._record(item.nodeid)
        start = time.process_time()
        result = yield
        self.seconds.setdefault(item, time.process_time() - start)
        return result

    def _record(self, context):
        """Record the lines that run from now on as those of a test or of the fixtures of a file."""
        if self.coverage is not None:
            self.coverage.switch_context(context)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        """Run all tests, then a child for each mutant."""
        self.coverage.start()
        failed = self.run(session, session.items)
        self.coverage.stop()
        if failed:
            return True
        data, self.coverage = self.coverage.get_data(), None
        contexts = {str(m[0]): data.contexts_by_lineno(str(m[0])) for m, *_ in self.mutants}
        functions = {}
        for value in gc.get_objects():
            if isinstance(value, types.FunctionType):
                key = value.__code__.co_filename, value.__code__.co_qualname
                functions.setdefault(key, []).append(value)
        fastest = sorted(session.items, key=self.seconds.get)
        gc.freeze()
        for mutant, name, code in self.mutants:
            path, line = str(mutant[0]), mutant[3]
            while line not in contexts[path] and line > code.co_firstlineno:
                line -= 1  # of a statement of several lines the first is recorded
            chosen = {*contexts[path].get(line, ())}
            items = [item for item in fastest if chosen & {item.nodeid, str(item.path)}]
            total = list(itertools.accumulate(map(self.seconds.get, items)))
            items = items[: bisect.bisect(total, BUDGET) + 1]

            def mutated(code=code, key=(path, name), items=items):
                for function in functions.get(key, []):
                    function.__code__ = code
                return self.run(session, items)

            self.report(mutant, in_child(mutated, 5 * BUDGET) if items else "never run")
        return True

    def run(self, session, items):
        """Run tests up to the first failure; return whether there is one."""
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                return True
        return False


OPTIONS = [
    "-qq", "-x", "-m", "not slow and not browser", "-p", "no:cacheprovider", "-p", "no:xdist",
    "--no-header", "--no-summary", "-W", "ignore", "-k", "not contract and not parallel",
]  # fmt: skip


def draw(group, n, seed):
    """Return mutants of a group, a random sample of `n` or all if `n` is zero, and their number."""
    paths = [path for pattern in GROUPS[group][0] for path in sorted(ROOT.glob(pattern))]
    paths = [path for path in paths if str(path.relative_to(ROOT)) not in LEFT_OUT]
    mutants = [mutant for path in paths for mutant in mutants_of(path)]
    n_all = len(mutants)
    random.Random(seed).shuffle(mutants)
    valid = (mutant for mutant in mutants if is_python(mutate(mutant)))
    return list(itertools.islice(valid, n or n_all)), n_all


def run_group(group, mutants, out):
    """Run the mutants of a group, and append a line for each to a file."""

    def report(mutant, status):
        path, name, occurrence, line = mutant
        if status in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED):
            sys.exit(f"pytest found no tests of {group}")
        outcome = "survived" if status in (0, "never run") else "killed"
        row = {
            "group": group, "file": str(path.relative_to(ROOT)), "line": line, "operator": name,
            "occurrence": occurrence, "outcome": outcome, "status": status,
        }  # fmt: skip
        with out.open("a") as stream:
            print(json.dumps(row), file=stream)

    tests = GROUPS[group][1]
    inside = {mutant: changed_function(mutant) for mutant in mutants}
    pid = os.fork()
    if pid == 0:
        runner = Runner([(m, *found) for m, found in inside.items() if found], report)
        os._exit(int(pytest.main([*OPTIONS, *tests], plugins=[runner])))
    if os.waitpid(pid, 0)[1]:
        return 1
    for mutant in mutants:
        if inside[mutant] is None:  # this process has not imported the package

            def import_and_test(mutant=mutant):
                sys.meta_path.insert(0, Import(mutant[0], mutate(mutant)))
                return pytest.main([*OPTIONS, *tests])

            report(mutant, in_child(import_and_test, SECONDS))
    return 0


def main():
    """Run the mutants of some groups, each in a process of its own, and print the scores."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("groups", nargs="*", default=list(GROUPS), metavar="GROUP")
    parser.add_argument("--sample", type=int, default=150, help="mutants of a group; 0: all")
    parser.add_argument("--seed", type=int, default=0, help="seed of the sample")
    parser.add_argument("--out", type=Path, default=Path("mutants.jsonl"), help="a line a mutant")
    options = parser.parse_args()
    options.out.unlink(missing_ok=True)
    for group in options.groups:
        mutants, n_all = draw(group, options.sample, options.seed)
        pid = os.fork()
        if pid == 0:
            log = os.open(options.out.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os._exit(run_group(group, mutants, options.out))
        if os.waitpid(pid, 0)[1]:
            sys.exit(f"{group}: the tests fail without a mutant, see {options.out.stem}.log")
        rows = [json.loads(line) for line in options.out.read_text().splitlines()]
        rows = [row for row in rows if row["group"] == group]
        killed = sum(row["outcome"] == "killed" for row in rows)
        print(f"{group}: {killed} of {len(rows)} killed, of {n_all} mutants")
        for row in rows:
            if row["outcome"] == "survived":
                print(f"  {row['file']}:{row['line']} {row['operator']} ({row['occurrence']})")


if __name__ == "__main__":
    main()
