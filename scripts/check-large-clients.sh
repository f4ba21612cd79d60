#!/usr/bin/env bash
# KServe's inference client, requests and answers in MLServer's types and codecs, and MLflow's
# scoring client, against the local factory. Their environments take 2 GB, so this is no step of
# the gate.
set -euo pipefail
cd "$(dirname "$0")/.."

for client in kserve mlserver mlflow; do
    scripts/python-tools.sh "$client"
    scripts/with-factory.sh ".venv/$client/bin/python" "scripts/check_$client.py"
done
