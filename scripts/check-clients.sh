#!/usr/bin/env bash
# Unmodified AWS clients (the AWS command line and boto3) against the local factory: an
# upload by either is a training, the registry can be read, and functions invoked.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/python-tools.sh clients
cargo build --locked --quiet

state=$(mktemp --directory)
target/debug/model-factory --state "$state" up --port 0 --http-port 0 >"$state/up.txt" &
factory=$!
trap 'kill "$factory" 2>/dev/null; wait "$factory" 2>/dev/null || true; rm -rf "$state"' EXIT
for _ in $(seq 100); do
    grep --quiet 'Ctrl-C' "$state/up.txt" && break
    sleep 0.1
done

eval "$(grep '^  export ' "$state/up.txt")"
.venv/clients/bin/python scripts/check_clients.py "$state"
