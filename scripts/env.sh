# Sourced by every script: where things are, which compiler builds them, and how a stage announces itself.
set -euo pipefail
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$ROOT"

# On a build server each clone is new: keep what was compiled outside it, or every run starts from nothing.
if [ -z "${CARGO_TARGET_DIR:-}" ] && [ -n "${CI:-}" ]; then
  CARGO_TARGET_DIR="${XDG_CACHE_HOME:-$HOME/.cache}/autoreport/target"
fi
CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$ROOT/target}"
case "$CARGO_TARGET_DIR" in /*) ;; *) CARGO_TARGET_DIR="$ROOT/$CARGO_TARGET_DIR" ;; esac
export CARGO_TARGET_DIR
mkdir -p "$CARGO_TARGET_DIR"

TOOLS="$CARGO_TARGET_DIR/tools"
SITE="$CARGO_TARGET_DIR/site"
# Not target/release/autoreport: `cargo test` puts a binary with test helpers in that place.
BINARY="$CARGO_TARGET_DIR/bin/autoreport"
RUST_NEEDED=96 # Rust 1.96, the version the project is built and tested with

# What scripts/toolchain.sh found or installed. Its folder goes first on PATH.
if [ -f "$TOOLS/toolchain.env" ]; then . "$TOOLS/toolchain.env"; fi

if [ -t 1 ]; then BOLD=$'\033[1m' RED=$'\033[1;31m' PLAIN=$'\033[0m'; else BOLD='' RED='' PLAIN=''; fi

STAGE=""
set -E
trap 'if [ -n "$STAGE" ]; then printf "%s✗ %s failed%s\n" "$RED" "$STAGE" "$PLAIN" >&2; STAGE=""; fi' ERR

# stage NAME COMMAND...: runs the command, then prints the name and the seconds it took.
stage() {
  local name="$1" begin end
  shift
  begin=$(date +%s%N)
  STAGE="$name"
  # Not `"$@" || …`: bash would then go on after a failing line inside the command.
  "$@"
  STAGE=""
  end=$(date +%s%N)
  printf '%s✓ %-50s %6s s%s\n' "$BOLD" "$name" "$(awk "BEGIN { printf \"%.1f\", ($end - $begin) / 1e9 }")" "$PLAIN"
}

# fingerprint PATH...: one hash over the names and contents of all files under the paths.
fingerprint() {
  find "$@" -type f -not -path '*/node_modules/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-64
}

# up_to_date STAMP FINGERPRINT FILE...: true when the stamp holds the fingerprint and the files exist.
up_to_date() {
  local stamp="$1" wanted="$2" file
  shift 2
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] || return 1
  for file in "$@"; do [ -e "$file" ] || return 1; done
}

# make_room: cargo never removes what it built for another folder, other flags or an older tree, and our own crates are
# gigabytes a piece. When the disk runs short, what was last written longest ago goes first; only ours, so that the
# dependencies need not be built again.
make_room() {
  local needed=20 minutes free
  for minutes in 1440 240 60; do
    free="$(df --output=avail --block-size=1G "$CARGO_TARGET_DIR" | tail -1)"
    [ "$free" -lt "$needed" ] || return 0
    echo "Only $free GB free: removing what was compiled more than $minutes minutes ago."
    find "$CARGO_TARGET_DIR" -mindepth 3 -maxdepth 5 -mmin "+$minutes" \
      \( -path '*/deps/*' -o -path '*/incremental/*' \) \
      \( -name 'app-*' -o -name 'libapp-*' -o -name 'base-*' -o -name 'libbase-*' -o -name 'server-*' -o -name 'libserver-*' \
      -o -name 'autoreport-*' -o -name 'it-*' -o -name 'it_*' -o -name 'client-*' -o -name 'migration-*' -o -name 'libmigration-*' \) \
      -prune -exec rm -rf {} +
  done
  free="$(df --output=avail --block-size=1G "$CARGO_TARGET_DIR" | tail -1)"
  [ "$free" -ge "$needed" ] || echo "Only $free GB free in $CARGO_TARGET_DIR; a build from nothing takes about $needed." >&2
}
