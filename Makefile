# The door of the project. `make run` shows the product on the sample municipality and serves it; `make test` runs every test.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install

.PHONY: run sample test check bench train-environment clean

run: sample
	rm -f var/waterveen.db*
	$(BIN)/regelruimte user add an@waterveen.example --name "An de Vries" --role beoordelaar --organisation Waterveen --no-password $(SERVED)
	@echo "token of a reviewer, for the curl lines in the README:"
	@$(BIN)/regelruimte user token an@waterveen.example --name curl --scope lezen --scope beoordelen $(SERVED)
	$(BIN)/regelruimte serve --store var/sample $(SERVED)

SERVED := --database-url sqlite:///var/waterveen.db

# What `make run` shows before it serves.
sample: $(VENV)/.run
	rm -rf var/sample
	$(BIN)/regelruimte corpus add corpus/sample/regelingen --store var/sample
	$(BIN)/regelruimte corpus list --store var/sample
	$(BIN)/regelruimte flag corpus/sample/initiatief.json --store var/sample --readable

test: $(VENV)/.test
	$(BIN)/python -m pytest

check: $(VENV)/.check
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.test
	$(BIN)/python -m bench service --store var/sample --seconds 10 --memory-minutes 1

# What making an encoder needs: torch first, in the build that the machine offers, and by itself, for its builds differ per
# machine. Tests that need it are skipped without.
train-environment: $(VENV)/.train

# Each environment holds the one before it. A requirement file is a complete, hashed list; the project itself comes without
# its dependencies, so that nothing else can be fetched.
$(VENV)/.made:
	$(PYTHON) -m venv $(VENV) || python3 -m venv $(VENV)
	touch $@

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/.made
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps --editable .
	touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.run
	$(PIP) --require-hashes -r requirements/test.txt
	touch $@

$(VENV)/.check: requirements/check.txt $(VENV)/.test
	$(PIP) --require-hashes -r requirements/check.txt
	touch $@

$(VENV)/.train: requirements/train.txt $(VENV)/.test
	$(PIP) torch==2.13.0
	$(PIP) -r requirements/train.txt
	touch $@

clean:
	rm -rf $(VENV) var build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
