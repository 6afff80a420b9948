# Every task of the project. `make help` lists them; each brings .venv up to date first.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: setup demo serve test check bench soak migrate lock help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
PYTEST := $(BIN)/pytest -n auto --maxprocesses 4 -q
# More arguments for the command that a task runs: make demo ARGS=--once
ARGS ?=

setup: $(STAMP) ## Make .venv with exactly what requirements.lock names
	@echo "Ready: $(BIN)/paragon --help"

demo: $(STAMP) ## Play the story of a receipt, then serve API, docs and playground (ARGS=--once: end after the story)
	@$(BIN)/paragon demo $(ARGS)

serve: $(STAMP) ## Serve the API and run jobs in one process
	@$(BIN)/paragon serve --worker $(ARGS)

test: check ## Everything that must hold before a commit: the checks, then every test that takes no soaking
	@$(PYTEST) -m "not soak" $(ARGS)

check: $(STAMP) ## Form, lint, types, import contracts, and migrations against the code
	@echo "Form and lint"
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@echo "Types"
	@$(BIN)/mypy --no-error-summary
	@echo "Import contracts"
	@$(BIN)/lint-imports --no-logo > $(VENV)/lint-imports.log || { cat $(VENV)/lint-imports.log; exit 1; }
	@echo "Migrations of an empty database"
	@data=$$(mktemp -d) && trap 'rm -rf "$$data"' EXIT && chmod 711 "$$data" && unset DATABASE_URL && \
	export PARAGON_DATA_DIR="$$data" && $(BIN)/paragon db upgrade && $(BIN)/paragon db check

bench: $(STAMP) ## Measure one thing on this machine: make bench NAME=qr
	@$(BIN)/paragon bench $(NAME) $(ARGS)

soak: $(STAMP) ## The tests that take longer: other PostgreSQL versions, long races
	@$(BIN)/pytest -m soak --timeout 900 $(ARGS)

migrate: $(STAMP) ## Bring the database of DATABASE_URL, or the embedded one, up to date
	@$(BIN)/paragon db upgrade

lock: $(STAMP) ## Resolve the dependencies of pyproject.toml anew into requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --group dev \
		--no-header --no-annotate $(ARGS) pyproject.toml -o requirements.lock

help: ## List the tasks
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# A change of the lock or of pyproject.toml installs again; otherwise this costs nothing.
$(STAMP): requirements.lock pyproject.toml
	@$(BIN)/python -m pip --version > /dev/null 2>&1 || { $(make_venv); }
	@echo "Installing what requirements.lock names (the first time takes a minute or two)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# The newest interpreter that works here. A shim of a version manager may exist and fail, so each is asked.
define make_venv
for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null && break; python=; \
done; \
if [ -z "$$python" ]; then \
	echo "Paragon needs Python 3.11 or newer, and none was found. Install it, then run make again:" >&2; \
	echo "  Debian, Ubuntu:  sudo apt-get install -y python3 python3-venv" >&2; \
	echo "  macOS:           brew install python@3.13" >&2; exit 1; \
fi; \
if ! $$python -c 'import ensurepip, venv' 2> /dev/null; then \
	package=$$($$python -c 'import sys; print("python3.%d-venv" % sys.version_info[1])'); \
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		echo "Installing $$package, which Python needs to make .venv"; \
		{ apt-get update -qq && apt-get install -y -qq $$package; } > /dev/null || exit 1; \
	else \
		echo "$$python cannot make virtual environments here. Run this, then make again:" >&2; \
		echo "  sudo apt-get install -y $$package" >&2; exit 1; \
	fi; \
fi; \
echo "Making $(VENV) with $$($$python --version)"; \
$$python -m venv --clear $(VENV)
endef
