# Everything runs in .venv, which these targets make by themselves; they need Python >= 3.11 and make.
PYTHON ?= python3
BIN := .venv/bin
PIP_VERSION := 26.3
DEMO_DIR ?= demo
FLINK_VERSION ?= 1.20
BEAM_VERSION := 2.77.0

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore

.PHONY: help install demo test check lint types imports pytest test-slow test-hf fix flink-jar test-flink constraints clean

help:  ## Show what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-12s %s\n", $$1, $$2}'

.venv/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "datamoat needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet 'pip==$(PIP_VERSION)'
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	touch $@

install: .venv/.ready  ## Make .venv with everything in it

demo: .venv/.ready  ## Build a corpus from the documentation of the installed packages
	$(BIN)/datamoat demo $(DEMO_DIR)

test: check pytest  ## All that must pass: lint, types, layers, tests (under 10 minutes on 2 cores)

check: lint types imports  ## Lint, types and layers only

lint: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.ready
	$(BIN)/mypy

imports: .venv/.ready
	$(BIN)/lint-imports

pytest: .venv/.ready
	$(BIN)/pytest -n 2 -m "not slow and not flink"

test-slow: .venv/.ready  ## The long tests
	$(BIN)/pytest -m slow --timeout 3600

flink-jar:  ## Fetch the job server that runs the pipelines on Flink (needs Maven)
	mvn -q dependency:get -Dtransitive=false \
		-Dartifact=org.apache.beam:beam-runners-flink-$(FLINK_VERSION)-job-server:$(BEAM_VERSION)

test-hf: .venv/.ready  ## The test that Hugging Face datasets loads what is exported (installs it)
	$(BIN)/python -m pip install --quiet --group hf
	$(BIN)/pytest tests/warehouse/test_export.py

test-flink: .venv/.ready  ## The tests on Flink's embedded cluster (needs Java and `make flink-jar`)
	$(BIN)/pytest -m flink --timeout 900

fix: .venv/.ready  ## Format, and mend what the linter can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

constraints:  ## Renew constraints.txt with the newest versions that fit together
	$(PYTHON) -m venv .venv-new
	.venv-new/bin/python -m pip install --quiet 'pip==$(PIP_VERSION)'
	.venv-new/bin/python -m pip install --quiet . --group dev
	echo '# Versions that are tested together; renew with `make constraints`.' > constraints.txt
	.venv-new/bin/python -m pip freeze | grep -v '@' >> constraints.txt
	rm -rf .venv-new

clean:  ## Remove the environment and everything that was made
	rm -rf .venv .venv-new demo build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
