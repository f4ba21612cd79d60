#!/usr/bin/env bash
# Installs the pinned tools of scripts/requirements/NAME.txt into .venv/NAME, unless they
# are there.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly environment=.venv/$1 requirements=scripts/requirements/$1.txt
readonly installed=$environment/installed-requirements.txt

cmp --silent "$requirements" "$installed" && exit
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    apt-get update --quiet && apt-get install --quiet --yes python3-venv
fi
python3 -m venv --clear "$environment"
"$environment/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
cp "$requirements" "$installed"
