"""A small data set for checks, and its training by the command line."""

import csv
import io
import os
import random
import subprocess
from pathlib import Path

# Trees, since only they have SHAP values; few, since a check is no search.
SPEC = """[training]
learners = ["boosting"]
trials = 3
"""


def rides(seed: int, rows: int = 300, classes: bool = False) -> bytes:
    """Rides with a category and missing values; the target is a number or a class."""
    rng = random.Random(seed)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["dist", "zone", "late" if classes else "minutes"])
    for _ in range(rows):
        dist, zone = rng.uniform(1, 20), rng.choice(["airport", "harbour", ""])
        minutes = dist * (2 if zone else 3) + rng.random()
        target = ("yes" if minutes > 25 else "no") if classes else f"{minutes:.3f}"
        writer.writerow([f"{dist:.3f}", zone, target])
    return text.getvalue().encode()


def train(model: str, data: bytes, spec_text: str = SPEC) -> None:
    """Trains a model of the local factory that `with-factory.sh` started."""
    folder = Path(os.environ["STATE"])
    file, spec = folder / f"{model}.csv", folder / f"{model}.toml"
    file.write_bytes(data)
    spec.write_text(spec_text)
    program = ["target/debug/model-factory", "--state", folder]
    subprocess.run(
        [*program, "train", model, file, "--spec", spec], check=True, stdout=subprocess.DEVNULL
    )
