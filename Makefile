# Two commands do everything on a machine with Python >= 3.11 and pip:
#   make eval    environment, install, the main job
#   make test    environment, install, the tests
# `make docs` builds the site of docs/ into out/site.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: eval test check lint types docs clean

eval: $(VENV)/ready
	$(BIN)/python -m evals.default

test: $(VENV)/ready
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

check: lint types docs test

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/ready
	$(BIN)/mypy

docs: $(VENV)/ready
	$(BIN)/zensical build --clean --strict

$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,docs]' -c constraints.txt
	touch $@

clean:
	rm -rf $(VENV) out .cache
