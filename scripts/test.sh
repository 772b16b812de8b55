#!/usr/bin/env bash
# Every test, level by level. Usage: test.sh [all|rules|http|stories] [arguments for Playwright]
# Whatever it starts is private (own folders, free ports) and gone afterwards.
. "$(dirname "$0")/env.sh"
what="${1:-all}"
[ $# -eq 0 ] || shift
case "$what" in all|rules|http|stories) ;; *) echo "Usage: test.sh [all|rules|http|stories]" >&2; exit 2 ;; esac

scripts/setup.sh test
. "$TOOLS/toolchain.env"

# `server` is always among the packages built: cargo then picks the same features for every
# dependency as it does for the program, and builds each of them once. Our own crates are built once more for the
# tests; not optimised, that takes half the time, and what is busy at run time is a dependency.
programs() {
  make_room
  cargo test --release --config profile.release.package.app.opt-level=0 --config profile.release.package.base.opt-level=0 --config profile.release.package.server.opt-level=0 \
    --package server --package app --package base --features app/testing "$@"
}

# Side by side: the last step of the pages is minutes of one core.
build() {
  local pages said="$CARGO_TARGET_DIR/site.log"
  scripts/build.sh site > "$said" 2>&1 & pages=$!
  programs --no-run || { wait "$pages" || true; return 1; }
  wait "$pages" || { cat "$said"; return 1; }
}

# Every commit of a test waits for its disk, and nothing of it outlives the test: its files are in memory, where there is
# room.
in_memory() {
  local memory=/dev/shm room
  room="$(df --output=avail -k "$memory" 2>/dev/null | tail -n 1)" || room=0
  if [ "$room" -lt 8000000 ] || findmnt -n -o OPTIONS --target "$memory" | grep -q noexec; then "$@"; return; fi
  TMPDIR="$memory" "$@"
}

stories() { (cd end2end && node_modules/.bin/playwright test "$@"); }

wants() { [ "$what" = all ] || [ "$what" = "$1" ]; }

trap 'exit 130' INT TERM
if wants rules || wants http; then
  variables="$(scripts/postgres.sh start)"
  eval "$variables"
  trap 'scripts/postgres.sh stop "$TEST_POSTGRES_DIR"' EXIT
  export LEPTOS_SITE_ROOT="$SITE"
fi
if wants rules || wants http; then
  # Tests that start the program need its pages.
  stage "Build: pages and tests" build
  stage "Test: rules, services on SQLite and PostgreSQL, HTTP, command line" in_memory programs
fi
if wants stories; then
  if [ "$what" = all ]; then
    # The program that the tests above have started: the optimised one takes as long again to compile and is hardly
    # faster in the hands of one person.
    export AUTOREPORT_BINARY="$CARGO_TARGET_DIR/bin/autoreport-of-tests"
    mkdir -p "$CARGO_TARGET_DIR/bin"
    cp "$CARGO_TARGET_DIR/release/autoreport" "$AUTOREPORT_BINARY"
  else
    scripts/build.sh
  fi
  stage "Test: stories in Chromium" in_memory stories "$@"
fi
