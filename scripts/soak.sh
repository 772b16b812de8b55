#!/usr/bin/env bash
# The tests that take minutes: the walk through two years in every zone, the simulation at length, figures of rules, and
# the program killed two hundred times on each database. SEED repeats what a failure prints.
. "$(dirname "$0")/env.sh"
scripts/setup.sh test
. "$TOOLS/toolchain.env"
export SEED="${SEED:-$RANDOM}" STEPS="${STEPS:-5000000}"
make_room
export LEPTOS_SITE_ROOT="$SITE"
# The program that is killed needs its pages.
scripts/build.sh site
exec scripts/postgres.sh with cargo test --release --package server --package app --package base --features app/testing --lib --test it \
  -- --ignored --nocapture
