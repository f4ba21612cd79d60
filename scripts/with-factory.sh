#!/usr/bin/env bash
# Runs a command beside a local factory that is made for it and gone with it. For the
# command, STATE is the factory's folder, HTTP_API the address of its predictions, and the
# AWS variables lead to it. DEFAULT_MODEL, if it is set, is the model of /invocations.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --locked --quiet

STATE=$(mktemp --directory)
target/debug/model-factory --state "$STATE" up --port 0 --http-port 0 \
    ${DEFAULT_MODEL:+--model "$DEFAULT_MODEL"} >"$STATE/up.txt" &
factory=$!
trap 'kill "$factory" 2>/dev/null; wait "$factory" 2>/dev/null || true; rm -rf "$STATE"' EXIT
for _ in $(seq 100); do
    grep --quiet 'Ctrl-C' "$STATE/up.txt" && break
    sleep 0.1
done

eval "$(grep '^  export ' "$STATE/up.txt")"
HTTP_API=$(sed --quiet 's/^Predictions: *//p' "$STATE/up.txt")
export STATE HTTP_API
"$@"
