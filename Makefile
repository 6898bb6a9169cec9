# Short names for what people and CI run. `make up` runs the system, `make test` tests it.
PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.9
LOCK = $(BIN)/uv pip compile --quiet $(UPGRADE) --generate-hashes --no-annotate --no-header
# In the order given: end-to-end tests first, as they are the longest.
QUICK = $(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder -m 'not long'
UNITS = tests/infra tests/handlers tests/functions
# Tests of one function that need the whole system are in its folder, too.
E2E = tests/e2e $(wildcard tests/functions/*/e2e)
FAULTS = $(wildcard tests/faults tests/functions/*/faults)
OTHERS = $(filter-out $(UNITS) tests/e2e tests/faults tests/images tests/browser tests/engine tests/support %__pycache__, $(patsubst %/,%,$(wildcard tests/*/))) $(wildcard tests/test_*.py)
IN_IMAGES = images/*/requirements.in images/build-requirements.in tests/support/images/standin/*.in
IN_IMAGES += checks/bench/baselines/requirements.in
PORT ?= 4566
STACK ?= dev
CASES ?= 1000
MESSAGES ?= 2000
SEED ?= $(shell date +%s)
REQUESTS ?= 1e6

# Without bytecode, every start takes seconds longer.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help up test test-api test-browser test-images test-faults test-long test-killed-containers test-engine soak check scan format documents lock upgrade bench bench-check cost plan pin preview deploy release rollback smoke redrive trace clean

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1 \t\2/' | expand -t 21

up: .venv/.runtime  ## Run the whole system on this machine, and follow its logs (Ctrl-C stops it)
	@$(BIN)/app up --port $(PORT)

test: .venv/.dev  ## Run the fast tests, without Docker; with COVERAGE=1, try four times the examples and check coverage (takes minutes longer)
ifdef COVERAGE
	$(QUICK) $(UNITS) $(E2E:%=--ignore %) --cov --cov-report=term:skip-covered
	$(QUICK) --ignore tests/checks/scan $(E2E) $(OTHERS)
else
	$(QUICK) --hypothesis-profile quick --ignore tests/checks/scan $(E2E) $(UNITS) $(OTHERS)
endif

test-api: .venv/.dev  ## Send random requests to the API: CASES per operation, repeatable with SEED
	$(BIN)/pytest -s tests/e2e/test_openapi.py --cases $(CASES) --seed $(SEED)

test-browser: .venv/.dev  ## Test the API's page and the console in a browser (needs Chromium or Chrome)
	$(BIN)/pytest -n 2 --dist loadfile --no-skips tests/browser

test-images: .venv/.dev  ## Build, run and test the container images, and run all end-to-end tests with them (needs Docker)
	$(BIN)/pytest --no-skips tests/images/test_build_times.py
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder --no-skips tests/images --ignore tests/images/test_build_times.py
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder --no-skips --docker $(E2E)

test-faults: .venv/.dev checks/policy/.venv/.done  ## Run the fault tests and all other long tests, also with killed containers (needs Docker)
	@$(MAKE) --no-print-directory --jobs=2 test-long $(if $(FAULTS),test-killed-containers)

test-long:
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder --no-skips -m long --ignore tests/checks/scan $(OTHERS) $(FAULTS) $(UNITS) $(E2E:%=--ignore %)

# They wait for most of the time, so they run beside the long tests.
test-killed-containers:
	$(BIN)/pytest -n 3 --dist worksteal --no-skips --docker -m container $(FAULTS)

test-engine: .venv/.dev checks/policy/.venv/.done  ## Deploy to an emulator with the Pulumi CLI (needs it, and Docker)
	@command -v pulumi >/dev/null || { echo "error: there is no pulumi CLI on the PATH. Install it: https://www.pulumi.com/docs/install/"; exit 1; }
	$(BIN)/pytest -x --no-skips tests/engine

soak: .venv/.dev  ## Send MESSAGES inputs through every trigger under faults (2000 take minutes); repeatable with SEED
	$(BIN)/python -m checks.chaos.soak --messages $(MESSAGES) $(if $(SEED),--seed $(SEED))

check: .venv/.dev  ## Check formatting, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

scan: .venv/.dev .venv-scan/.done  ## Run independent scanners on resources, IAM documents, packages and the Dockerfile
	$(BIN)/python -m checks.scan
	$(BIN)/pytest -n 2 --dist loadfile --no-skips tests/checks/scan

format: .venv/.dev  ## Format, and apply the automatic fixes of lint
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

documents: .venv/.dev  ## Write the generated files: openapi.json, schema, diagram, tables
	$(BIN)/app documents

preview: .venv/.runtime  ## Run pulumi preview for STACK (default dev) with the policies of checks/policy/
	@$(BIN)/app preflight $(STACK)
	@$(MAKE) --no-print-directory checks/policy/.venv/.done
	pulumi preview --stack $(STACK) --policy-pack checks/policy

deploy: .venv/.runtime  ## Run pulumi up for STACK (default dev) with the policies of checks/policy/
	@$(BIN)/app preflight $(STACK) --deploy
	@$(MAKE) --no-print-directory checks/policy/.venv/.done
	pulumi up --stack $(STACK) --policy-pack checks/policy

release: .venv/.runtime  ## Release STACK's new versions: PERCENT of calls for MINUTES, then all; rolls back if an alarm fires
	@$(BIN)/app release $(STACK) $(if $(PERCENT),--percent $(PERCENT)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(OUTPUT),--output $(OUTPUT))

rollback: .venv/.runtime  ## Roll back STACK's last release; with RELEASE=, only if it is that one
	@$(BIN)/app rollback $(STACK) $(if $(RELEASE),--release $(RELEASE))

smoke: .venv/.runtime  ## Test STACK, or the API at URL, and clean up (more: app smoke --help)
	@$(BIN)/app smoke $(or $(URL),$(STACK)) $(if $(EMAIL_SECONDS),--email-seconds $(EMAIL_SECONDS))

trace: .venv/.runtime  ## Print what followed from the request, upload or message ID in STACK (SINCE=4d: how far back to search)
	@$(BIN)/app trace $(ID) --stack $(STACK) $(if $(SINCE),--since $(SINCE))

redrive: .venv/.runtime  ## List dead-letter queues of STACK; with QUEUE=, process its messages again (DRY_RUN=1: only show them)
	@$(BIN)/app redrive $(STACK) $(QUEUE) $(if $(DRY_RUN),--dry-run)

bench: .venv/.dev .venv-bench/.done  ## Measure times and sizes of the functions, and draw them (checks/bench/results.svg)
	$(BIN)/python -m checks.bench

bench-check: .venv/.dev  ## Fail if a function's cold start has grown: files, modules, bytes, bytecode
	$(BIN)/python -m checks.bench.check

plan: .venv/.runtime  ## Show what this tree changes in STACK, AGAINST a revision (default: the commit where the branch diverged from main)
	@$(BIN)/app plan $(STACK) $(if $(AGAINST),--against $(AGAINST))

pin: .venv/.runtime  ## Pin STACK's base image to today's digest, or move the pin (needs Docker)
	@$(BIN)/app pin $(STACK)

cost: .venv/.runtime  ## Estimate the cost of STACK in a month, at REQUESTS (more: app cost --help)
	@$(BIN)/app cost $(STACK) --requests $(REQUESTS)

lock: .venv/.dev  ## Pin new requirements; existing pins stay
	$(LOCK) --universal --python-version 3.11 requirements.in images/*/requirements.in -o requirements.txt
	$(LOCK) --universal --python-version 3.11 -c requirements.txt requirements-dev.in images/*/requirements.in -o requirements-dev.txt
	$(LOCK) --universal --python-version 3.11 checks/scan/requirements.in -o checks/scan/requirements.txt
	$(LOCK) --universal --python-version 3.11 checks/policy/requirements.in -o checks/policy/requirements.txt
	$(LOCK) --universal --python-version 3.11 -c requirements.txt checks/bench/requirements.in images/*/requirements.in -o checks/bench/requirements.txt
	for f in $(IN_IMAGES); do \
	  $(LOCK) --python-version 3.13 --python-platform linux -c requirements.txt $$f -o $${f%.in}.txt || exit 1; \
	done

upgrade: .venv/.dev  ## Pin the newest versions of all requirements
	$(MAKE) lock UPGRADE=--upgrade

clean:  ## Remove environments, staging folders and caches
	rm -rf .venv .venv-scan .venv-bench checks/policy/.venv .build .local .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: $(PYTHON) is $$($(PYTHON) -V 2>&1), and Python 3.11 or later is needed. Name another one: make PYTHON=python3.13"; exit 1; }
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

# A separate environment: the scanners' pins fit no other.
.venv-scan/.done: checks/scan/requirements.txt | .venv/bin/uv
	@echo "Installing the scanners into .venv-scan"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-scan
	@$(BIN)/uv pip install --quiet --python .venv-scan/bin/python --require-hashes -r checks/scan/requirements.txt
	@touch $@

# A separate environment: Pulumi's policy SDK needs older protocol buffers.
checks/policy/.venv/.done: checks/policy/requirements.txt | .venv/bin/uv
	@echo "Installing the policy pack's dependencies into checks/policy/.venv"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python checks/policy/.venv
	@$(BIN)/uv pip install --quiet --python checks/policy/.venv/bin/python --require-hashes -r checks/policy/requirements.txt
	@touch $@

# A separate environment, in which functions and baselines run without Docker.
.venv-bench/.done: checks/bench/requirements.txt | .venv/bin/uv
	@echo "Installing the benchmarks' packages into .venv-bench"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-bench
	@$(BIN)/uv pip install --quiet --python .venv-bench/bin/python --require-hashes -r checks/bench/requirements.txt
	@.venv-bench/bin/python -m compileall -q --invalidation-mode unchecked-hash .venv-bench/lib
	@touch $@
