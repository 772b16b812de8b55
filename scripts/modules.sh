#!/usr/bin/env bash
# Makes browser modules of what the compiler left: the first one with its JavaScript, and one for each lazy page.
# Usage: modules.sh WASM FOLDER
. "$(dirname "$0")/env.sh"
wasm="$1" folder="$2"
rm -rf "$folder"
mkdir -p "$folder"
"$TOOLS/bin/wasm-split-cli" --out-name autoreport "$wasm" "$folder" >/dev/null
# The other modules find what they need of the first one by its exports, which wasm-bindgen would remove or rename.
"$TOOLS/bin/wasm-bindgen" --target web --no-typescript --keep-lld-exports --no-demangle --out-name autoreport --out-dir "$folder" \
  "$folder/autoreport.wasm"
rm "$folder/autoreport.wasm"
