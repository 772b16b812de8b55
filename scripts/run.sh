#!/usr/bin/env bash
# Installs what is missing, builds, and starts AutoReport. Arguments go to the server.
. "$(dirname "$0")/env.sh"
scripts/setup.sh run
. "$TOOLS/toolchain.env"
scripts/build.sh
export LEPTOS_SITE_ROOT="$SITE"
cat <<'TEXT'

Open the address below. On the first start its first page creates the administrator.
Data is kept in data/ unless AUTOREPORT_DATA_DIR or DATABASE_URL say otherwise. Ctrl-C stops the server.
TEXT
# The server takes over this process, so that Ctrl-C reaches it and nothing else is left to stop.
exec "$BINARY" serve "$@"
