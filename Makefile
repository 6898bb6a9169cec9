# Two commands set everything up: `make up` runs the system, `make test` tests it.
PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.9
LOCK = $(BIN)/uv pip compile --quiet $(UPGRADE) --generate-hashes --no-annotate --no-header
QUICK = $(BIN)/pytest -n 2 --dist loadfile -m 'not long'
UNITS = tests/handlers tests/functions tests/infra
# Tests of one function that need the whole system are in its folder, too.
E2E = tests/e2e $(wildcard tests/functions/*/e2e)
FAULTS = tests/faults $(wildcard tests/functions/*/faults)
SYSTEM = $(E2E) $(FAULTS)
OTHERS = $(filter-out $(UNITS) $(SYSTEM) tests/images tests/browser tests/support %__pycache__, $(patsubst %/,%,$(wildcard tests/*/))) $(wildcard tests/test_*.py)
PORT ?= 4566
STACK ?= dev
CASES ?= 1000
MESSAGES ?= 2000
SEED ?= $(shell date +%s)
REQUESTS ?= 1e6

# Where an environment forbids bytecode, every start would take seconds more.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help up test test-api test-browser test-images test-faults soak check scan format documents lock upgrade bench bench-check cost plan preview deploy release rollback smoke redrive clean

help:  ## Say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1 \t\2/' | expand -t 20

up: .venv/.runtime  ## Run the whole system on this machine, and follow its logs (Ctrl-C ends it)
	@$(BIN)/app up --port $(PORT)

test: .venv/.dev  ## Run the tests that need neither a Docker engine nor much time
	$(QUICK) $(UNITS) $(SYSTEM:%=--ignore %) --cov --cov-report=term:skip-covered
	$(QUICK) --ignore tests/checks/scan $(OTHERS) $(SYSTEM)

test-api: .venv/.dev  ## Ask the API by random requests: CASES for each operation, which SEED repeats
	$(BIN)/pytest -s tests/e2e/test_openapi.py --cases $(CASES) --seed $(SEED)

test-browser: .venv/.dev  ## Look at the API's viewer in a browser (needs Chromium or Chrome)
	$(BIN)/pytest --no-skips tests/browser

test-images: .venv/.dev  ## Build, run and test the container images (needs a Docker engine)
	$(BIN)/pytest --no-skips tests/images
	$(BIN)/pytest --no-skips --docker $(E2E)

test-faults: .venv/.dev checks/policy/.venv/.done  ## Run what `make test` leaves out: long faults, then killed containers (needs a Docker engine)
	$(BIN)/pytest -n 2 --dist loadfile --no-skips -m long --ignore tests/images --ignore tests/checks/scan --ignore tests/browser
	$(BIN)/pytest --no-skips --docker -m container $(FAULTS)

soak: .venv/.dev  ## Send MESSAGES inputs through every trigger while things fail (2000 take minutes); SEED repeats a run
	$(BIN)/python -m checks.chaos.soak --messages $(MESSAGES) $(if $(SEED),--seed $(SEED))

check: .venv/.dev  ## Lint, formatting, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

scan: .venv/.dev .venv-scan/.done  ## Let independent scanners look at resources, IAM documents, packages and Dockerfile
	$(BIN)/python -m checks.scan
	$(BIN)/pytest -n 2 --dist loadfile --no-skips tests/checks/scan

format: .venv/.dev  ## Format, and mend what lint can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

documents: .venv/.dev  ## Write what is made from the program anew: openapi.json, schema, diagram, table
	$(BIN)/app documents

preview: .venv/.runtime checks/policy/.venv/.done  ## pulumi preview of STACK (dev where not given), held to checks/policy/
	pulumi preview --stack $(STACK) --policy-pack checks/policy

deploy: .venv/.runtime checks/policy/.venv/.done  ## pulumi up of STACK (dev where not given), held to checks/policy/
	pulumi up --stack $(STACK) --policy-pack checks/policy

release: .venv/.runtime  ## Move STACK's new versions live: PERCENT of calls for MINUTES, then all; back if an alarm rings
	@$(BIN)/app release $(STACK) $(if $(PERCENT),--percent $(PERCENT)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(OUTPUT),--output $(OUTPUT))

rollback: .venv/.runtime  ## Take STACK's last release back at once; with RELEASE=, only if it is that one
	@$(BIN)/app rollback $(STACK) $(if $(RELEASE),--release $(RELEASE))

smoke: .venv/.runtime  ## Try a deployed stack through its API at URL, and clean up (more: app smoke --help)
	@$(BIN)/app smoke $(URL) $(if $(EMAIL_SECONDS),--email-seconds $(EMAIL_SECONDS))

redrive: .venv/.runtime  ## List dead-letter queues of STACK; with QUEUE=, have it processed again (DRY_RUN=1: show it)
	@$(BIN)/app redrive $(STACK) $(QUEUE) $(if $(DRY_RUN),--dry-run)

bench: .venv/.dev .venv-bench/.done  ## Measure what the functions cost, and draw it (checks/bench/results.svg)
	$(BIN)/python -m checks.bench

bench-check: .venv/.dev  ## Fail where a function's start has grown: files, modules, bytes, bytecode
	$(BIN)/python -m checks.bench.check

plan: .venv/.runtime  ## Show what this tree changes in STACK, AGAINST another revision (where the branch left main)
	@$(BIN)/app plan $(STACK) $(if $(AGAINST),--against $(AGAINST))

cost: .venv/.runtime  ## Estimate what STACK costs in a month, at REQUESTS (and more: app cost --help)
	@$(BIN)/app cost $(STACK) --requests $(REQUESTS)

lock: .venv/.dev  ## Pin new requirements; what is pinned stays as it is
	$(LOCK) --universal --python-version 3.11 requirements.in images/*/requirements.in -o requirements.txt
	$(LOCK) --universal --python-version 3.11 -c requirements.txt requirements-dev.in images/*/requirements.in -o requirements-dev.txt
	$(LOCK) --universal --python-version 3.11 checks/scan/requirements.in -o checks/scan/requirements.txt
	$(LOCK) --universal --python-version 3.11 checks/policy/requirements.in -o checks/policy/requirements.txt
	$(LOCK) --universal --python-version 3.11 -c requirements.txt checks/bench/requirements.in images/*/requirements.in -o checks/bench/requirements.txt
	for f in images/*/requirements.in images/build-requirements.in checks/bench/baselines/requirements.in tests/support/images/standin/*.in; do \
	  $(LOCK) --python-version 3.13 --python-platform linux -c requirements.txt $$f -o $${f%.in}.txt || exit 1; \
	done

upgrade: .venv/.dev  ## Pin the newest versions of all requirements
	$(MAKE) lock UPGRADE=--upgrade

clean:  ## Remove what was made: environment, staging folders, caches
	rm -rf .venv .venv-scan .venv-bench checks/policy/.venv .build .local .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed, and $(PYTHON) is $$($(PYTHON) -V 2>&1); name another: make PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# The command line: it runs the cli.py of this checkout, with this environment.
$(BIN)/app: Makefile | .venv/bin/uv
	@printf '%s\n' '#!/bin/sh' 'bin=$$(CDPATH= cd -- "$$(dirname -- "$$0")" && pwd) || exit' \
	  'exec "$$bin/python" "$${bin%/.venv/bin}/cli.py" "$$@"' > $@
	@chmod +x $@

.venv/.runtime: requirements.txt | .venv/bin/uv $(BIN)/app
	@echo "Installing pinned dependencies into .venv"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt | .venv/bin/uv $(BIN)/app
	@echo "Installing pinned dependencies into .venv"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch .venv/.runtime $@

# An environment of its own: the scanners' pins fit no other.
.venv-scan/.done: checks/scan/requirements.txt | .venv/bin/uv
	@echo "Installing the scanners into .venv-scan"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-scan
	@$(BIN)/uv pip install --quiet --python .venv-scan/bin/python --require-hashes -r checks/scan/requirements.txt
	@touch $@

# Likewise: Pulumi's policy SDK wants older protocol buffers.
checks/policy/.venv/.done: checks/policy/requirements.txt | .venv/bin/uv
	@echo "Installing the policy pack's dependencies into checks/policy/.venv"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python checks/policy/.venv
	@$(BIN)/uv pip install --quiet --python checks/policy/.venv/bin/python --require-hashes -r checks/policy/requirements.txt
	@touch $@

# An environment of its own: what functions and baselines run in where no Docker engine answers.
.venv-bench/.done: checks/bench/requirements.txt | .venv/bin/uv
	@echo "Installing the benchmarks' packages into .venv-bench"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-bench
	@$(BIN)/uv pip install --quiet --python .venv-bench/bin/python --require-hashes -r checks/bench/requirements.txt
	@.venv-bench/bin/python -m compileall -q --invalidation-mode unchecked-hash .venv-bench/lib
	@touch $@
