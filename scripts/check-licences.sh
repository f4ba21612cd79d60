#!/usr/bin/env bash
# Checks the licences, bans and sources of all dependencies by deny.toml.
# Advisories are left out: their database is fetched from a git repository, which a gate
# that reaches nothing but package registries cannot do. `cargo deny check` adds them.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly version=0.20.2
readonly tools=$PWD/target/tools

if [[ $("$tools/bin/cargo-deny" --version 2>/dev/null) != "cargo-deny $version" ]]; then
    cargo install cargo-deny --version "$version" --locked --quiet --root "$tools"
fi
PATH=$tools/bin:$PATH cargo deny --locked check licenses bans sources
