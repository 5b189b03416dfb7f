# Everything runs in .venv, made here; no other tool is needed than Python 3.11 or later, make and a package index.
# Paths are relative throughout, so that a checkout in a folder with a space in its name works.

# The first that runs and is new enough: a name may be found and be no more than a shim of another tool.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3 python; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$$name"; break; }; done)
VENV := .venv
IN_VENV := $(VENV)/bin/python
PLUGINS := $(wildcard plugins/*/pyproject.toml)
EDITABLE := -e . $(foreach plugin,$(PLUGINS),-e $(dir $(plugin)))
PIP := $(IN_VENV) -m pip --quiet --disable-pip-version-check
export PIP_CONSTRAINT := constraints.txt
# Empty, which is off: the tests start hundreds of interpreters, and each would compile everything again.
export PYTHONDONTWRITEBYTECODE :=

EXAMPLE := examples/workouts/after-intervals-reset.backtrack

.PHONY: demo test test-browser coverage lint fuzz bench docs clean

demo: $(VENV)/.installed
	@mkdir -p out
	@echo "backtrack export $(EXAMPLE) --to garmin-fit --to zwo --to strava-text -o out --athlete examples/athlete.toml"
	@echo
	@$(IN_VENV) -m backtrack_plugins export $(EXAMPLE) --to garmin-fit --to zwo --to strava-text -o out --athlete examples/athlete.toml

# Each file by one process, since its tests share what is dear to make; in their order, of which the last files are short.
test: $(VENV)/.installed-tests
	$(IN_VENV) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# Signing in through a page, in the system's Chromium; pictures of the pages are left in build/browser.
test-browser: $(VENV)/.installed-browser
	$(IN_VENV) -m pytest tests/browser

# Which branches the tests never took; by itself, since it takes twice the time.
coverage: $(VENV)/.installed-tests
	$(IN_VENV) -m coverage erase
	$(IN_VENV) -m coverage run -m pytest
	$(IN_VENV) -m coverage combine --quiet
	$(IN_VENV) -m coverage report

lint: $(VENV)/.installed-tests
	$(IN_VENV) -m ruff check .
	$(IN_VENV) -m ruff format --check .
	$(IN_VENV) -m mypy
	$(IN_VENV) -c "from importlinter.cli import lint_imports_command; lint_imports_command()" --no-cache

# Slow, and so not among the tests: 20,000 programmes with random outcomes, and no workout may break a rule; 2,000
# sequences of sending to an account and 2,000 of annotating there, with accidents; reviews of 5,000 recordings that an
# imitated watch made, blocks in 20,000 edited descriptions, 5,000 whole and damaged recordings read by two libraries;
# a belt that plays 10,000 workouts second by second, in every format that can move one; 1,000 FIT files added to;
# and the properties that the tests look at, looked at further.
fuzz: $(VENV)/.installed-tests
	$(IN_VENV) tools/fuzz_programme.py 20000
	$(IN_VENV) tools/fuzz_sync.py 2000
	$(IN_VENV) tools/fuzz_annotations.py 2000
	$(IN_VENV) tools/fuzz_review.py 5000
	$(IN_VENV) tools/fuzz_block.py 20000
	$(IN_VENV) tools/fuzz_recordings.py 5000
	$(IN_VENV) tools/fuzz_belt.py 10000
	$(IN_VENV) tools/fuzz_splicing.py 1000
	$(IN_VENV) -m pytest -m hypothesis --hypothesis-profile=further --numprocesses auto --dist loadfile

bench: $(VENV)/.installed-bench
	$(IN_VENV) -m compileall -q src plugins
	$(IN_VENV) bench/bench.py

# Rewrites what is generated, then builds the site into build/docs/html; a warning is an error, and no network is used.
docs: $(VENV)/.installed-docs
	$(IN_VENV) tools/generate.py
	$(IN_VENV) -m sphinx --builder html --fresh-env --write-all --fail-on-warning --keep-going --nitpicky --quiet -c docs . build/docs/html
	@echo "The site: build/docs/html/index.html"

clean:
	rm -rf $(VENV) out build dist .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# Debian ships Python without venv; the message says what to install.
$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed and was not found."; exit 2; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or later is needed; $(PYTHON) is older. Name another: make PYTHON=/path/to/python3.11"; exit 2; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python has no venv module. On Debian and Ubuntu: sudo apt install python3-venv"; exit 2; }
	@rm -rf $(VENV)
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt $(PLUGINS)
	$(PIP) install $(EDITABLE)
	@touch $@

$(VENV)/.installed-docs: $(VENV)/.installed requirements-docs.txt
	$(PIP) install -r requirements-docs.txt
	@touch $@

$(VENV)/.installed-tests: $(VENV)/.installed requirements-test.txt requirements-docs.txt
	$(PIP) install -r requirements-test.txt -r requirements-docs.txt
	@touch $@

$(VENV)/.installed-browser: $(VENV)/.installed-tests requirements-browser.txt
	$(PIP) install -r requirements-browser.txt
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed-tests requirements-bench.txt
	$(PIP) install -r requirements-bench.txt
	@touch $@
