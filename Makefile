# The jobs of CI one by one, after the README's test command has made .venv: `make lint lowest`.
# Each other environment is made anew, so that it holds what setup.cfg says today.

BIN := .venv/bin
PYTHON ?= python3
PYTEST := -m pytest -n auto --dist load

# What every environment runs: recorded spike counts of all models, and states that are not finite.
EVERYWHERE := tests/lsm/kernel/test_recorded_counts.py tests/lsm/kernel/test_overflow.py
# The oldest libraries also meet scikit-learn's contract, data frames and sparse arrays.
OLDEST := $(EVERYWHERE) tests/lsm/test_spikes.py tests/lsm/test_samples.py tests/lsm/readout

.PHONY: help test lint types docs links bench lowest no-jit

help:
	@echo "make test | lint | types | docs | links | bench | lowest | no-jit | python3.12 | python3.13"

test:
	$(BIN)/pytest -n auto --dist loadfile

lint: types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# mypy looks for a package where it lies, and setup.cfg takes two of its folders from elsewhere.
types:
	rm -rf build/typed && mkdir -p build/typed/lsm
	ln -s $(CURDIR)/lsm/* $(CURDIR)/datasets $(CURDIR)/experiments build/typed/lsm/
	$(BIN)/mypy build/typed/lsm

# The site in build/site, which needs the extra `docs` and no network. Any warning is an error. The
# examples in pages and docstrings are run by tests/test_documentation.py.
docs:
	$(BIN)/python -m sphinx -W --keep-going -q -j auto -b html docs build/site

# The links of the site to other sites, which needs the network.
links:
	$(BIN)/python -m sphinx -q -b linkcheck docs build/links

bench:
	$(BIN)/python -m benchmarks

# The lowest versions are read from setup.cfg: `numpy >=2.0` becomes the constraint `numpy==2.0`.
lowest:
	$(PYTHON) -m venv --clear build/$@
	sed -n 's/^    \([a-z0-9-]*\) >=\([0-9.]*\)$$/\1==\2/p' setup.cfg > build/$@/constraints.txt
	build/$@/bin/pip install --quiet -c build/$@/constraints.txt -e . pytest pytest-xdist hypothesis
	NUMBA_CACHE_DIR=build/$@/numba build/$@/bin/python $(PYTEST) $(OLDEST)

# `make python3.12`: the newest versions on another Python, which must be on the path.
python3.%:
	$@ -m venv --clear build/$@
	build/$@/bin/pip install --quiet -e . pytest pytest-xdist hypothesis
	NUMBA_CACHE_DIR=build/$@/numba build/$@/bin/python $(PYTEST) $(EVERYWHERE)

no-jit:
	NUMBA_DISABLE_JIT=1 $(BIN)/python $(PYTEST) $(EVERYWHERE)
