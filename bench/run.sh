#!/usr/bin/env bash
# Builds the functions as cargo-lambda does (thin LTO, one codegen unit, stripped) and
# measures `inference` next to an empty function and to the same model in Python. Prints a
# Markdown table.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_PROFILE_RELEASE_LTO=thin CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1
export CARGO_PROFILE_RELEASE_STRIP=symbols CARGO_TARGET_DIR=target/bench
cargo build --locked --release -p training-trigger -p inference -p drift-check -p model-factory-bench
scripts/python-tools.sh serving
python=.venv/serving/bin/python models=target/bench/data/serving
if [[ ! -e $models/sklearn-frame.joblib ]]; then "$python" bench/serving/models.py "$models"; fi
exec target/bench/release/bench --binaries target/bench/release --models "$models" --python "$python" "$@"
