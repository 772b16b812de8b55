#!/usr/bin/env bash
# Builds the server binary and the site. Does nothing when the sources have not changed since the last time.
# Usage: build.sh [all|server|site|dist]; `dist` is for the image: both without symbols, in target/dist.
. "$(dirname "$0")/env.sh"

what="${1:-all}"
compiler="$(rustc --version --verbose | sha256sum | cut -c1-16)"

server() {
  local wanted
  wanted="$compiler $(fingerprint .cargo/config.toml Cargo.toml Cargo.lock app/Cargo.toml app/src app/base server/Cargo.toml server/src migration)"
  up_to_date "$CARGO_TARGET_DIR/bin/stamp" "$wanted" "$BINARY" && return 0
  make_room
  cargo build --release --package server --bin autoreport
  mkdir -p "$CARGO_TARGET_DIR/bin"
  # Beside it and renamed, so that a running server keeps its own file.
  cp "$CARGO_TARGET_DIR/release/autoreport" "$BINARY.new"
  mv "$BINARY.new" "$BINARY"
  echo "$wanted" > "$CARGO_TARGET_DIR/bin/stamp"
}

site() {
  local wanted bindgen="$CARGO_TARGET_DIR/bindgen"
  wanted="$compiler $(fingerprint .cargo/config.toml Cargo.toml Cargo.lock app/Cargo.toml app/src app/base app/client style public scripts/site.mjs scripts/editor scripts/optimise.mjs scripts/modules.sh scripts/package-lock.json)"
  up_to_date "$CARGO_TARGET_DIR/site.stamp" "$wanted" "$SITE/manifest.json" && return 0
  make_room
  cargo build --package client --target wasm32-unknown-unknown --profile wasm-release
  scripts/modules.sh "$CARGO_TARGET_DIR/wasm32-unknown-unknown/wasm-release/client.wasm" "$bindgen"
  node scripts/site.mjs "$bindgen" "$SITE" "$TOOLS"
  echo "$wanted" > "$CARGO_TARGET_DIR/site.stamp"
}

dist() {
  rm -rf "$CARGO_TARGET_DIR/dist"
  mkdir -p "$CARGO_TARGET_DIR/dist"
  strip --strip-all -o "$CARGO_TARGET_DIR/dist/autoreport" "$BINARY"
  cp -a "$SITE" "$CARGO_TARGET_DIR/dist/site"
}

case "$what" in
  server) stage "Build: server" server ;;
  site) stage "Build: pages (WebAssembly, style, icons, font)" site ;;
  all | dist)
    stage "Build: pages (WebAssembly, style, icons, font)" site
    stage "Build: server" server
    [ "$what" = all ] || stage "Build: what goes into the image" dist
    ;;
  *) echo "Usage: build.sh [all|server|site|dist]" >&2; exit 2 ;;
esac
