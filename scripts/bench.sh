#!/usr/bin/env bash
# Measures the optimised binary over real HTTP, SMTP and both databases. Fails when something does not work, not when it is slow.
. "$(dirname "$0")/env.sh"
scripts/setup.sh test
. "$TOOLS/toolchain.env"
scripts/build.sh
# Rules alone: the next run of any expression within 20 microseconds, four charts of 5,000 tasks within 40 milliseconds.
cargo test --release --package server --package app --features app/testing --lib how_long_ -- --ignored --nocapture --test-threads 1
# With fsync on: the figures are those of a database that keeps its promises.
export PGOPTIONS_DURABLE=1 BENCH_FILE="$ROOT/target/bench.json"
exec scripts/postgres.sh with end2end/node_modules/.bin/playwright test --config end2end/bench/bench.config.ts "$@"
