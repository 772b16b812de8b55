#!/usr/bin/env bash
# Builds Rust's standard library for wasm32-unknown-unknown from the compiler's own sources and installs it beside
# the native one. For compilers that come with sources but without this target (Debian's). Takes about a minute.
# Usage: wasm-std.sh FOLDER-OF-THE-COMPILER
. "$(dirname "$0")/env.sh"
bin="$1"
libraries="$("$bin/rustc" --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src"
cat > "$work/Cargo.toml" <<'TOML'
[package]
name = "empty"
version = "0.0.0"
edition = "2021"
[profile.release]
panic = "abort"
[workspace]
TOML
echo 'fn main() {}' > "$work/src/main.rs"

# Embedded bitcode, or link-time optimisation of the pages fails with "Can't find section .llvmbc".
(
  cd "$work"
  PATH="$bin:$PATH" RUSTC="$bin/rustc" RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Cembed-bitcode=yes" CARGO_TARGET_DIR="$work/target" \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=lld-19 \
    "$bin/cargo" build --release --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort,proc_macro
)

as=()
parent="$(dirname "$(dirname "$libraries")")"
if [ ! -w "$parent" ]; then as=(sudo); fi
"${as[@]}" mkdir -p "$libraries"
for rlib in "$work"/target/wasm32-unknown-unknown/release/deps/lib*.rlib; do
  case "$(basename "$rlib")" in libempty-*) continue ;; esac
  "${as[@]}" install -m 644 "$rlib" "$libraries/"
done
