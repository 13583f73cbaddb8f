# Two commands are enough: `make demo` runs the main job on the example agent, `make test` runs the tests.
# Both make their own environment in .venv; UV is fetched into it, and nothing is installed elsewhere, but for
# PostgreSQL and MariaDB, which the tests bring as root on Debian where they are not there.
PYTHON ?= python3
BIN := .venv/bin
# Compiled modules are kept, whatever the caller's environment says: the tests start thousands of interpreters.
export PYTHONDONTWRITEBYTECODE :=
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python

.PHONY: demo test frameworks lint check docs bench endure worlds-bench scan-bench conformance clean

FRAMEWORKS := .venvs/crewai/ready .venvs/litellm/ready .venvs/openai3/ready

demo: .venv/demo
	$(BIN)/agentprobe demo

test: .venv/check $(FRAMEWORKS) .venvs/mcp/ready .venvs/postgres-ready .venvs/mariadb-ready
	$(BIN)/pytest -n 2 --dist worksteal

# All agents of all frameworks, with the Claude Agent SDK, which brings a program of 360 MB: about five minutes.
frameworks: .venv/check $(FRAMEWORKS) .venvs/claude/ready
	CI=true timeout 1200 $(BIN)/pytest -n 2 tests/frameworks tests/adapters/test_framework_tools.py

lint: .venv/check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

docs: .venv/check
	$(BIN)/python docs/generate.py

# Everything is measured beside its peers, on loopback, in about seven minutes; nginx only where it is installed.
bench: .venvs/bench/ready .venvs/mitmproxy/ready
	for name in corridor sim simulated_runs chaos search in_process gateway; do \
		echo "== $$name" && .venvs/bench/bin/python benchmarks/$$name.py || exit 1; done

# What takes longer: memory over 100,000 calls, a kill under load, a trace of a gigabyte, replay, first chunks.
endure: .venvs/bench/ready
	for name in endurance kill large replay first_chunk; do \
		echo "== $$name" && .venvs/bench/bin/python benchmarks/$$name.py || exit 1; done

# How fast worlds are sanitised and grown, and whether they ask the same questions, beside peers: fifteen minutes.
worlds-bench: .venvs/peers/ready
	for name in world_speed world_fidelity; do \
		echo "== $$name" && .venvs/peers/bin/python benchmarks/$$name.py || exit 1; done

# How many files a second the scan reads, beside ruff, ast-grep and scanners of agents: a quarter of an hour.
scan-bench: .venvs/scanpeers/ready
	$(BIN)/python benchmarks/scan_speed.py

# What every wire fault becomes by the time it reaches each SDK and framework; a cell that is known is not run again.
conformance: .venv/check $(FRAMEWORKS)
	$(BIN)/python benchmarks/conformance/matrix.py

.venvs/bench/ready: .venv/python pyproject.toml benchmarks/peers.txt
	$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .venvs/bench
	$(BIN)/uv pip install --quiet --python .venvs/bench/bin/python --editable . --requirement benchmarks/peers.txt
	touch $@

.venvs/peers/ready: .venv/python pyproject.toml benchmarks/world_peers.txt
	$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .venvs/peers
	$(BIN)/uv pip install --quiet --python .venvs/peers/bin/python --editable . --requirement benchmarks/world_peers.txt
	touch $@

.venvs/scanpeers/ready: .venv/python benchmarks/scan_peers.txt
	$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .venvs/scanpeers
	$(BIN)/uv pip install --quiet --python .venvs/scanpeers/bin/python --requirement benchmarks/scan_peers.txt
	touch $@

# An environment of its own: it needs an older h11 than the clients that are measured.
.venvs/mitmproxy/ready: .venv/python
	$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .venvs/mitmproxy
	$(BIN)/uv pip install --quiet --python .venvs/mitmproxy/bin/python 'mitmproxy>=11,<13'
	touch $@

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

# Frameworks that need other generations of their SDKs than the project's own tests, in environments of their
# own. Where one cannot be installed its tests are skipped; with the variable CI set, they fail.
.venvs/%/ready: tests/frameworks/environments/%.txt .venv/python pyproject.toml
	{ $(BIN)/uv venv --quiet --clear --python $(BIN)/python .venvs/$* \
	  && $(BIN)/uv pip install --quiet --python .venvs/$*/bin/python --editable . --requirement $< && touch $@; } \
	|| { rm -rf .venvs/$*; echo "$* cannot be installed here; its tests are skipped" >&2; }

# Tool servers as others have made them, in Python and, where npm is there, in JavaScript.
# Where they cannot be installed their tests are skipped; with the variable CI set, they fail.
.venvs/mcp/ready: .venv/python
	{ $(BIN)/uv venv --quiet --clear --python $(BIN)/python .venvs/mcp \
	  && $(BIN)/uv pip install --quiet --python .venvs/mcp/bin/python \
	     'fastmcp>=4,<5' 'mcp-server-git>=2026' 'mcp-server-time>=2026' \
	  && npm install --silent --no-audit --no-fund --prefix .venvs/mcp \
	     @modelcontextprotocol/server-everything @modelcontextprotocol/server-filesystem \
	     @modelcontextprotocol/server-memory && touch $@; } \
	|| echo "not all tool servers can be installed here; the tests of those that cannot are skipped" >&2

# Real databases, for the store of a team and for worlds; the tests start servers of their own and need none
# that runs. Where one cannot be installed its tests are skipped; with the variable CI set, they fail.
.venvs/postgres-ready: PROGRAM := ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb
.venvs/postgres-ready: PACKAGE := postgresql
.venvs/mariadb-ready: PROGRAM := PATH="$$PATH:/usr/sbin" command -v mariadbd
.venvs/mariadb-ready: PACKAGE := mariadb-server
.venvs/postgres-ready .venvs/mariadb-ready:
	@mkdir -p .venvs
	@if { $(PROGRAM); } >/dev/null; then touch $@; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && { apt-get install -qq -y --no-install-recommends $(PACKAGE) >/dev/null 2>&1 \
	  || { apt-get update -qq && apt-get install -qq -y --no-install-recommends $(PACKAGE); } >/dev/null 2>&1; } \
	then touch $@; \
	else echo "$(PACKAGE) cannot be installed here; its tests are skipped" >&2; fi

clean:
	rm -rf .venv .venvs dist build
