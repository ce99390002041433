# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

PYTHON ?= python3
VENV := .venv
IMPORTABLE := build/ansible_collections/huaweicloud/dbops/plugins
LOCKED := tests/requirements/locked
INSTALL := pip install --quiet --require-hashes --requirement

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint sanity unit awx faults scale integration docs docs-lint build benchmark mutation lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo 'One test, after make setup:  $(VENV)/bin/pytest tests/unit/PATH::TEST'

setup: $(VENV)/dev $(IMPORTABLE) ## Make the development environment, .venv

demo: $(VENV)/demo ## Run a playbook twice against the embedded cloud: it changes things once
	@$(VENV)/bin/python -m tests.tools.demo

test: setup ## Run everything, with a summary at the end
	@$(VENV)/bin/python -m tests.tools.gates

lint: setup ## Check style and types
	@$(VENV)/bin/nox --tags lint

sanity: setup ## Run ansible-test sanity on the oldest and the newest ansible-core
	@$(VENV)/bin/nox --tags sanity

unit: setup ## Run the unit tests, those of the embedded cloud too
	@$(VENV)/bin/nox --tags unit

awx: setup ## Check the files for AWX, and run the playbooks as AWX does
	@$(VENV)/bin/nox --tags awx

faults: setup ## Run the modules against an embedded cloud that misbehaves
	@$(VENV)/bin/nox --tags faults

scale: setup ## Count what the modules cost when there is a lot of everything
	@$(VENV)/bin/nox --tags scale

integration: setup ## Run the integration targets on the oldest and the newest ansible-core
	@$(VENV)/bin/nox --tags integration

docs: setup ## Build the documentation as a site, in build/site
	@$(VENV)/bin/nox --tags site

docs-lint: setup ## Check the documentation and the changelog
	@$(VENV)/bin/nox --tags docs

build: setup ## Build the artifact for Galaxy, in build/artifact
	@rm -rf build/artifact
	@$(VENV)/bin/python -m tests.tools.artifact build/artifact

benchmark: setup ## Measure what tasks cost, and write docs/performance.md
	@$(VENV)/bin/$(INSTALL) $(LOCKED)/benchmark.txt
	@$(VENV)/bin/python -m tests.benchmark

mutation: setup ## Break the code in many ways, and name the breakages that no unit test notices
	@$(VENV)/bin/$(INSTALL) $(LOCKED)/mutation.txt
	@$(VENV)/bin/nox --session mutation

lock: ## Pin anew what the tests install, after a change in tests/requirements; all of it with UPGRADE=--upgrade
	@$(PYTHON) -m venv build/lock
	@build/lock/bin/$(INSTALL) $(LOCKED)/lock.txt
	@PATH="$(CURDIR)/build/lock/bin:$$PATH" build/lock/bin/python -m tests.tools.locks $(UPGRADE)

clean: ## Remove everything that the targets above made
	rm -rf $(VENV) .nox build tests/output .coverage .*_cache .hypothesis

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo: $(LOCKED)/demo.txt | $(VENV)/bin/pip
	$(VENV)/bin/$(INSTALL) $<
	@touch $@

$(VENV)/dev: $(LOCKED)/dev.txt $(VENV)/demo
	$(VENV)/bin/$(INSTALL) $<
	@touch $@

# Imports, and so pytest and mypy, see the plugins under the name that they have in a playbook.
$(IMPORTABLE):
	mkdir -p $(@D)
	ln -s ../../../../plugins $@
