# The two commands of the README: `make run` and `make test`. Each makes its own virtual environment first.
PYTHON ?= python3
DATA ?= .wenbao/sample
PORT ?= 8642
SAMPLE = seeds

.PHONY: run test test-torch lint clean

run: .venv/ready
	.venv/bin/wenbao ingest $(SAMPLE) --data $(DATA)
	.venv/bin/wenbao serve --data $(DATA) --port $(PORT)

test: .venv-test/ready
	.venv-test/bin/python -m pytest $(TESTS)

# The tests that need torch and sentence-transformers too (about 1 GB more).
test-torch: .venv-test/ready-torch
	.venv-test/bin/python -m pytest -m torch $(TESTS)

lint: .venv-test/ready
	.venv-test/bin/ruff check .
	.venv-test/bin/ruff format --check .
	.venv-test/bin/mypy

.venv/ready: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Wenbao needs Python 3.11 or newer; choose one with: make run PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv-test/ready: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Wenbao needs Python 3.11 or newer; choose one with: make test PYTHON=python3.12")'
	$(PYTHON) -m venv .venv-test
	.venv-test/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,ocr]'
	touch $@

.venv-test/ready-torch: .venv-test/ready
	.venv-test/bin/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	.venv-test/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,sentence-transformers]'
	touch $@

clean:
	rm -rf .venv .venv-test .wenbao build *.egg-info
