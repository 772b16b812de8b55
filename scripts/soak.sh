#!/usr/bin/env bash
# The tests that take minutes: the walk through two years in every zone, the simulation at length, figures of rules.
. "$(dirname "$0")/env.sh"
scripts/setup.sh test
. "$TOOLS/toolchain.env"
export SEED="${SEED:-$RANDOM}" STEPS="${STEPS:-5000000}"
make_room
exec cargo test --release --package server --package app --features app/testing --lib -- --ignored --nocapture
