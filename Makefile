# Two commands are enough: `make demo` runs the main job on the example agent, `make test` runs the tests.
# Both make their own environment in .venv; UV is fetched into it, and nothing is installed elsewhere.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python

.PHONY: demo test lint check docs clean

demo: .venv/demo
	$(BIN)/agentprobe demo

test: .venv/check
	$(BIN)/pytest -n 2

lint: .venv/check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

docs: .venv/check
	$(BIN)/python docs/generate.py

.venv/python:
	$(PYTHON) -m venv .venv || { echo "python3 -m venv failed; on Debian: apt-get install python3-venv" >&2; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	touch $@

.venv/demo: .venv/python pyproject.toml
	$(INSTALL) --editable '.[demo]'
	touch $@

.venv/check: .venv/python pyproject.toml
	$(INSTALL) --editable '.[check]'
	touch $@

clean:
	rm -rf .venv .venvs dist build
