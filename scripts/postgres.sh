#!/usr/bin/env bash
# A private PostgreSQL for tests and measurements: own folder, free port, random password, gone afterwards.
#   postgres.sh start          prints `export TEST_POSTGRES_URL=… TEST_POSTGRES_DIR=…` (a superuser's URL)
#   postgres.sh restart FOLDER [SECONDS]  ends it like a crash, and starts it again after some seconds
#   postgres.sh stop FOLDER    stops it and removes the folder
#   postgres.sh with COMMAND…  runs the command with one, and stops it whatever happens
# PGOPTIONS_DURABLE=1 keeps fsync on, for measurements.
set -euo pipefail

# PostgreSQL refuses to run as root.
as_server_user() {
  if [ "$(id -u)" != 0 ]; then "$@"; return; fi
  local user=postgres
  id "$user" >/dev/null 2>&1 || user=nobody
  setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups -- env HOME=/tmp "$@"
}

server_programs() {
  if command -v initdb >/dev/null; then dirname "$(command -v initdb)"; return; fi
  ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1
}

start() {
  local bin dir port password durable
  bin="$(server_programs)"
  [ -n "$bin" ] || { echo "PostgreSQL's server programs were not found. Run scripts/setup.sh test." >&2; exit 1; }
  dir="$(mktemp -d "${TMPDIR:-/tmp}/autoreport-postgres.XXXXXX")"
  password="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  echo "$password" > "$dir/password"
  if [ "$(id -u)" = 0 ]; then chown -R "$(as_server_user id -u):$(as_server_user id -g)" "$dir"; fi
  as_server_user "$bin/initdb" --pgdata="$dir/data" --username=postgres --pwfile="$dir/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; exit 1; }
  port="$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')"
  # Nothing of it outlives the tests: neither a disk that fails nor a table that grows for days needs care.
  durable="-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
  [ -z "${PGOPTIONS_DURABLE:-}" ] || durable=""
  echo "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c max_connections=300 $durable" >"$dir/options"
  run "$dir" || { cat "$dir/server.log" >&2; rm -rf "$dir"; exit 1; }
  echo "export TEST_POSTGRES_URL=postgres://postgres:$password@127.0.0.1:$port/postgres TEST_POSTGRES_DIR=$dir"
}

run() {
  local dir="$1"
  as_server_user "$(server_programs)/pg_ctl" start --silent --wait --timeout=60 --pgdata="$dir/data" \
    --log="$dir/server.log" --options="$(cat "$dir/options")" >&2 </dev/null
}

restart() {
  local dir="$1" away="${2:-0}"
  as_server_user "$(server_programs)/pg_ctl" stop --silent --mode=immediate --pgdata="$dir/data" >&2
  sleep "$away"
  run "$dir"
}

stop() {
  local dir="$1"
  [ -f "$dir/data/postmaster.pid" ] && as_server_user "$(server_programs)/pg_ctl" stop --silent --mode=immediate --pgdata="$dir/data" >&2
  rm -rf "$dir"
}

case "${1:-}" in
  start) start ;;
  restart) restart "$2" "${3:-0}" ;;
  stop) stop "$2" ;;
  with)
    shift
    trap 'exit 130' INT TERM
    variables="$(start)"
    eval "$variables"
    trap 'stop "$TEST_POSTGRES_DIR"' EXIT
    "$@"
    ;;
  *) sed -n '2,7s/^# //p' "$0" >&2; exit 2 ;;
esac
