# The entry point for developers: `make` lists what there is.
# PYTHON=/path/to/python3.13 picks the interpreter the environments are made with.

PYTHON ?= python3
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

RUN := .venv/.made
TEST := .venv-test/.made
ENGINE := .venv-engine/.made
LINT := .venv-lint/.made
CHECKOV := .venv-checkov/.made
LAYER := build/layer/.made
UV := .venv-uv/.made
# `make deploy`: the stage, its section of samconfig.toml, its stack, and what is always given.
STAGE ?= dev
CONFIGURATION = $(if $(filter prod,$(STAGE)),prod,default)
STACK = $(if $(filter prod,$(STAGE)),earshot,earshot-dev)
DEPLOYED = $(if $(filter prod,$(STAGE)),Stage=prod Canary=true,Stage=dev) $(PARAMETERS)
# A table that a restore retired must not be used again: a RestoredTable that is given is checked first.
RESTORED = $(patsubst RestoredTable=%,%,$(filter RestoredTable=%,$(subst ",,$(subst \",,$(PARAMETERS)))))
ENVIRONMENT := @PYTHON='$(PYTHON)' requirements/environments.sh

help:  ## list what there is
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | awk -F ':.*  ## ' '{printf "  make %-11s %s\n", $$1, $$2}'

run: build  ## run the whole stack on this machine; EARSHOT_PORT (8080), EARSHOT_CRM_URL and EARSHOT_HOSTS are read
	@exec .venv/bin/python -m earshot_cli.local

test: build $(TEST)  ## run every test, from unit to the deployed stack; ARGS="-k nps" narrows it down
	.venv-test/bin/python -m tests $(ARGS)

lint: $(TEST) $(LINT) $(CHECKOV)  ## check style, types and the template
	.venv-lint/bin/ruff check .
	.venv-lint/bin/ruff format --check .
	.venv-lint/bin/mypy --python-executable .venv-test/bin/python
	.venv-lint/bin/cfn-lint --non-zero-exit-code informational --include-checks I3011 -- template.yaml
	@mkdir -p build/lint && .venv-test/bin/python -m tests.translated_template build/lint/template.json
	.venv-checkov/bin/checkov --config-file requirements/checkov.yaml --file build/lint/template.json

fmt: $(LINT)  ## format the code and fix what the linter can
	.venv-lint/bin/ruff check --fix --quiet . || true
	.venv-lint/bin/ruff format .

bench: build $(TEST)  ## measure what benchmarks/README.md claims
	.venv-test/bin/python -m benchmarks $(ARGS)

price: $(TEST)  ## show what a month costs on AWS; ARGS="--responses 100000 --mails 500000 --page-views 2000000"
	@.venv-test/bin/python -m benchmarks.price $(ARGS)

fuzz: build $(TEST)  ## test the deployed API with random requests by schemathesis; ARGS="--max-time 600 --seed 3"
	.venv-test/bin/python -m tests.e2e.fuzz $(ARGS)

openapi: $(TEST)  ## write functions/serve_openapi/openapi.json, the API's description, from the code
	@.venv-test/bin/python -m earshot_cli.openapi

asyncapi: $(TEST)  ## write docs/asyncapi.json, the description of the events, from their schemas and samples
	@.venv-test/bin/python -m earshot_cli.asyncapi

longrun: build $(TEST)  ## invite 10,000 simulated people for 60 days while everything fails; ARGS="--people 500 --seed 2"
	.venv-test/bin/python -m benchmarks.longrun $(ARGS)

axe: $(TEST)  ## look at every page of the console in all 24 combinations of width, scheme, direction and colors
	EARSHOT_AXE=every .venv-test/bin/python -m pytest -q tests/browser/test_console_pages.py -k "accessibility or nothing_to_say"

screenshots: build $(TEST)  ## take the README's pictures again from the running product
	.venv-test/bin/python -m tests.e2e.screenshots

deploy: build $(LINT)  ## build and deploy to AWS: STAGE=prod PARAMETERS="MailFrom=…"; it shows the changes and asks first
	$(if $(filter RestoredTable=%,$(PARAMETERS)),.venv/bin/earshot restore --check $(RESTORED) --stack $(STACK))
	.venv-lint/bin/sam build
	.venv-lint/bin/sam deploy --config-env $(CONFIGURATION) --parameter-overrides $(DEPLOYED)
	.venv/bin/earshot doctor --stack $(STACK)

widget: $(TEST)  ## build the widget from web/widget
	.venv-test/bin/python -m web.build

build: $(RUN) $(ENGINE) $(LAYER)  ## make what `make run` needs: its two environments and the layer

clean:  ## delete the local stack's state and all builds
	@$(call stopped,"$${EARSHOT_LOCAL_DIR:-.local}/lock")
	rm -rf build .aws-sam "$${EARSHOT_LOCAL_DIR:-.local}"
	find . -path './.venv*' -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

lock: $(UV)  ## update the hash-locked requirements
	@$(call locked,layer,layers/core/python/requirements.txt)
	@$(call locked,engine,requirements/engine.txt)
	@$(call locked,dev,requirements/dev.txt)
	@$(call locked,run,requirements/run.txt,--constraint requirements/dev.txt)
	@$(call locked,lint,requirements/lint.txt)
	@$(call locked,checkov,requirements/checkov.txt)
	@$(call locked,uv,requirements/uv.txt)

# An environment is made again when its lock changes, so nothing of the old one is left behind.
$(UV): requirements/uv.txt
	$(ENVIRONMENT) uv
	@touch $@

$(RUN): requirements/run.txt pyproject.toml $(UV)
	$(ENVIRONMENT) project "The command and the local stack" .venv $<
	@touch $@

$(TEST): requirements/dev.txt pyproject.toml $(UV)
	$(ENVIRONMENT) project "The tests" .venv-test $<
	@touch $@

$(ENGINE): requirements/engine.txt $(UV)
	$(ENVIRONMENT) venv "The local engine" .venv-engine $<
	@touch $@

$(LINT): requirements/lint.txt $(UV)
	$(ENVIRONMENT) venv "The linters" .venv-lint $<
	@touch $@

$(CHECKOV): requirements/checkov.txt $(UV)
	$(ENVIRONMENT) venv "The scanner" .venv-checkov $<
	@touch $@

$(LAYER): layers/core/python/requirements.txt $(UV)
	$(ENVIRONMENT) layer "The layer" build/layer/python $<
	@touch $@

# stopped LOCK: refuses to go on while a stack holds the lock; without any Python there is none.
define stopped
	if [ -e $(1) ] && command -v $(PYTHON) >/dev/null; then \
	  $(PYTHON) -c 'import fcntl, sys; fcntl.flock(open(sys.argv[1], "a"), fcntl.LOCK_EX | fcntl.LOCK_NB)' $(1) 2>/dev/null || \
	    { echo "Earshot is running here; stop it first." >&2; exit 1; }; \
	fi
endef

# locked NAME, FILE, OPTIONS: the newest versions of what NAME.in asks for, with their hashes, for any Python we support.
define locked
	echo "$(2)"; { echo "# Written by \`make lock\` from requirements/$(1).in; not edited by hand." && \
	  .venv-uv/bin/uv pip compile --quiet --system-certs --universal --generate-hashes --python-version 3.11 \
	    --no-header --no-annotate --no-emit-index-url --no-emit-find-links $(3) requirements/$(1).in; \
	} > $(2).new && mv $(2).new $(2)
endef

.PHONY: help run test lint fmt bench price fuzz openapi asyncapi longrun axe screenshots deploy widget build clean lock
