#!/usr/bin/env bash
# Planner, workers and deliveries in worlds that misbehave, as many steps as asked: SEED=7 STEPS=1000000 simulate.sh
# A failure prints the seed of its world; the same SEED repeats it, with STEPS=700 alone.
. "$(dirname "$0")/env.sh"
scripts/setup.sh test
. "$TOOLS/toolchain.env"
export SEED="${SEED:-1}" STEPS="${STEPS:-1000000}"
make_room
exec cargo test --release --package server --package app --package base --features app/testing --lib -- \
  --ignored --exact --nocapture domain::simulation::as_many_steps_as_asked
