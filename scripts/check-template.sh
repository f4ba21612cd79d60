#!/usr/bin/env bash
# Checks template.yaml as SAM reads it, and the CloudFormation that it becomes.
set -euo pipefail
cd "$(dirname "$0")/.."

export SAM_CLI_TELEMETRY=0
export AWS_DEFAULT_REGION=us-east-1
readonly tools=.venv/template/bin
scripts/python-tools.sh template

"$tools/sam" validate --lint --template template.yaml

transformed=$(mktemp --suffix .json)
trap 'rm -f "$transformed"' EXIT
"$tools/python" scripts/transform-template.py template.yaml >"$transformed"
"$tools/python" scripts/check_roles.py "$transformed"
"$tools/cfn-lint" --template "$transformed" --regions us-east-1 eu-central-1
echo "template.yaml and what it is transformed to are clean"
