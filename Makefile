# make run      the city at http://127.0.0.1:8080 (with a channel in .env: the real one)
# make test     every check, on SQLite and on PostgreSQL; brings what it needs    make postgres    all of it there
# make bench    measures            make crash    the long crash test     make year    a year of the sample city
# make soak     hours of everything that goes on: every update one to five times, ladders, locks, a problem's life and the
#               whole city at random
# make fuzz     10 million forged, broken and strange updates, callbacks and frames each (n=100000: so many)
# make guided   the same readers, ten minutes each, by what their bytes reach (s=60: so many seconds)
# make audit    what is known of weaknesses in the pinned packages (needs a network)
# make wheels   a folder of wheels from which a machine without a network is furnished
# make lint     the quick checks    make migration m="what changes"    the next database migration
#
# Only Python 3.11 or newer, make and a package index are needed. PYTHON=python3.12 make ... chooses another one.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := bot handlers reminders rules storage
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: run test postgres bench crash soak year fuzz guided audit wheels lint clean migration browser
.DEFAULT_GOAL := run

run: $(VENV)/.run
	$(BIN)/sanbao serve

# On SQLite everything; then on PostgreSQL, from the wheel or, with SANBAO_TEST_DATABASE=postgresql://USER:PASSWORD@HOST/DATABASE,
# on a server whose user may make databases, what stands closest to the database. `make postgres` runs there all that touches one.
ON_POSTGRES := $(patsubst %,tests/test_%.py,postgres_engine many_processes migrations migrate_to outbox dispatch ledger_city \
  ledger_proof erasing anchoring backup web sweep sweeping daily_words two_channels quiet_hours absence accounts albums burden \
  burden_shown channel_policy database machine)

test: $(VENV)/.dev browser lint
	SANBAO_TEST_DATABASE= $(BIN)/python -m pytest -q
	.ci/postgres $(BIN)/python -m pytest -q $(ON_POSTGRES)

postgres: $(VENV)/.dev
	.ci/postgres $(BIN)/python -m pytest -q

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict $(PACKAGES)
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/.bench
	$(BIN)/python -m bench
	$(BIN)/python -m bench.importing
	$(BIN)/python -m bench.history
	$(BIN)/python -m bench.one_line
	$(BIN)/python -m bench.digests
	$(BIN)/python -m bench.pictures
	$(BIN)/python -m bench.sweeps
	$(BIN)/python -m bench.wecom
	$(BIN)/python -m bench.ladders
	$(BIN)/python -m bench.urgent
	$(BIN)/python -m bench.processes
	$(BIN)/python -m bench.ledger_proof

crash: $(VENV)/.dev
	$(BIN)/python -m tests.crash --kills 1000 --messages 100000
	$(BIN)/python -m tests.crash --many --kills 1000 --messages 100000
	$(BIN)/python -m tests.crash.ladders --ladders 1000

soak: $(VENV)/.dev
	$(BIN)/python -m tests.crash.soak --messages 100000
	$(BIN)/python -m tests.crash.soak --messages 100000 --postgres
	$(BIN)/python -m tests.crash.ladders --ladders 1000 --postgres
	$(BIN)/python -m tests.crash.locked --seconds 60
	$(BIN)/python -m tests.crash.locked --seconds 60 --postgres
	SANBAO_LONG_WALK=100000 $(BIN)/python -m pytest -q tests/test_issue_walk.py -k long
	SANBAO_LONG_WALK=10000 .ci/postgres $(BIN)/python -m pytest -q tests/test_issue_walk.py -k long
	SANBAO_LONG_MACHINE=100000 $(BIN)/python -m pytest -q -s tests/test_machine.py -k long
	SANBAO_LONG_MACHINE=100000 .ci/postgres $(BIN)/python -m pytest -q -s tests/test_machine.py -k long
	SANBAO_HOSTILE_TEXTS=10000 $(BIN)/python -m pytest -q tests/test_export.py -k hostile_texts_through

year: $(VENV)/.dev
	$(BIN)/python -m tests.year --sample --seed 2012
	$(BIN)/python -m tests.year --sample --seed 2012 --postgres

fuzz: $(VENV)/.dev
	$(BIN)/python -m tests.telegram_fuzz --count $(or $(n),10000000)
	$(BIN)/python -m tests.wecom_fuzz --count $(or $(n),10000000)

guided: $(VENV)/.fuzz
	$(BIN)/python -m tests.guided_fuzz telegram -max_total_time=$(or $(s),600)
	$(BIN)/python -m tests.guided_fuzz wecom -max_total_time=$(or $(s),600)

# Strict: a package of which nothing could be learnt is a failure, for silence is no good news.
audit: $(VENV)/.audit
	$(BIN)/python -m pip_audit --strict --disable-pip --no-deps --progress-spinner off -r constraints.txt

# The program and all that it needs, as files; docs/operation.md says how they are installed.
wheels: | $(BIN)/python
	rm -rf wheels
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check -c constraints.txt --wheel-dir wheels .
	cp constraints.txt wheels

migration: $(VENV)/.dev
	$(BIN)/python -m storage.migrations.draft "$(m)"
	$(BIN)/ruff format --quiet storage/migrations

clean:
	rm -rf $(VENV) build dist wheels *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp says with which pyproject and constraints its packages were installed last.
$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/.run

$(VENV)/.bench: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e '.[dev,bench]'
	@touch $@ $(VENV)/.run $(VENV)/.dev

$(VENV)/.fuzz: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e '.[dev,fuzz]'
	@touch $@ $(VENV)/.run $(VENV)/.dev

$(VENV)/.audit: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e '.[audit]'
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON): found $$($(PYTHON) --version 2>&1), expected Python 3.11 or newer. Install one and call" \
	       "make again with PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON): found no ensurepip, so no environment can be made. On Debian and Ubuntu:" \
	       "apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# The page is tested in a real browser. Where one cannot be had, its tests are skipped, and that is said loudly.
browser:
	@.ci/browser
