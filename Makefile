PYTHON ?= python3
BIN := .venv/bin
# as pip does for what it installs otherwise: the first run then starts as fast as the next
COMPILED := $(BIN)/python -m compileall -q conformance scenarios fixtures
# one more than there are cores: some tests wait for a browser, or for a bank that does not answer
WORKERS = $(shell $(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')

.PHONY: run test check bench selftest clean

run: $(BIN)/psd2-conformance
	@$(BIN)/psd2-conformance run

test: .venv/dev
	@$(BIN)/pytest -q -n $(WORKERS) --dist worksteal

check: .venv/dev
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy

bench: .venv/dev
	@$(BIN)/python -m bench

selftest: .venv/dev
	@$(BIN)/psd2-conformance selftest

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv

$(BIN)/psd2-conformance: pyproject.toml | $(BIN)/python
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@$(COMPILED)
	@touch $@

.venv/dev: pyproject.toml | $(BIN)/python
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@$(COMPILED)
	@touch $@ $(BIN)/psd2-conformance

clean:
	rm -rf .venv
