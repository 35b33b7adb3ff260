# Needs make and a Python of 3.11 or later with venv and pip; everything else goes into .venv.
#
#   make demo    run the calculator example against a real RPyC server
#   make test    run the whole test suite
#   make check   lint, types, architecture, docs, demo: all of .ci/run but the tests
#   make help    list every target

PYTHON ?= $(shell for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$candidate -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$candidate && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
PLUGINS := $(patsubst %/pyproject.toml,%,$(wildcard plugins/*/pyproject.toml))
EDITABLES := $(foreach plugin,$(PLUGINS),--editable ./$(plugin))
# A plugin's tests may need more than the plugin: its extra `dev` says what.
EDITABLES_DEV := $(foreach plugin,$(PLUGINS),--editable './$(plugin)[dev]')
PROJECTS := pyproject.toml $(PLUGINS:=/pyproject.toml)
SOURCES := $(wildcard src plugins/*/src)
# Each is a project of its own to mypy, for several have a module of the same name.
EXAMPLES := $(patsubst %/,%,$(wildcard examples/*/))
MYPY_NESTED := $(CURDIR)/$(BIN)/mypy --config-file $(CURDIR)/mypy.ini --cache-dir $(CURDIR)/.mypy_cache

# Keep the pyright wheel from asking for its newest version at every call.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help venv demo test check lint format types verify-types architecture docs bench clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

venv: $(VENV)/.installed-dev ## create or refresh .venv with everything a developer needs

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "No Python of 3.11 or later with venv and pip; name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# One stamp per set of packages, so that the demo need not wait for linters; a changed pyproject.toml renews both.
$(VENV)/.installed-run: $(PROJECTS) | $(BIN)/python
	$(PIP) --editable . $(EDITABLES)
	@$(BIN)/python -m compileall -q $(SOURCES)
	@touch $@

$(VENV)/.installed-dev: $(PROJECTS) | $(BIN)/python
	$(PIP) --editable '.[dev]' $(EDITABLES_DEV)
	@$(BIN)/python -m compileall -q $(SOURCES)
	@touch $@ $(VENV)/.installed-run

demo: $(VENV)/.installed-run ## the main job: lease a calculator, connect, test, report
	$(BIN)/python examples/calculator/run.py

test: $(VENV)/.installed-dev ## run the whole test suite, in random order
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: demo lint types verify-types architecture docs ## everything that .ci/run does, but the tests

lint: $(VENV)/.installed-dev ## ruff: style and mistakes, then formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(VENV)/.installed-dev ## let ruff mend what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: $(VENV)/.installed-dev ## mypy --strict and pyright strict, and the stubs against what they describe
	$(BIN)/mypy
	@for project in $(PLUGINS) $(EXAMPLES); do \
		echo "mypy $$project"; \
		(cd "$$project" && MYPYPATH=src $(MYPY_NESTED) .) || exit 1; \
	done
	MYPYPATH=typings $(BIN)/stubtest --concise --ignore-missing-stub $(notdir $(wildcard typings/*))
	$(BIN)/pyright --warnings

verify-types: $(VENV)/.installed-dev ## the public API must be typed to the last name
	$(BIN)/pyright --verifytypes rotest_core --ignoreexternal

architecture: $(VENV)/.installed-dev ## import-linter: who may import whom
	$(BIN)/lint-imports --no-logo

docs: $(VENV)/.installed-dev ## build docs/_build/html; a warning is an error
	$(BIN)/sphinx-build -q -W --keep-going -b html -d docs/_build/doctrees docs docs/_build/html

bench: $(VENV)/.installed-dev ## measure; never fails because of a time
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

clean: ## remove .venv, caches and everything built
	rm -rf $(VENV) build dist docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
