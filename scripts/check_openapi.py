"""Holds the running server against docs/openapi.yaml."""

import os
import subprocess
import sys
import urllib.request
from pathlib import Path

from rides import rides, train

DOCUMENT = Path("docs/openapi.yaml")


def main() -> None:
    server = os.environ["HTTP_API"]
    train("taxi", rides(1, rows=600))
    with urllib.request.urlopen(f"{server}/openapi.yaml") as answer:
        assert answer.read() == DOCUMENT.read_bytes(), "another document is served"
    schemathesis = Path(sys.executable).with_name("schemathesis")
    config = ["--config-file", "scripts/schemathesis.toml"]
    subprocess.run([schemathesis, *config, "run", DOCUMENT, "--url", server], check=True)


main()
