#!/usr/bin/env bash
# docs/openapi.yaml against the running server: schemathesis sends what it allows and what it
# forbids, and holds every answer against it.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/python-tools.sh openapi
DEFAULT_MODEL=taxi scripts/with-factory.sh .venv/openapi/bin/python scripts/check_openapi.py
