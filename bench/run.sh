#!/usr/bin/env bash
# Builds the functions as cargo-lambda does (thin LTO, one codegen unit, stripped) and
# measures them next to an empty function. Prints a Markdown table.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_PROFILE_RELEASE_LTO=thin CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1
export CARGO_PROFILE_RELEASE_STRIP=symbols CARGO_TARGET_DIR=target/bench
cargo build --locked --release -p training-trigger -p inference -p drift-check -p model-factory-bench
exec target/bench/release/bench --binaries target/bench/release "$@"
