# Every command a developer or an operator needs. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset run test heavy faults lint format pictures bench setup

help: ## List these commands.
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml uv.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13'
	@$(BIN)/uv sync --frozen --quiet --compile-bytecode
	@touch $@

setup: $(READY) ## Make .venv with everything in it.

demo: $(READY) ## Open a sample province with its people; prints the address.
	@$(BIN)/cchc demo

demo-reset: $(READY) ## Forget what was done in the demo.
	@rm -rf var/demo
	@echo "var/demo is empty; make demo starts over"

run: $(READY) ## Run the bot with config.toml.
	@$(BIN)/cchc run

test: $(READY) ## Run the tests on SQLite and on PostgreSQL.
	@$(BIN)/python -m tests.suite

heavy: $(READY) ## Run the long suites: kills, floods, every button.
	@$(BIN)/python -m tests.suite --heavy

faults: $(READY) ## Every fault at its published count, with the figures (hours).
	@$(BIN)/python -m tests.faults.report

lint: $(READY) ## Check style, types and the rule for imports.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(READY) ## Format the code.
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

pictures: $(READY) ## Take the README's pictures anew.
	@$(BIN)/python -m tests.pictures

bench: $(READY) ## Measure, against peers in the same run.
	@$(BIN)/python -m benchmarks
