#!/usr/bin/env bash
# Checks template.yaml as SAM reads it, and the CloudFormation that it becomes.
# The tools are installed into .venv, pinned by scripts/requirements.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

export SAM_CLI_TELEMETRY=0
export AWS_DEFAULT_REGION=us-east-1
readonly requirements=scripts/requirements.txt
readonly installed=.venv/installed-requirements.txt

if ! cmp --silent "$requirements" "$installed"; then
    if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        apt-get update --quiet && apt-get install --quiet --yes python3-venv
    fi
    python3 -m venv --clear .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --requirement "$requirements"
    cp "$requirements" "$installed"
fi

.venv/bin/sam validate --lint --template template.yaml

transformed=$(mktemp --suffix .json)
trap 'rm -f "$transformed"' EXIT
.venv/bin/python scripts/transform-template.py template.yaml >"$transformed"
.venv/bin/cfn-lint --template "$transformed" --regions us-east-1 eu-central-1
echo "template.yaml and what it is transformed to are clean"
