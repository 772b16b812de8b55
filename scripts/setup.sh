#!/usr/bin/env bash
# Installs what a command needs and is not there yet. Usage: setup.sh run|test|check
# Every stage prints its name and its seconds, and is over in milliseconds when nothing is missing.
. "$(dirname "$0")/env.sh"
. scripts/apt.sh

base_packages() {
  need cc gcc libc6-dev
  need make make
  need git git
  need awk mawk
  [ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/pki ] || apt_install ca-certificates
}

node_is_new_enough() {
  command -v npm >/dev/null && [ "$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')" -ge 18 ] 2>/dev/null
}
node_and_npm() { node_is_new_enough || apt_install nodejs npm; }

compiler() { scripts/toolchain.sh && . "$TOOLS/toolchain.env"; }

# npm_install FOLDER PLACE: installs FOLDER's locked packages in PLACE, outside the clone, where the next clone finds them.
npm_install() {
  local from="$1" place="$2" wanted
  wanted="$(fingerprint "$from/package.json" "$from/package-lock.json")"
  up_to_date "$place/stamp" "$wanted" "$place/node_modules" && return 0
  mkdir -p "$place"
  cp "$from/package.json" "$from/package-lock.json" "$place/"
  (cd "$place" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error)
  echo "$wanted" > "$place/stamp"
}
page_tools() { npm_install scripts "$TOOLS/web"; }

bindgen_version() { awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print }' Cargo.lock; }

# wasm-bindgen refuses modules made with any other version than its own.
wasm_bindgen() {
  local version install
  version="$(bindgen_version)"
  [ "$("$TOOLS/bin/wasm-bindgen" --version 2>/dev/null)" = "wasm-bindgen $version" ] && return 0
  install=(cargo install wasm-bindgen-cli --version "$version" --root "$TOOLS" --force --quiet)
  # Locked first; a registry that lags behind may miss a locked version, then any compatible one does.
  CARGO_TARGET_DIR="$TOOLS/build" "${install[@]}" --locked || CARGO_TARGET_DIR="$TOOLS/build" "${install[@]}"
  rm -rf "$TOOLS/build"
}

# Takes the module of the pages apart at its lazy pages. Its version is that of the marks that the pages carry.
wasm_split() {
  local version=0.2.4 install
  [ "$(cat "$TOOLS/wasm-split.version" 2>/dev/null)" = "$version" ] && [ -x "$TOOLS/bin/wasm-split-cli" ] && return 0
  install=(cargo install wasm_split_cli_support --version "$version" --features build-binary --root "$TOOLS" --force --quiet)
  CARGO_TARGET_DIR="$TOOLS/build" "${install[@]}" --locked || CARGO_TARGET_DIR="$TOOLS/build" "${install[@]}"
  rm -rf "$TOOLS/build"
  echo "$version" > "$TOOLS/wasm-split.version"
}

postgres_packages() {
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return 0
  command -v initdb >/dev/null && return 0
  # The tests start their own private server; without this Debian would create and start one for the whole machine.
  if command -v apt-get >/dev/null && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    local as=()
    [ "$(id -u)" = 0 ] || as=(sudo)
    "${as[@]}" mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | "${as[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  apt_install postgresql
}

# What the archive is pushed with.
ssh_client() { need ssh-keygen openssh-client; }

# What the tests push to. Installed, it would be started for the whole machine: the tests start their own.
ssh_server() {
  if [ -x /usr/sbin/sshd ] || [ -x "$TOOLS/openssh/usr/sbin/sshd" ]; then return 0; fi
  apt_unpack "$TOOLS/openssh" openssh-server libwrap0
}

# The one without a window, where there is a package of it: stories take two thirds of the time in it.
browser() { need chromium-headless-shell chromium-headless-shell || need chromium chromium; }

# Draws the pages of reports in the tests.
pdf_pages() { need pdftoppm poppler-utils; }

# The mail server of the browser stories.
mail_server() {
  scripts/python.sh -c 'import aiosmtpd' 2>/dev/null && return 0
  if command -v apt-get >/dev/null; then apt_install python3-aiosmtpd openssl; return; fi
  python3 -m venv "$TOOLS/python" && "$TOOLS/python/bin/pip" install --quiet --requirement end2end/smtp/requirements.txt
}
story_tools() { npm_install end2end "$TOOLS/e2e" && ln -sfn "$TOOLS/e2e/node_modules" end2end/node_modules; }

lint_tools() {
  if [ "$TOOLCHAIN" = /usr/bin ]; then
    # Debian's names; they match its compiler. Not fatal: `make check` says which stage it had to skip.
    apt_install rust-web-clippy rustfmt-web || true
  else
    [ -x "$TOOLCHAIN/cargo-clippy" ] && [ -x "$TOOLCHAIN/cargo-fmt" ] || rustup component add clippy rustfmt || true
  fi
}
cargo_deny() {
  [ -x "$TOOLS/bin/cargo-deny" ] && return 0
  local install=(cargo install cargo-deny --root "$TOOLS" --quiet --no-default-features)
  CARGO_TARGET_DIR="$TOOLS/build" CARGO_PROFILE_RELEASE_LTO=off "${install[@]}" --locked \
    || CARGO_TARGET_DIR="$TOOLS/build" CARGO_PROFILE_RELEASE_LTO=off "${install[@]}" \
    || echo "cargo-deny could not be installed here."
  rm -rf "$TOOLS/build"
}

for_run() {
  stage "Set-up: compiler, git and C library" base_packages
  stage "Set-up: Rust for this machine and WebAssembly" compiler
  stage "Set-up: Node.js" node_and_npm
  stage "Set-up: font, icons, CSS and WebAssembly tools" page_tools
  stage "Set-up: wasm-bindgen $(bindgen_version)" wasm_bindgen
  stage "Set-up: splitter of WebAssembly" wasm_split
}

case "${1:-run}" in
  run) for_run ;;
  test)
    for_run
    stage "Set-up: PostgreSQL" postgres_packages
    stage "Set-up: ssh" ssh_client
    stage "Set-up: ssh server" ssh_server
    stage "Set-up: poppler" pdf_pages
    stage "Set-up: Chromium" browser
    stage "Set-up: mail server for the stories" mail_server
    stage "Set-up: Playwright and axe-core" story_tools
    ;;
  check)
    for_run
    stage "Set-up: Playwright and its types" story_tools
    stage "Set-up: formatter and linter" lint_tools
    stage "Set-up: cargo-deny" cargo_deny
    ;;
  *)
    echo "Usage: setup.sh run|test|check" >&2
    exit 2
    ;;
esac
