# Two commands do everything on a machine with Python >= 3.11 and pip:
#   make eval    environment, install, the main job
#   make test    environment, install, the tests
# `make docs` builds the site of docs/ into out/site, `make notebooks` runs notebooks/ (AANN_SMALL=1
# quickly, to see whether they run), `make notebooks NAMES=01_first_replacement` one of them.
# `make -j check` is all that CI checks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Laws of equal bits hold for what users compile: with all of XLA's optimisations.
LAWS := tests/aann/splicing tests/aann/trace
# Files in the order of tests/conftest.py, each in one process.
SPREAD := -n auto --dist loadfile --no-loadscope-reorder

.PHONY: eval test laws check lint types docs notebooks clean

eval: $(VENV)/ready
	$(BIN)/python -m evals.default

test: laws
	$(BIN)/python -m pytest $(SPREAD) $(LAWS:%=--ignore=%)

laws: $(VENV)/ready
	XLA_FLAGS= $(BIN)/python -m pytest $(SPREAD) $(LAWS)

check: lint types docs test

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/ready
	$(BIN)/mypy

docs: $(VENV)/ready
	$(BIN)/zensical build --clean --strict

notebooks: $(VENV)/ready
	$(BIN)/python -m notebooks $(NAMES)

$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -e '.[test,docs]' -c constraints.txt
	touch $@

clean:
	rm -rf $(VENV) out .cache
