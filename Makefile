# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

# What is run, and how, stands in noxfile.py.
.DEFAULT_GOAL := help
.PHONY: help test lint types unit sanity integration galaxy bench demo clean

BUILD := .build
BOOTSTRAP := tests/toolchain/bootstrap.sh
NOX = $(BOOTSTRAP) venv $(BUILD)/nox-venv && $(BUILD)/nox-venv/bin/python -m nox --sessions
# The ansible-core that unit, sanity and integration run on: newest or oldest.
CORE ?= newest
TARGET ?=
# Options of tests/benchmark, for example BENCH="--rounds 1 --most 2"; the report is then written to .build/benchmark.
BENCH ?=

help:  ## Show this
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /\1\t/' | expand -t 14

test:  ## Everything, on the oldest and the newest ansible-core (QUICK=1: the inner loop)
	@$(BOOTSTRAP) venv $(BUILD)/nox-venv
	@$(BUILD)/nox-venv/bin/python tests/toolchain $(if $(QUICK),quick)

lint:  ## ruff, yamllint, ansible-lint, reuse, changelog, documentation
	@$(NOX) lint

types:  ## mypy
	@$(NOX) types

unit:  ## Unit tests (CORE=oldest for the other ansible-core)
	@$(NOX) $(CORE) -- units

sanity:  ## All sanity tests (CORE=oldest for the other ansible-core)
	@$(NOX) $(CORE) -- sanity

integration:  ## Integration tests: all, or TARGET="one another" (CORE=oldest for the other ansible-core)
	@$(NOX) $(CORE) -- integration $(TARGET)

bench:  ## Measure the collection and its peers in alternation on an idle machine (20 minutes)
	@$(NOX) bench -- $(BENCH)

galaxy:  ## Build the artefact and import it as Galaxy would
	@$(NOX) galaxy

demo:  ## Five simulated vCenters and an example plug-in, from nothing to a rotated certificate
	@python=$$($(BOOTSTRAP) find) && "$$python" examples/demo.py

clean:  ## Remove everything that was built, downloaded or logged
	rm -rf $(BUILD)
