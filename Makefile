# The door of the project. `make run` shows the product on the sample municipality and serves it; `make test` runs every test.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
DRESSED := service/pages/installed/theme.css
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install

.PHONY: run sample pages pictures notebooks test check bench bench-environment train-environment clean

run: sample pages
	rm -f var/waterveen.db*
	$(BIN)/regelruimte user add an@waterveen.example --name "An de Vries" --role beoordelaar --organisation Waterveen --no-password $(SERVED)
	@echo "to review, choose a password here once the service runs, and log in as an@waterveen.example:"
	@echo "http://localhost:8000/wachtwoord/$$($(BIN)/regelruimte user password an@waterveen.example --link $(SERVED) 2> /dev/null)"
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

# What pages are dressed with, by npm: as much of it as they wear, so it is made again when they change. Where npm is missing
# they use a plain stylesheet, and say so.
pages: $(DRESSED)

WORN := $(wildcard service/pages/templates/*.html service/pages/templates/*/*.html service/pages/static/*.css)
$(DRESSED): service/pages/npm/package-lock.json service/pages/building.py service/pages/trimming.py $(WORN) $(VENV)/.run
	$(BIN)/python -m service.pages.building
	@if [ -e $@ ]; then touch $@; fi

# The pictures of docs/walkthrough.md, of pages as they are now. They are not kept in the repository.
pictures: $(VENV)/.test pages
	$(BIN)/python -m docs.picturing

# The notebooks, run on what ships, or on the store that REGELRUIMTE_NOTEBOOK_STORE names (its whole path).
notebooks: $(VENV)/.test
	mkdir -p var/notebooks
	cp notebooks/*.ipynb var/notebooks
	$(BIN)/jupyter-execute --inplace var/notebooks/*.ipynb

test: $(VENV)/.test pages
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --durations 25

check: $(VENV)/.check
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Beside others, as far as they are installed; those that are not say why. STORE holds the texts of the labels (docs/benchmarks.md).
STORE ?= store
bench: $(VENV)/.test sample
	$(BIN)/python -m bench service --store var/sample --seconds 10 --memory-minutes 1
	@if [ -e $(STORE)/store.json ]; then $(BIN)/python -m bench peers --store $(STORE) --output var/peers; \
	else echo "python -m bench peers: no store in $(STORE); see docs/benchmarks.md"; fi

# Those that the product is measured beside.
bench-environment: $(VENV)/.bench

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

# Without dependencies: torch comes by itself, and some programs ask for libraries that what is measured here never loads.
$(VENV)/.bench: requirements/bench.txt $(VENV)/.test
	$(PIP) torch==2.13.0
	$(PIP) --no-deps --require-hashes -r requirements/bench.txt
	touch $@

$(VENV)/.train: requirements/train.txt $(VENV)/.test
	$(PIP) torch==2.13.0
	$(PIP) -r requirements/train.txt
	touch $@

clean:
	rm -rf $(VENV) var service/pages/installed docs/pictures build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
