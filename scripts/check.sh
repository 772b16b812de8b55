#!/usr/bin/env bash
# What a reviewer would otherwise have to look for: formatting, lints on both sides, types of the stories, licences, docs.
. "$(dirname "$0")/env.sh"
scripts/setup.sh check
. "$TOOLS/toolchain.env"

skipped=()
format() { cargo fmt --all --check; }
lint_server() { cargo clippy --package server --package app --package base --package migration --features app/testing --all-targets -- --deny warnings; }
lint_pages() { cargo clippy --package client --package app --features app/hydrate --target wasm32-unknown-unknown -- --deny warnings; }
story_types() { end2end/node_modules/.bin/tsc --project end2end; }
shell_scripts() { local script; for script in scripts/*.sh .ci/run; do bash -n "$script"; done; }
licences() { cargo deny --log-level error check bans licenses sources; }
advisories() { cargo deny --log-level error check advisories; }
# Private items have pages, too, so public ones may lead to them.
documents() { RUSTDOCFLAGS="--deny warnings --allow rustdoc::private-intra-doc-links" cargo doc --no-deps --package app --package base --package server --package migration --document-private-items; }

stage "Check: shell scripts" shell_scripts
stage "Check: types of the stories" story_types
if [ -x "$TOOLS/rust/cargo-fmt" ]; then stage "Check: formatting" format; else skipped+=("formatting (no rustfmt for this compiler)"); fi
if [ -x "$TOOLS/rust/cargo-clippy" ]; then
  stage "Check: lints, server side" lint_server
  stage "Check: lints, WebAssembly side" lint_pages
else
  skipped+=("lints (no clippy for this compiler)")
fi
if [ -x "$TOOLS/bin/cargo-deny" ]; then
  PATH="$TOOLS/bin:$PATH"
  stage "Check: licences, bans and sources of dependencies" licences
  # Needs the public list of advisories; a machine without it can still check the rest.
  if cargo deny fetch db >/dev/null 2>&1; then
    stage "Check: known vulnerabilities" advisories
  else
    skipped+=("known vulnerabilities (the list of advisories cannot be fetched here)")
  fi
else
  skipped+=("licences and vulnerabilities (cargo-deny could not be installed)")
fi
stage "Check: documentation" documents

for stage in "${skipped[@]}"; do echo "Skipped: $stage"; done
