# Every target is one script or one cargo command; the scripts say more with their first lines.
.DEFAULT_GOAL := help
.PHONY: help run release test check bench openapi contract clients drill migration samples demo-chinook demo-pipeline tools guides fmt

export PATH := $(CURDIR)/.tools/bin:$(PATH)
comma := ,
TARGET = $(or $(CARGO_TARGET_DIR),./target)

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: ## build what is soon there and serve the demo, ./data/peyvand.db unless ARGS says otherwise
	cargo build --locked -p peyvand
	$(TARGET)/debug/peyvand serve --demo $(ARGS)

release: ## build the program for use in earnest: target/release/peyvand
	cargo build --locked --release -p peyvand

test: ## all tests on SQLite and PostgreSQL; ARGS="name" picks some
	@scripts/test $(ARGS)

check: ## format, lints, layers, file lengths, contract drift, licences and vulnerabilities
	@scripts/check

bench: ## measure beside the limits; ALL=1 for 10 000 to 1 000 000 customers, ARGS="--work W1,W3" for some
	cargo build --locked --release -p peyvand -p peyvand-tests --bin peyvand --bin bench
	BENCH_POCKETBASE="$$(scripts/pocketbase)" scripts/with-postgres --durable $(TARGET)/release/bench $(if $(ALL),--sizes 10000$(comma)100000$(comma)1000000) $(ARGS)

openapi: ## write openapi.yaml from the routes
	@scripts/openapi write

contract: ## independent tools judge the contract and a running server
	@scripts/contract

clients: ## generate, compile and try the TypeScript and Python clients
	@scripts/contract clients

drill: ## the fault drills in full (make test runs a few rounds of each); ARGS="-E 'test(kill)'" picks some
	cargo build --locked -p peyvand
	cargo build --locked --workspace --bin peyvand-test-s3
	PEYVAND_DRILL_ROUNDS=$(or $(ROUNDS),full) scripts/with-postgres cargo nextest run --profile drill --locked -p peyvand-tests --no-capture $(or $(ARGS),-E 'test(/drill_/)')

migration: ## an empty migration for both databases: make migration NAME=add_something
	@scripts/migration "$(NAME)"

samples: ## take the sample files in SAMPLES through the import, against a fresh server
	@scripts/samples

demo-chinook: ## take the invoices of the Chinook shop in SAMPLES in over the API; PEYVAND_URL and PEYVAND_TOKEN say where to
	@scripts/demo-chinook

demo-pipeline: ## take a whole sales pipeline in over the API; PEYVAND_URL, PEYVAND_TOKEN and SAMPLES say where, as whom and what
	@scripts/demo-pipeline

guides: ## do what the guides say: paste their blocks, add a record by the letter
	@scripts/walk
	@scripts/try-guide

tools: ## install the contract checkers into .tools
	@scripts/tools

fmt: ## format the code
	cargo fmt --all
