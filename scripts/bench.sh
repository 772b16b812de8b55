#!/usr/bin/env bash
# Measures the optimised binary over real HTTP, SMTP and both databases. Fails when something does not work, not when it is slow.
. "$(dirname "$0")/env.sh"
scripts/setup.sh test
. "$TOOLS/toolchain.env"
scripts/build.sh
# Rules alone, without a server: 0-rules.bench.ts has this program measure them.
cargo test --release --package server --package app --features app/testing --lib --no-run
# With fsync on: the figures are those of a database that keeps its promises.
export PGOPTIONS_DURABLE=1 BENCH_FILE="$ROOT/target/bench.json"
exec scripts/postgres.sh with end2end/node_modules/.bin/playwright test --config end2end/bench/bench.config.ts "$@"
