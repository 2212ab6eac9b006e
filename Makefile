# make run    the shop, its worker and the simulated providers; Ctrl-C stops them
# make test   the tests, on SQLite, PostgreSQL and Redis (ARGS="-k links" goes to pytest)
# make check  lint, format and types
# make demo   a broadcast from end to end, without screens (RECIPIENTS=1000 DATABASE=postgresql SEED=1)
# make fmt    format the code
# make lock   write the lock files anew
#
# Keeps to GNU make 3.81, which macOS has. The first target of the day makes .venv and installs what is locked.

PYTHON ?= python3
ARGS ?=
RECIPIENTS ?= 1000
DATABASE ?= postgresql
SEED ?= 1
export PYTHON RECIPIENTS DATABASE SEED

# `python -m` throughout: the programs in .venv/bin do not start from a very long path.
IN_VENV = .venv/bin/python -m

.PHONY: run test check demo fmt lock packages packages-dev

run: packages
	@$(IN_VENV) smsadmin.standalone.run

test: packages-dev
	@$(IN_VENV) pytest $(ARGS)

check: packages-dev
	@$(IN_VENV) ruff check .
	@$(IN_VENV) ruff format --check .
	@$(IN_VENV) mypy smsadmin shortlinks wsgi.py worker.py tests

demo: packages-dev
	@$(IN_VENV) smsadmin.standalone.demo

fmt: packages-dev
	@$(IN_VENV) ruff check --fix .
	@$(IN_VENV) ruff format .

lock:
	@sh scripts/lock.sh

packages:
	@sh scripts/install.sh requirements.lock

packages-dev:
	@sh scripts/install.sh requirements-dev.lock
