#!/usr/bin/env bash
# The library's exported models in Python's XGBoost: they load, and answer as ours do.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/python-tools.sh exchange
cargo test --locked --quiet --workspace --test exchange
.venv/exchange/bin/python scripts/check_exchange.py target/tmp/exchange
