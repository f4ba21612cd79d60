#!/usr/bin/env bash
# Trains with the library and with scikit-learn, LightGBM, XGBoost and Optuna in turn, on
# the same files, and prints Markdown tables. Options are those of
# bench/training/compare.py, such as `--what fit --only wine`.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_PROFILE_RELEASE_LTO=thin CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1
export CARGO_PROFILE_RELEASE_STRIP=symbols CARGO_TARGET_DIR=target/bench
cargo build --locked --release -p training-trigger -p inference -p drift-check -p model-factory-bench
scripts/python-tools.sh peers
data=target/bench/data
if [[ ! -e $data/plane-1000000.csv ]]; then
    .venv/peers/bin/python bench/training/data.py "$data" 100000 1000000
fi
exec .venv/peers/bin/python bench/training/compare.py target/bench/release/train "$data" "$@"
