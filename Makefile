# make run    the shop, its worker and the simulated providers; Ctrl-C stops them
# make test   the tests, on SQLite, PostgreSQL and Redis (ARGS="-k links" goes to pytest)
# make check  lint, format and types
# make demo   a broadcast from end to end, without screens (RECIPIENTS=1000 DATABASE=postgresql SEED=1)
# make faults broadcasts under fire: workers, Redis, database, providers killed and lied to; about half an hour
#             (SEEDS=50 MESSAGES=1000 LARGE=20000; SEED=17 plays one of them again, FROM=17 goes on with it)
# make bench  how fast it is: six figures, each against a limit measured in the same run (SIZE=20000 for a quick look)
# make fmt    format the code
# make messages  collect the texts for people, compile their Russian (smsadmin/translations)
# make lock   write the lock files anew
#
# Keeps to GNU make 3.81, which macOS has. The first target of the day makes .venv and installs what is locked.

PYTHON ?= python3
ARGS ?=
RECIPIENTS ?= 1000
DATABASE ?= postgresql
SEED ?= 1
SIZE ?=
SEEDS ?= 50
MESSAGES ?= 1000
LARGE ?= 20000
FROM ?= 1
LANES ?= 3
export PYTHON RECIPIENTS DATABASE SEED SIZE SEEDS MESSAGES LARGE FROM LANES

# `python -m` throughout: the programs in .venv/bin do not start from a very long path.
IN_VENV = .venv/bin/python -m

# The texts of all screens: English in the code, Russian in the catalogue.
TEXTS = smsadmin/translations/smsadmin.pot
RUSSIAN = smsadmin/translations/ru/LC_MESSAGES/smsadmin
BABEL = $(IN_VENV) babel.messages.frontend -q

.PHONY: run test check demo faults bench fmt messages lock packages packages-dev

run: packages
	@$(IN_VENV) smsadmin.standalone.run

test: packages-dev
	@$(IN_VENV) pytest --numprocesses 2 --dist loadfile $(ARGS)

check: packages-dev
	@$(IN_VENV) ruff check .
	@$(IN_VENV) ruff format --check .
	@$(IN_VENV) mypy smsadmin shortlinks wsgi.py worker.py tests faults bench

demo: packages-dev
	@$(IN_VENV) smsadmin.standalone.demo

# A SEED that nobody has set is the default of `make demo`: then it is all of them.
faults: packages-dev
	@SEED="$(if $(filter file,$(origin SEED)),,$(SEED))" $(IN_VENV) faults

bench: packages-dev
	@$(IN_VENV) bench.prepare
	@$(IN_VENV) bench.send
	@$(IN_VENV) bench.receipts
	@$(IN_VENV) bench.statistics
	@$(IN_VENV) bench.redirect
	@$(IN_VENV) bench.codes

fmt: packages-dev
	@$(IN_VENV) ruff check --fix .
	@$(IN_VENV) ruff format .

# No lines, dates or guesses in the catalogues: they change only when a text does.
messages: packages-dev
	@$(BABEL) extract -F scripts/babel.cfg -k lazy -k lazy_pgettext:1c,2 --add-location=file --omit-header -w 110 -o $(TEXTS) smsadmin
	@$(BABEL) update -N --ignore-obsolete --ignore-pot-creation-date -w 110 -l ru -i $(TEXTS) -o $(RUSSIAN).po
	@$(BABEL) compile -l ru -i $(RUSSIAN).po -o $(RUSSIAN).mo

lock:
	@sh scripts/lock.sh

packages:
	@sh scripts/install.sh requirements.lock

packages-dev:
	@sh scripts/install.sh requirements-dev.lock
