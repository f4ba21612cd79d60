#!/usr/bin/env bash
# Checks drift with the library, Evidently and NannyML on the same files, and prints
# Markdown tables. Options are those of bench/drift/compare.py, such as `--what cost`.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_PROFILE_RELEASE_LTO=thin CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1
export CARGO_PROFILE_RELEASE_STRIP=symbols CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target/bench}
cargo build --locked --release -p training-trigger -p inference -p drift-check -p model-factory-bench
for tool in evidently nannyml peers; do scripts/python-tools.sh "$tool"; done
data=$CARGO_TARGET_DIR/data/drift
if [[ ! -e $data/power/truth.json ]]; then
    .venv/peers/bin/python bench/drift/data.py cost "$data" 200 2000 20000 100000 1000000
    .venv/peers/bin/python bench/drift/data.py power "$data/power"
fi
exec .venv/peers/bin/python bench/drift/compare.py "$CARGO_TARGET_DIR/release/drift" "$data" "$@"
