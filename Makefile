# Two commands: `make demo` runs the road on the example reports, `make test` checks everything.
# Both set up what is missing first: a virtual environment in .venv, and the report's browser libraries.
# What was set up is stamped with a checksum of what it was made from, so that a second call starts at once.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
# Two workers: tests load the language model once a worker, and small machines have two cores.
JOBS ?= 2

BIN := .venv/bin
RUN := $(BIN)/python -m
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
VENDOR := src/tocsin/export/static/vendor
# $(CURDIR) is in the sum because an environment cannot be moved with its folder.
PYTHON_STAMP := .venv/.made-$(shell { cat requirements.lock pyproject.toml; echo "$(CURDIR)"; } | cksum | tr ' ' -)
VENDOR_STAMP := $(VENDOR)/.made-$(shell cat package.json package-lock.json src/tocsin/export/static/d3.mjs | cksum | tr ' ' -)

.PHONY: demo test check lint types walls codes pages setup docs floors clean

demo: setup
	@$(BIN)/tocsin run examples/reports --out tocsin-out
	@echo
	@echo "Open tocsin-out/report.html in a browser. tocsin-out/events.csv is the table;"
	@echo "tocsin-out/internal/ holds the full record, which is not to be handed on."

# Strict where TOCSIN_TEST_STRICT=1: then nothing is skipped but for want of measuring data. See docs/architecture.md.
test: check
	$(RUN) pytest --doctest-modules -n $(JOBS) --dist loadfile src tests

check: lint types walls codes pages

lint: setup
	$(RUN) ruff check .
	$(RUN) ruff format --check .

types: setup
	$(RUN) mypy

walls: setup
	$(BIN)/lint-imports --no-cache

codes: setup
	$(BIN)/tocsin codebook lint

pages: setup
	$(BIN)/python tools/docs.py --check

setup: $(PYTHON_STAMP) $(VENDOR_STAMP)

$(PYTHON_STAMP):
	@test -n "$(PYTHON)" || { echo "Tocsin needs Python 3.11 or later; none was found. Name one: make PYTHON=/path/to/python3" >&2; exit 2; }
	@echo "Setting up .venv (a few minutes the first time)"
	@grep -qsF "$(CURDIR)/.venv" .venv/bin/activate || $(PYTHON) -m venv --clear .venv
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@rm -f .venv/.made-*
	@touch $@

$(VENDOR_STAMP): $(PYTHON_STAMP)
	@echo "Building the report's browser libraries"
	@command -v npm >/dev/null || test -x $(BIN)/npm || \
		$(PIP) --require-hashes -r requirements-node.lock
	@export PATH="$$PATH:$(CURDIR)/$(BIN)"; \
		npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --silent && npm run --silent build >/dev/null
	@rm -f $(VENDOR)/.made-*
	@touch $@

docs: setup
	$(BIN)/python tools/docs.py

# Quality and speed on measuring data; TOCSIN_BENCH_DATA names its folder.
floors: setup
	$(BIN)/python bench/check_floors.py

clean:
	rm -rf .venv node_modules $(VENDOR) tocsin-out
