"""Holds the running server against docs/openapi.yaml."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import yaml

from rides import rides, train
from samples import DIGITS_SPEC, SERIES_SPEC, digits, sales

DOCUMENT = Path("docs/openapi.yaml").resolve()
CONFIG = Path("scripts/schemathesis.toml").resolve()
HOOKS = Path("scripts/schemathesis_hooks.py").resolve()
SERVER = os.environ["HTTP_API"]
STATE = Path(os.environ["STATE"])

# The operations whose answers differ between a model of numbers and one of classes.
OF_ROWS = ["modelInfer", "modelVersionInfer", "modelInvocations", "modelVersionInvocations"]


def asked(path: str, body: object = None) -> dict:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(SERVER + path, data=data)) as answer:
        return json.load(answer)


def train_all() -> str:
    """Trains a model of each kind; the id of a training that was asked for, and has ended."""
    train("taxi", rides(1, rows=600))
    train("late", rides(2, rows=600, classes=True))
    train("sales", sales(), SERIES_SPEC)
    train("digits", digits(), DIGITS_SPEC)
    accepted = asked("/models/sales/train", {"force": True})
    for _ in range(300):
        if asked(accepted["location"])["status"] not in ("queued", "running"):
            return accepted["run"]
        time.sleep(0.1)
    sys.exit("the training that was asked for does not end")


def hold(model: str, run: str, operations: list[str]) -> None:
    """Sends requests to a model of rows and to those that an operation needs; all operations
    where none is named."""
    schemathesis = Path(sys.executable).with_name("schemathesis")
    command = [schemathesis, "--config-file", CONFIG, "run", DOCUMENT, "--url", SERVER]
    for operation in operations:
        command += ["--include-operation-id", operation]
    variables = {
        "SCHEMATHESIS_HOOKS": str(HOOKS),
        "PYTHONPATH": str(HOOKS.parent),
        "MODEL": model,
        "RUN": run,
    }
    # It keeps notes in the folder that it runs in.
    subprocess.run(command, check=True, cwd=STATE, env={**os.environ, **variables})


def succeeded() -> set[str]:
    """The operations that were answered by a success."""
    return set((STATE / "succeeded.txt").read_text().splitlines())


def main() -> None:
    run = train_all()
    with urllib.request.urlopen(f"{SERVER}/openapi.yaml") as answer:
        assert answer.read() == DOCUMENT.read_bytes(), "another document is served"
    hold("taxi", run, [])
    paths = yaml.safe_load(DOCUMENT.read_text())["paths"]
    every = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    refused = sorted(every - succeeded())
    assert not refused, f"no request succeeds with {refused}"
    hold("late", run, OF_ROWS)


main()
