# Set up, show, check and measure tongguan. A fresh machine needs Python 3.11 or later, make and a package registry.
#
#   make demo     set up .venv and clear a first set of filings
#   make test     everything that must hold before a change lands (under ten minutes on two cores)
#   make help     the other targets

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
JOBS   ?= 2
LOCK   := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
          --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --build-deps-for wheel

.DEFAULT_GOAL := help
.PHONY: help setup dev demo test check lint types imports unit test-full fuzz bench licences lock wheelhouse format clean fuzz-guided coverage

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

# Each step leaves a stamp, so that an up-to-date environment costs nothing and an interrupted one is finished next time.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "tongguan needs Python 3.11 or later: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml $(VENV)/.made
	$(PIP) install --quiet --require-hashes -r requirements/runtime.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(VENV)/.runtime ## .venv with what tongguan needs to run
dev: $(VENV)/.dev ## .venv with the tools for tests as well

demo: setup ## clear invented filings from order to receipt
	$(BIN)/python -m tongguan demo

test: check unit ## linters, types, import rules and all quick tests

check: lint types imports

lint: dev
	$(BIN)/ruff check src tests benchmarks

types: dev
	$(BIN)/mypy

imports: dev
	$(BIN)/lint-imports

unit: dev
	$(BIN)/python -m pytest -q -n $(JOBS) -m "not slow"

test-full: check ## the same with the long forms (hours on a small machine)
	TONGGUAN_FULL=1 $(BIN)/python -m pytest -q -n $(JOBS)

fuzz: dev ## mutated and random input against the readers, in the long form
	TONGGUAN_FULL=1 $(BIN)/python -m pytest -q -n $(JOBS) -m fuzz

fuzz-guided: dev ## coverage-guided fuzzing of parser, envelope and gateway, ten minutes each (where atheris installs)
	$(PIP) install --quiet atheris
	@set -e; for door in parser envelope gateway; do $(BIN)/python -m tests.fuzz.coverage_guided $$door 600; done

coverage: dev ## how much of ceb/ its own tests run
	$(BIN)/python -m pytest -q -n $(JOBS) -m "not slow" --cov=tongguan.ceb --cov-report=term tests/ceb

bench: dev ## every benchmark (benchmarks/bench_*.py), one after another
	@set -e; for script in benchmarks/bench_*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

licences: dev ## the licences of what is installed; fails on one that Apache-2.0 cannot take in
	$(BIN)/pip-licenses --from=mixed --order=license --partial-match --fail-on="GPL;GNU;SSPL;Commercial;Proprietary;UNKNOWN"

lock: dev ## pin the dependencies anew, with their hashes
	$(LOCK) --output-file=requirements/runtime.txt pyproject.toml
	$(LOCK) --extra dev --constraint requirements/runtime.txt --output-file=requirements/dev.txt pyproject.toml

wheelhouse: setup ## a folder from which tongguan installs without a network
	$(PIP) download --quiet --require-hashes -r requirements/runtime.txt -d wheelhouse
	$(PIP) wheel --quiet --no-deps --no-build-isolation -w wheelhouse .
	@echo 'Install with: pip install --no-index --find-links wheelhouse tongguan'

format: dev ## sort imports and mend what ruff can mend by itself
	$(BIN)/ruff check --fix src tests benchmarks

clean: ## remove .venv and caches; data folders stay
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
