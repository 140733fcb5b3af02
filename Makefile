# What a person does with this repository. `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.SHELLFLAGS := -eu -o pipefail -c
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

LISTEN ?= 127.0.0.1:8080
DATA ?= .aracari
APP ?= examples/flights

.PHONY: help run test test-rust test-web test-browser bench lint fmt client server schemas screenshots

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | while IFS='|' read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

run: ## Build everything and serve the demo at http://127.0.0.1:8080
	@bash scripts/run.sh "$(LISTEN)" "$(DATA)" "$(APP)"

test: ## Run all tests: Rust, client, browser
	@bash scripts/test.sh

test-rust: ## Run the Rust tests only
	@bash scripts/test.sh rust

test-web: ## Run the client's unit tests only
	@bash scripts/test.sh web

test-browser: ## Run the browser tests only
	@bash scripts/test.sh browser

client: ## Build the client's static files into web/client/dist
	@bash scripts/client.sh

server: client ## Build the binary target/debug/aracari
	@cargo build --workspace

bench: ## Measure speed, memory and sizes; writes bench/README.md's table to the screen
	@bash bench/run.sh

lint: ## Clippy, formatting, licences and advisories, client types
	@bash scripts/lint.sh

fmt: ## Format Rust and client sources
	@cargo fmt --all
	@cd web && npx prettier --write --log-level warn 'packages/*/src/**/*.{ts,svelte,css}' 'client/src/**/*.{ts,svelte,css}'
	@cd web && npx prettier --write --log-level warn --config .prettierrc.json '../e2e/**/*.ts'

schemas: ## Write the JSON Schemas beside the examples again
	@for kind in app dataset filter view chapter story dashboard; do "$${CARGO_TARGET_DIR:-target}/debug/aracari" schema $$kind > examples/schemas/$$kind.json; done

screenshots: ## Take the pictures of docs/ again
	@bash scripts/screenshots.sh
