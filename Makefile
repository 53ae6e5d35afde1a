# Two commands on a fresh machine: `make demo` and `make test`. Both install what they need into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# Compiled once, not by each of the many processes that the demo and the tests start.
export PYTHONDONTWRITEBYTECODE :=
# Tests at once: the journeys wait more than they work, so three keep two cores busy.
JOBS ?= 3

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test check format bench torture packs gallery schemas clean

help: ## say what the targets do
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/pyvenv.cfg:
	@echo "gatecast: making .venv"
	@$(PYTHON) -c 'import sys; sys.exit("gatecast needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: locks/run.txt pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "gatecast: installing what the demo needs (once, about a minute)"
	@$(PIP) install -q --require-hashes -r locks/run.txt
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: locks/dev.txt pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "gatecast: installing what the tests need (once, about a minute)"
	@$(PIP) install -q --require-hashes -r locks/dev.txt
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/run.stamp

demo: $(VENV)/run.stamp ## run the main job here: broker, controller, three gates, simulated devices
	@$(BIN)/gatecast-controller demo

demo-reset: ## forget the demo's state
	@rm -rf var/demo && echo "gatecast: var/demo is gone"

test: $(VENV)/dev.stamp ## every test, journeys included
	@$(BIN)/python scripts/system_parts.py
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist loadgroup

check: $(VENV)/dev.stamp ## format, lint, types, import contracts, sizes, prose
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/check_house.py
	@$(BIN)/python scripts/write_reference.py --check

format: $(VENV)/dev.stamp ## put the code in house format
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: $(VENV)/dev.stamp ## measure; prints a table and writes build/bench.json
	@$(BIN)/python -m tests.bench

torture: $(VENV)/dev.stamp ## kill -9 at random points: make torture ROUNDS=1000 SEED=7
	@GATECAST_TORTURE_ROUNDS=$(or $(ROUNDS),1000) GATECAST_TORTURE_SEED=$(or $(SEED),7) $(BIN)/python -m pytest -q -m torture --timeout 0

packs: $(VENV)/dev.stamp ## rebuild the glyph packs from their fonts
	@$(BIN)/python scripts/build_packs.py

gallery: $(VENV)/dev.stamp ## draw every sample on every board into build/gallery.html
	@$(BIN)/python scripts/gallery.py

schemas: $(VENV)/dev.stamp ## write the wire's JSON schemas and the API into docs/reference
	@$(BIN)/python scripts/write_reference.py

clean: ## remove the virtual environment and everything built
	@rm -rf $(VENV) build dist
