# The one door for developers: `make` lists what there is.
# PYTHON=/path/to/python3.13 picks the interpreter the environments are made with.

PYTHON ?= python3
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PIP := -m pip --disable-pip-version-check --quiet
# The locks are complete, so nothing is resolved again.
INSTALL := $(PIP) install --require-hashes --no-deps --only-binary :all:
DEV := .venv/.made
ENGINE := .venv-engine/.made
LINT := .venv-lint/.made
LAYER := build/layer/.made

help:  ## list what there is
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | awk -F ':.*  ## ' '{printf "  make %-8s %s\n", $$1, $$2}'

run: build  ## run the whole stack on this machine; EARSHOT_PORT (8080), EARSHOT_CRM_URL and EARSHOT_HOSTS are heard
	@exec .venv/bin/python -m earshot_cli.local

test: build  ## run every test, from unit to the deployed stack; ARGS="-k nps" narrows it down
	.venv/bin/python -m tests $(ARGS)

lint: $(DEV) $(LINT)  ## check style, types and the template
	.venv-lint/bin/ruff check .
	.venv-lint/bin/ruff format --check .
	.venv-lint/bin/mypy --python-executable .venv/bin/python
	.venv-lint/bin/cfn-lint --non-zero-exit-code warning template.yaml

fmt: $(LINT)  ## format the code and mend what the linter can
	.venv-lint/bin/ruff check --fix --quiet . || true
	.venv-lint/bin/ruff format .

bench: build  ## measure what benchmarks/README.md claims
	.venv/bin/python -m benchmarks $(ARGS)

fuzz: build  ## try the deployed API long and by chance with schemathesis; ARGS="--max-time 600 --seed 3"
	.venv/bin/python -m tests.e2e.fuzz $(ARGS)

openapi: $(DEV)  ## write functions/serve_openapi/openapi.json anew, the API's description, out of the code
	@.venv/bin/python -m earshot_cli.describing

longrun: build  ## let 10,000 simulated people be asked for 60 days while everything breaks; ARGS="--people 500 --seed 2"
	.venv/bin/python -m benchmarks.longrun $(ARGS)

widget: $(DEV)  ## build the widget from web/widget
	.venv/bin/python -m web.build

build: $(DEV) $(ENGINE) $(LAYER)  ## make the environments and the layer

clean:  ## forget the local stack's state and what was built
	@$(call stopped,"$${EARSHOT_LOCAL_DIR:-.local}/lock")
	rm -rf build .aws-sam "$${EARSHOT_LOCAL_DIR:-.local}"
	find . -path './.venv*' -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

lock: $(LINT)  ## bring the hash-locked requirements up to date
	@$(call locked,layer,layers/core/python/requirements.txt)
	@$(call locked,engine,requirements/engine.txt)
	@$(call locked,dev,requirements/dev.txt)
	@$(call locked,lint,requirements/lint.txt)

# An environment is made anew when its lock changes, so nothing of the old one is left behind.
$(DEV): requirements/dev.txt pyproject.toml
	@$(call environment,.venv,The project and its tests)
	@.venv/bin/python $(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(ENGINE): requirements/engine.txt
	@$(call environment,.venv-engine,The local engine)
	@touch $@

$(LINT): requirements/lint.txt
	@$(call environment,.venv-lint,The linters)
	@touch $@

$(LAYER): layers/core/python/requirements.txt $(DEV)
	@echo "The layer: build/layer" && rm -rf build/layer
	@.venv/bin/python $(INSTALL) --no-compile --target build/layer/python -r $<
	@touch $@

# environment FOLDER, NAME: a bare environment with exactly what the lock file of the target lists.
define environment
	command -v $(PYTHON) >/dev/null || { echo "Earshot needs Python 3.11 or newer, and $(PYTHON) was not found." >&2; exit 1; }; \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Earshot needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1); name another one: make PYTHON=python3.13" >&2; exit 1; }; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "This Python cannot make virtual environments; install its venv module (Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }; \
	echo "$(2): $(1)" && rm -rf $(1) && $(PYTHON) -m venv $(1) && $(1)/bin/python $(INSTALL) -r $<
endef

# stopped LOCK: refuses to go on while a stack holds the lock; without any Python there is none.
define stopped
	if [ -e $(1) ] && command -v $(PYTHON) >/dev/null; then \
	  $(PYTHON) -c 'import fcntl, sys; fcntl.flock(open(sys.argv[1], "a"), fcntl.LOCK_EX | fcntl.LOCK_NB)' $(1) 2>/dev/null || \
	    { echo "Earshot is running here; stop it first." >&2; exit 1; }; \
	fi
endef

# locked NAME, FILE: the newest versions of what NAME.in asks for, with their hashes, for any Python we support.
define locked
	echo "$(2)"; { echo "# Written by \`make lock\` from requirements/$(1).in; not edited by hand." && \
	  .venv-lint/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	    --no-header --no-annotate --no-emit-index-url --no-emit-find-links requirements/$(1).in; \
	} > $(2).new && mv $(2).new $(2)
endef

.PHONY: help run test lint fmt bench fuzz openapi longrun widget build clean lock
