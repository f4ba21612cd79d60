"""Writes the data of the training benchmark, each set as NAME.csv, NAME-train.csv and NAME-test.csv.

    python bench/training/data.py FOLDER [ROWS...]

Breast cancer, wine and diabetes are those of scikit-learn. The generated sets have 16
numbers (2 % of four of them missing) and 4 categories of 3 to 50 levels; the target
depends on both, with interactions and noise. A fifth of the rows of NAME.csv are the test
rows.

plane-ROWS.csv and space-ROWS.csv have no target: groups of rows of 2 and 20 numbers, and 2 %
of rows anywhere.
"""

import pathlib
import sys

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.model_selection import train_test_split

LEVELS = [3, 8, 20, 50]
BLOCK = 100_000


def generated(block: int, rows: int) -> pd.DataFrame:
    random = np.random.default_rng([42, block])
    x = random.standard_normal((rows, 16))
    x[:, 4] = np.exp(x[:, 4] * 0.7)
    x[:, 5] = np.floor(np.abs(x[:, 5]) * 10)
    x[:, 12] *= 1000
    x[:, 13] = x[:, 13] * 0.01 + 5
    codes = [random.integers(0, levels, rows) for levels in LEVELS]
    effects = np.random.default_rng(7)
    score = x[:, :8] @ np.array([0.8, -0.6, 0.5, 0.4, 0.3, 0.05, -0.3, 0.2])
    score += 0.9 * x[:, 8] * x[:, 9] + 0.8 * np.sin(2 * x[:, 10]) + 0.5 * (x[:, 11] > 0.5)
    for code, levels in zip(codes, LEVELS):
        score += effects.normal(0, 0.6, levels)[code]
    score += random.logistic(0, 1, rows)
    x = np.round(x, 6)
    x[:, :4][random.random((rows, 4)) < 0.02] = np.nan
    frame = pd.DataFrame({f"n{index}": x[:, index] for index in range(16)})
    for index, (code, levels) in enumerate(zip(codes, LEVELS)):
        names = np.array([f"c{index}_{level:02d}" for level in range(levels)], dtype=object)
        frame[f"c{index}"] = names[code]
    frame["target"] = (score > 0.6).astype(int)
    return frame


def write(folder: pathlib.Path, name: str, frame: pd.DataFrame) -> None:
    classes = frame["target"] if frame["target"].nunique() < 20 else None
    train, test = train_test_split(frame, test_size=0.2, random_state=42, stratify=classes)
    frame.to_csv(folder / f"{name}.csv", index=False)
    train.to_csv(folder / f"{name}-train.csv", index=False)
    test.to_csv(folder / f"{name}-test.csv", index=False)


def points(rows: int, columns: int) -> pd.DataFrame:
    random = np.random.default_rng([43, columns])
    centres = random.uniform(-10, 10, (30, columns))
    spread = random.uniform(0.2, 1.0, 30)
    group = random.integers(0, 30, rows)
    x = centres[group] + random.standard_normal((rows, columns)) * spread[group, None]
    anywhere = random.random(rows) < 0.02
    x[anywhere] = random.uniform(-14, 14, (anywhere.sum(), columns))
    return pd.DataFrame(np.round(x, 6), columns=[f"n{index}" for index in range(columns)])


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in ["breast_cancer", "wine", "diabetes"]:
        frame = getattr(datasets, f"load_{name}")(as_frame=True).frame
        write(folder, name.replace("_", "-"), frame.rename(columns=lambda c: c.replace(" ", "_")))
    bank = pathlib.Path(__file__).parents[2] / "../shared/data/bank.csv"
    if bank.exists():
        write(folder, "bank", pd.read_csv(bank, sep=";").rename(columns={"y": "target"}))
    for rows in map(int, sys.argv[2:]):
        blocks = [generated(block, min(BLOCK, rows - block * BLOCK)) for block in range(-(-rows // BLOCK))]
        write(folder, f"generated-{rows}", pd.concat(blocks))
        points(rows, 2).to_csv(folder / f"plane-{rows}.csv", index=False)
        points(rows, 20).to_csv(folder / f"space-{rows}.csv", index=False)


if __name__ == "__main__":
    main()
