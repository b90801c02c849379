# The commands of this project. `make` alone lists them; nothing but Python 3.11 or newer and make is needed.

HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 2
THREADS ?= 4
# How many processes the tests use.
TEST_WORKERS ?= 2
# How many random questions the engine is held against the minutes for in a soak; about two hours of one core.
SOAK_CASES ?= 5000000
# CARDS=test: no keys are needed, a stand-in takes test cards.
CARDS ?=
# Further words for pytest, flask demo load: make test ARGS="-k quotes"
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/flask --app wsgi
PACKAGES := marketplace providers booking
LOCK := uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help run test check bench soak fix migrate demo lock screens
# A target that fails leaves no half-made stamp behind.
.DELETE_ON_ERROR:

help: ## list the targets
	@echo "Licensed Hands: find and book verified medical massage in Manhattan"
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

# --- the environment: made once, made again only when a lock changes ---------------------------------------------------------

$(BIN)/python:
	@for python in python3.13 python3.12 python3.11 python3 python3.14 python; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "making $(VENV) with $$($$python --version)"; exec $$python -m venv $(VENV); fi; done; \
	echo "Python 3.11 or newer is needed and was not found." >&2; exit 1

$(VENV)/.run-time: requirements.txt | $(BIN)/python
	@echo "installing the locked requirements into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	@touch $@

$(VENV)/.tests: requirements-dev.txt $(VENV)/.run-time
	@echo "installing what tests and checks need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $@

# --- use ----------------------------------------------------------------------------------------------------------------------

run: migrate ## the site with demo Manhattan on http://127.0.0.1:8000 (HOST, PORT change it; CARDS=test tries cards out)
	@[ "$(CARDS)" != test ] || export STRIPE_SECRET_KEY=sk_test_stand_in STRIPE_API_BASE=double; \
	[ -n "$$BASE_URL" ] || grep -qs '^BASE_URL=' .env || export BASE_URL=http://$(HOST):$(PORT); \
	$(FLASK) demo load --if-empty || exit 1; \
	echo; \
	echo "  Licensed Hands is at http://$(HOST):$(PORT)   (Ctrl-C ends it)"; \
	echo "  Demo sign-ins, password for all: evening-in-manhattan"; \
	echo "    client@licensedhands.test      books visits"; \
	echo "    therapist@licensedhands.test   works"; \
	echo "    admin@licensedhands.test       verifies and oversees"; \
	echo; \
	$(BIN)/gunicorn wsgi:app --bind $(HOST):$(PORT) --worker-class gthread --workers $(WORKERS) --threads $(THREADS) \
	  --no-control-socket --log-level warning & web=$$!; \
	$(FLASK) jobs run & jobs=$$!; \
	trap 'kill $$web $$jobs 2>/dev/null; wait' EXIT; trap 'exit 0' INT TERM HUP; \
	while kill -0 $$web 2>/dev/null && kill -0 $$jobs 2>/dev/null && kill -0 $$PPID 2>/dev/null; do sleep 1; done; \
	echo "the server or the background worker has ended; the other one is ended too" >&2; exit 1

migrate: $(VENV)/.run-time ## bring the database (DATABASE_URL) to the newest shape
	@$(FLASK) db upgrade

demo: migrate ## load demo Manhattan into an empty database (ARGS="--providers 200 --seed 7")
	@$(FLASK) demo load $(ARGS)

bench: $(VENV)/.tests ## measure start times and search against the yardsticks in tests
	@for bench in bench/*.py; do name=$${bench##*/}; $(BIN)/python -m bench.$${name%.py} $(ARGS) || exit 1; done

# --- proof --------------------------------------------------------------------------------------------------------------------

test: $(VENV)/.tests ## the whole suite, SQLite and PostgreSQL, Chromium if it is there (REQUIRE_ALL=1: skips are failures)
	@$(BIN)/python -m pytest -q -rs -n $(TEST_WORKERS) $(ARGS)

soak: $(VENV)/.tests ## the long runs: many clients, many rounds, hours of time
	@HYPOTHESIS_PROFILE=thorough SOAK_CASES=$(SOAK_CASES) $(BIN)/python -m pytest -q -rs -m soak --timeout=7200 $(ARGS)

check: $(VENV)/.tests ## lint, format, types, templates, import contracts, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -q -rs tests/house
	@$(BIN)/python -m tests.house.measures

fix: $(VENV)/.tests ## what the tools can mend by themselves
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screens: $(VENV)/.tests ## photograph the main pages into docs/screens
	$(BIN)/python -m pytest -q -m screens $(ARGS)

lock: $(VENV)/.tests ## write requirements*.txt anew from requirements*.in
	$(BIN)/$(LOCK) requirements.in -o requirements.txt
	$(BIN)/$(LOCK) requirements-dev.in -o requirements-dev.txt
