#!/usr/bin/env bash
# Finds or installs a Rust compiler that is new enough and can build WebAssembly; writes its place to toolchain.env.
# Order: one that is ready; rustup; Debian's compiler, for which the target's standard library is built from its sources.
. "$(dirname "$0")/env.sh"
. scripts/apt.sh
mkdir -p "$TOOLS"

minor() { "$1/rustc" --version 2>/dev/null | sed -n 's/^rustc 1\.\([0-9]*\)\..*/\1/p'; }
has_wasm() { compgen -G "$("$1/rustc" --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib/libstd-*.rlib" >/dev/null; }
new_enough() { local found; found="$(minor "$1")"; [ -n "$found" ] && [ "$found" -ge "$RUST_NEEDED" ]; }
ready() { [ -x "$1/cargo" ] && new_enough "$1" && has_wasm "$1"; }

# Links in a folder of their own, so that the compiler goes first on PATH and nothing else of /usr/bin does.
choose() {
  local program
  rm -rf "$TOOLS/rust"
  mkdir -p "$TOOLS/rust"
  for program in rustc rustdoc cargo rustfmt cargo-fmt clippy-driver cargo-clippy; do
    ln -s "$1/$program" "$TOOLS/rust/$program"
  done
  {
    echo "export PATH=\"$TOOLS/rust:\$PATH\""
    echo "TOOLCHAIN=\"$1\""
    # rustup's compilers bring their own linker for WebAssembly; Debian's takes LLVM's.
    if [ "$1" = /usr/bin ]; then echo "export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=lld-19"; fi
  } > "$TOOLS/toolchain.env"
  echo "Compiler: $("$1/rustc" --version) in $1"
  exit 0
}

# The folder of the real compiler, not of rustup's proxy.
real_folder() { local root; root="$("$@" --print sysroot 2>/dev/null)" && echo "$root/bin"; }

if [ -n "${TOOLCHAIN:-}" ] && ready "$TOOLCHAIN"; then exit 0; fi
rm -f "$TOOLS/toolchain.env"

candidates=()
on_path="$(real_folder rustc || true)"
[ -z "$on_path" ] || candidates+=("$on_path")
if command -v rustup >/dev/null; then
  pinned="$(real_folder rustup run "1.$RUST_NEEDED.0" rustc || true)"
  [ -z "$pinned" ] || candidates+=("$pinned")
fi
[ ! -x /usr/bin/rustc ] || candidates+=(/usr/bin)

# The version the project is tested with, else any newer one.
for folder in "${candidates[@]}"; do
  if [ "$(minor "$folder")" = "$RUST_NEEDED" ] && ready "$folder"; then choose "$folder"; fi
done
for folder in "${candidates[@]}"; do
  if ready "$folder"; then choose "$folder"; fi
done

if command -v rustup >/dev/null; then
  if [ -n "$on_path" ] && new_enough "$on_path" && timeout 600 rustup target add wasm32-unknown-unknown && ready "$on_path"; then
    choose "$on_path"
  fi
  echo "Asking rustup for Rust 1.$RUST_NEEDED"
  if timeout 900 rustup toolchain install "1.$RUST_NEEDED.0" --no-self-update --profile minimal \
      --component rustfmt --component clippy --target wasm32-unknown-unknown; then
    folder="$(real_folder rustup run "1.$RUST_NEEDED.0" rustc || true)"
    if [ -n "$folder" ] && ready "$folder"; then choose "$folder"; fi
  fi
  echo "rustup could not provide it; trying Debian's compiler"
fi

if ! command -v apt-get >/dev/null; then
  echo "No Rust 1.$RUST_NEEDED with the wasm32-unknown-unknown target was found. Install rustup (https://rustup.rs), then run the command again." >&2
  exit 1
fi
apt_install rustc-web cargo-web rust-web-src lld-19
if ! new_enough /usr/bin; then
  echo "Debian's compiler here is $(/usr/bin/rustc --version); AutoReport needs 1.$RUST_NEEDED. Install rustup (https://rustup.rs), then run the command again." >&2
  exit 1
fi
has_wasm /usr/bin || scripts/wasm-std.sh /usr/bin
ready /usr/bin && choose /usr/bin
echo "The compiler in /usr/bin cannot build WebAssembly even after its standard library was built for it." >&2
exit 1
