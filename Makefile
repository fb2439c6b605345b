# Two commands: `make run` opens the window, `make test` runs the tests. Both make what they need on first use.

PYTHON ?= python3
EXTRAS ?= test,lint

VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check
comma := ,
INSTALLED := $(VENV)/installed
WITH_EXTRAS := $(VENV)/installed-$(subst $(comma),-,$(EXTRAS))

export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help run tour install test check clean

help:
	@echo "make run     open the window (without a screen: write pictures of every tab into ./tour)"
	@echo "make test    run all tests"
	@echo "make check   ruff, mypy, import-linter"
	@echo "make tour    write pictures of every tab into ./tour"
	@echo "make clean   remove the virtual environment and what was built"

# Exit code 3: there is no screen. Any other problem has been said in a sentence, and ends here.
run: $(INSTALLED)
	@code=0; $(VENV)/bin/python -m playground.app || code=$$?; \
	case $$code in \
	0) exec $(VENV)/bin/python -m playground ;; \
	3) echo "Writing the pictures of the tour into ./tour instead (about a minute)."; \
	   exec $(VENV)/bin/python -m playground tour --out tour ;; \
	*) exit $$code ;; \
	esac

tour: $(INSTALLED)
	@QT_QPA_PLATFORM=offscreen $(VENV)/bin/python -m playground.app
	@$(VENV)/bin/python -m playground tour --out tour

# Where Qt lacks a system library, one sentence names it; pytest would only show where an import failed. One process
# for each core, up to four: most of the suite waits for a window to be laid out and painted.
test: $(WITH_EXTRAS)
	@QT_QPA_PLATFORM=offscreen $(VENV)/bin/python -m playground.app
	QT_QPA_PLATFORM=offscreen $(VENV)/bin/python -m pytest -n auto --maxprocesses 4

# All four, whatever the first one says: one look shows everything that is wrong.
check: $(WITH_EXTRAS)
	@code=0; \
	for tool in "ruff check ." "ruff format --check ." mypy lint-imports; do \
		echo "$$tool"; $(VENV)/bin/$$tool || code=1; \
	done; \
	exit $$code

install: $(WITH_EXTRAS)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "Python 3.11 or newer is needed; say where it is: make PYTHON=/path/to/python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	echo "The virtual environment could not be made. On Debian or Ubuntu: apt install python3-venv" >&2; exit 2; }

# The files are stamps: they are newer than pyproject.toml when what it asks for is installed.
$(INSTALLED): pyproject.toml | $(VENV)/bin/python
	@echo "Installing into $(VENV): once, and again when pyproject.toml changes."
	@$(PIP) install --quiet --editable .
	@touch $@

$(WITH_EXTRAS): pyproject.toml | $(VENV)/bin/python
	@echo "Installing into $(VENV), with the tools for testing: once, and again when pyproject.toml changes."
	@$(PIP) install --quiet --editable ".[$(EXTRAS)]"
	@touch $@ $(INSTALLED)

clean:
	rm -rf $(VENV) tour build dist *.egg-info
