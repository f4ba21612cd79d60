#!/usr/bin/env bash
# Unmodified public clients against the local factory. The AWS command line and boto3: an
# upload by either is a training, the registry can be read, and functions invoked. Triton's
# client and what MLflow's clients send: predictions.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/python-tools.sh clients
scripts/with-factory.sh .venv/clients/bin/python scripts/check_clients.py
scripts/with-factory.sh .venv/clients/bin/python scripts/check_protocols.py
