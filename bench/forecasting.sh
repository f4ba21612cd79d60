#!/usr/bin/env bash
# Forecasts with the library, statsforecast and Prophet in turn, on the same files, and prints
# a Markdown table. Options are those of bench/forecasting/compare.py, such as `--only aep`.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_PROFILE_RELEASE_LTO=thin CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1
export CARGO_PROFILE_RELEASE_STRIP=symbols CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target/bench}
cargo build --locked --release -p training-trigger -p inference -p drift-check -p model-factory-bench
scripts/python-tools.sh forecasting
exec .venv/forecasting/bin/python bench/forecasting/compare.py \
    "$CARGO_TARGET_DIR/release/forecast" "$CARGO_TARGET_DIR/data/forecasting" "$@"
