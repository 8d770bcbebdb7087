# What there is to do with Frontdesk; `make` alone lists it.
# Needs git, make and any Python 3: ops/bootstrap.py finds or gets the rest.

.DEFAULT_GOAL := help
.PHONY: help run test train check check-backend preview chat tune flagged telegram-webhook bench clean

# The first of these that runs: a name on PATH may be a shim for a version that is not there.
PYTHON := $(shell for python in python3 /usr/bin/python3 /usr/local/bin/python3 python3.14 \
	python3.13 python3.12 python3.11 python3.10 python3.9 python3.8 python; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 6))' >/dev/null 2>&1; \
	then command -v $$python; break; fi; done)
START = @$(if $(PYTHON),exec $(PYTHON) -I ops/bootstrap.py,echo "Frontdesk: no Python 3 was found on PATH. Install one (for example: apt-get install python3) and run make again." >&2; exit 1;)

help:
	@echo "make run     set up, train if anything changed, start everything, say where to go"
	@echo "make test    set up, train one model, run every test      (ARGS=... go to pytest)"
	@echo "make train   train the model if the training data changed"
	@echo "make check   check domain, training data, rules and stories, in plain words"
	@echo "make check-backend URL=... whether a shop's server keeps to the contract, changing nothing"
	@echo "make preview how each channel shows a response, RESPONSE=utter_x [SLOTS='name=value ...']"
	@echo "make chat    talk to the running assistant in the terminal"
	@echo "make flagged the articles that did not help customers"
	@echo "make tune    choose when a message counts as not understood, FILE=labelled messages [WRITE=1]"
	@echo "make telegram-webhook tell Telegram where to deliver; DELETE=1: nowhere"
	@echo "make bench   measure; ARGS=... names another benchmark and what it is to read"
	@echo "make clean   remove everything that was installed, trained or stored"

run:
	$(START) ops.run

test:
	$(START) ops.testing $(ARGS)

train:
	$(START) ops.train

check:
	$(START) ops.check

# URL, ORDER, EMAIL, CUSTOMER, NAME, POSTCODE and SANDBOX reach it as make passes what its command line sets
check-backend:
	$(START) ops.check_backend

preview:
	$(START) ops.preview $(RESPONSE) $(SLOTS)

chat:
	$(START) ops.chat

flagged:
	$(START) ops.flagged $(ARGS)

tune:
	$(START) benchmarks.nlu.tune $(FILE) $(if $(WRITE),--write)

telegram-webhook:
	$(START) ops.telegram_webhook $(if $(DELETE),--delete)

bench:
	$(START) $(or $(ARGS),benchmarks.runtime.compare)

clean:
	@$(if $(PYTHON),$(PYTHON) -I ops/clean.py,rm -rf var models .rasa .venv .tools)
