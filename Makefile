.DEFAULT_GOAL := help
.PHONY: help build run dev test e2e soak simulate check bench image

help: ## This list
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{ printf "  make %-8s %s\n", $$1, $$2 }'

run: ## Install what is missing, build, start at http://127.0.0.1:3000
	@scripts/run.sh

build: ## Install what is missing, build
	@scripts/setup.sh run && scripts/build.sh

dev: ## The same, and build again on every change
	@scripts/dev.sh

test: ## Every test: rules, services on SQLite and PostgreSQL, HTTP, stories in Chromium
	@scripts/test.sh

e2e: ## Only the stories in Chromium
	@scripts/test.sh stories

soak: ## The tests that take minutes: every time zone, long simulations, hundreds of kills
	@scripts/soak.sh

simulate: ## Planner and workers in worlds that misbehave: make simulate SEED=7 STEPS=1000000
	@SEED="$(SEED)" STEPS="$(STEPS)" scripts/simulate.sh

check: ## Formatting, lints for the server and for WebAssembly, licences, documentation
	@scripts/check.sh

bench: ## Measure; figures also in target/bench.json
	@scripts/bench.sh

image: ## Build the container image
	@scripts/image.sh
