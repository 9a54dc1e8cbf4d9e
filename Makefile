PYTHON ?= python3
VENV := .venv

.PHONY: help demo test

help:
	@echo 'make demo   color a drawing in the browser (PORT=7861 chooses the port)'
	@echo 'make test   run every check and test'

demo: $(VENV)/demo.installed
	@PYTHONUNBUFFERED=1 $(VENV)/bin/python space/app.py $(if $(PORT),--port $(PORT))

test: $(VENV)/test.installed
	@$(VENV)/bin/ruff check
	@$(VENV)/bin/ruff format --check
	@$(VENV)/bin/python -m pytest

# One virtual environment for both; its stamp $(VENV)/EXTRA.installed says that the pinned packages of EXTRA are in it.
$(VENV)/%.installed: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo '$(PYTHON) was not found: install Python 3.11 or newer, or name one with "make PYTHON=/path/to/python3".' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version 2>&1) is too old: name a Python 3.11 or newer with \"make PYTHON=/path/to/python3\"." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo '$(PYTHON) cannot make virtual environments: install its venv module (on Debian and Ubuntu the package python3-venv).' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --constraint constraints.txt --editable '.[$*]'
	@touch $@
