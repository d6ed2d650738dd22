# `make help` lists the targets. In a target with %, put dev, demo or test for it.

PYTHON ?= python3
SECONDS ?= 60
BIN    := .venv/bin
# The tests start many processes, so what Python compiles is kept.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -n auto --dist worksteal --durations 10
# How far the long forms search in test-ci: no further than the suite did, where that takes minutes.
# By themselves they search further.
SOONER := $(addprefix GENONAUT_,EXAMPLES=1 KILLS=9 STORM=1000 PICTURES=120 KILLED_PICTURES=500 \
  KILLED_THUMBNAILS=100 KILLED_UPLOADS=1 WATCH_FILES=60 WATCH_MOVED=1000 BEAT_LOCK_SECONDS=5)
# What asks the database the most: lists, tags, counts, imports and exports.
QUERIES := $(sort $(foreach name,gallery tag count import library export api_content restore seed, \
  $(wildcard tests/integration/test_*$(name)*.py)))

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test test-long test-ci screenshots lint lock bench refresh-gen-source-stats refresh-tag-stats soak drill mutants clean

help: ## List the targets
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 34

demo: install ## Install, then serve a seeded demo
	@exec $(BIN)/genonaut up --env demo

test: install-dev ## Run the suite
	@$(PYTEST) --timeout 450 -m "not long and not slow" $(ARGS)

test-long: install-dev ## Run its long forms: soak, kills, mutants, the benchmark, the other PostgreSQL
	@$(PYTEST) -m "long or sampled" --every-case -o python_files="test_*.py contract.py" $(ARGS)
	$(if $(ARGS),,@$(PYTEST) -m "not long and not both_servers" --postgres debian-15 tests/integration)

test-ci: install-dev ## Run its long forms, searching for less long
	@$(SOONER) $(PYTEST) -m "long and not alike" --ignore tests/mutants --ignore tests/benchmarks --ignore tests/unit
	@$(PYTEST) -m "not long and not slow" --slow-line tests/browser
	@$(PYTEST) -m "not long and not both_servers" --postgres debian-15 $(QUERIES)

install: .venv/installed ## Install what running needs, into .venv
install-dev: .venv/installed-dev ## Install what developing needs as well

api-%: install ## Serve the API alone
	@exec $(BIN)/genonaut api --env $*

celery-%: install ## Run a worker and the scheduler
	@exec $(BIN)/genonaut worker --beat --env $*

beat-%: install ## Run the scheduler alone
	@exec $(BIN)/genonaut beat --env $*

flower-%: install ## Show workers and tasks
	@exec $(BIN)/genonaut flower --env $*

psql-%: install ## Open psql on the database
	@exec $(BIN)/genonaut db psql --env $*

refresh-gen-source-stats: refresh-gen-source-stats-demo ## Recount and repair the counts of the demo

refresh-gen-source-stats-%: install ## Recount and repair the counts
	@start=$$(date +%s); $(BIN)/genonaut stats refresh gen_source --env $* \
	  && echo "Completed in $$(( $$(date +%s) - start ))s"

refresh-tag-stats: refresh-tag-stats-demo ## Recount and repair the tags' counts of the demo

refresh-tag-stats-%: install ## Recount and repair the tags' counts
	@start=$$(date +%s); $(BIN)/genonaut stats refresh tag_cardinality --env $* \
	  && echo "Completed in $$(( $$(date +%s) - start ))s"

soak: install-dev ## Writers, folds, refreshes and readers at once: was any count ever wrong?
	@$(BIN)/python -m tests.support.soak --seconds $(SECONDS)

mutants: install-dev ## Break one promise after the other in a copy: does its test turn red?
	@$(PYTEST) tests/mutants -m '' $(ARGS)

drill: install-dev ## Kill, stop and fill everything under load for ten minutes; print one table
	@$(BIN)/python -m tests.drill $(ARGS)

bench: install ## Install, then measure counting side by side with the other ways
	@exec $(BIN)/python -m benchmarks.side_by_side $(ARGS)

screenshots: install-dev ## Take the pictures of the documentation from the real pages
	@$(BIN)/python -m docs.take_screenshots

lint: install-dev ## Check format, lint and types
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy

lock: ## Rewrite the lock files (needs uv)
	@$(call compile,requirements.lock,--group build)
	@$(call compile,requirements-dev.lock,--group build --group dev)

clean: ## Remove what was installed; the data in .genonaut stays
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Genonaut needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 2; }
	@echo "Creating .venv with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv .venv || \
	  { echo "Python's venv module is missing: install it (on Debian: apt-get install python3-venv)."; exit 2; }

# The lock file, with hashes, decides the versions, and is complete; the package is installed in place.
.venv/installed: requirements.lock pyproject.toml | .venv/bin/python
	@$(call install-locked,requirements.lock,90 MB to download and 230 MB on the disk)
	@touch $@

.venv/installed-dev: requirements-dev.lock pyproject.toml | .venv/bin/python
	@$(call install-locked,requirements-dev.lock,270 MB to download and 700 MB on the disk)
	@touch $@ .venv/installed

# uv takes seconds where pip takes a minute. It may be missing, broken, or not know pip's index.
define install-locked
start=$$(date +%s); \
locked() { "$$@" --no-deps --require-hashes -r $(1) && "$$@" --no-deps --no-build-isolation -e .; }; \
with_uv() { locked uv pip install --quiet --python $(BIN)/python; }; \
with_pip() { locked $(BIN)/python -m pip install --quiet --disable-pip-version-check; }; \
if uv --version > /dev/null 2>&1; then tool=uv; else tool=pip; fi; \
count=$$(grep == $(1) | grep -vc "== 'win32'\|== 'emscripten'"); \
echo "Installing $(1) with $$tool: about $$count packages, $(2) ..."; \
if [ $$tool = uv ] && ! with_uv; then tool=pip; echo "uv failed: installing with pip, which takes longer ..."; fi; \
[ $$tool = uv ] || with_pip || { echo "The packages could not be installed: read the error above, then run make again."; exit 2; }; \
echo "Installed with $$tool in $$(( $$(date +%s) - start )) s."
endef

define compile
uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
  --no-emit-index-url --no-annotate pyproject.toml --extra standard $(2) -o $(1)
endef
