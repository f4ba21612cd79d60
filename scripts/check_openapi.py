"""Holds the running server against docs/openapi.yaml."""

import os
import subprocess
import sys
import urllib.request
from pathlib import Path

from rides import rides, train

DOCUMENT = Path("docs/openapi.yaml").resolve()
CONFIG = Path("scripts/schemathesis.toml").resolve()
HOOKS = Path("scripts/schemathesis_hooks.py").resolve()


def main() -> None:
    server, state = os.environ["HTTP_API"], os.environ["STATE"]
    train("taxi", rides(1, rows=600))
    with urllib.request.urlopen(f"{server}/openapi.yaml") as answer:
        assert answer.read() == DOCUMENT.read_bytes(), "another document is served"
    schemathesis = Path(sys.executable).with_name("schemathesis")
    command = [schemathesis, "--config-file", CONFIG, "run", DOCUMENT, "--url", server]
    # It keeps notes in the folder that it runs in.
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": str(HOOKS)}
    subprocess.run(command, check=True, cwd=state, env=environment)


main()
