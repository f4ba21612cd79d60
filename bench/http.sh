#!/usr/bin/env bash
# Sets the same load on the local factory, MLflow's server and MLServer in turn, all with one
# model of LightGBM, and prints a Markdown table. `--binaries FOLDER` takes a build that is there;
# further options are those of bench/http/compare.py, such as `--only MLflow`.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${1-} == --binaries ]]; then
    binaries=$2
    shift 2
else
    export CARGO_PROFILE_RELEASE_LTO=thin CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1
    export CARGO_PROFILE_RELEASE_STRIP=symbols CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target/bench}
    cargo build --locked --release -p training-trigger -p inference -p drift-check -p model-factory-bench \
        -p model-factory-local
    binaries=$CARGO_TARGET_DIR/release
fi
for peer in serving mlflow mlserver; do scripts/python-tools.sh "$peer"; done
models=target/bench/data/serving
if [[ ! -e $models/sklearn.joblib ]]; then .venv/serving/bin/python bench/serving/models.py "$models"; fi
exec .venv/serving/bin/python bench/http/compare.py "$binaries" "$models" target/bench/data/http "$@"
