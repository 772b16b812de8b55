#!/usr/bin/env bash
# Builds quickly instead of small, starts the server on data/, and does both again on every change. Ctrl-C ends it.
. "$(dirname "$0")/env.sh"
scripts/setup.sh run
. "$TOOLS/toolchain.env"
export TOOLS CARGO_TARGET_DIR
exec node scripts/dev.mjs
