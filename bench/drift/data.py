"""Writes the data of the drift benchmark: 15 columns of numbers, 5 of texts, and what changes in them.

    python bench/drift/data.py cost FOLDER ROWS [ROWS...]     # ROWS-ref.csv and ROWS-cur.csv, 8 of 20 columns drift
    python bench/drift/data.py power FOLDER --rows 1000 --repeats 40

`power` writes pairs SCENARIO-NUMBER-ref.csv and -cur.csv in which at most one column changes, and
`truth.json`, which says which.
"""

import argparse
import json
import pathlib

import numpy as np
import pandas as pd

NUMBERS = [f"n{index:02d}" for index in range(15)]
TEXTS = [f"c{index}" for index in range(5)]


def zipf(count: int, exponent: float) -> np.ndarray:
    shares = 1.0 / np.arange(1, count + 1) ** exponent
    return shares / shares.sum()


def usual(rows: int, random: np.random.Generator) -> dict:
    """Normal, skewed, heavy-tailed, bounded, mixed, counted and graded numbers; 2 to 1,000 levels."""
    table = {name: random.standard_normal(rows) for name in ("n00", "n01", "n02", "n09", "n14")}
    table["n09"][random.random(rows) < 0.05] = np.nan
    table["n03"] = random.normal(50, 12, rows)
    table["n04"] = random.lognormal(3.0, 0.6, rows)
    table["n05"] = random.exponential(2.0, rows)
    table["n06"] = random.random(rows)
    table["n07"] = random.poisson(4, rows)
    table["n08"] = np.where(random.random(rows) < 0.7, 0.0, random.gamma(2, 3, rows))
    table["n10"] = random.standard_t(3, rows)
    table["n11"] = random.beta(2, 5, rows)
    table["n12"] = np.where(random.random(rows) < 0.5, random.normal(-2, 0.5, rows), random.normal(2, 0.5, rows))
    table["n13"] = random.choice(np.arange(1, 6), rows, p=[0.1, 0.2, 0.4, 0.2, 0.1])
    table["c0"] = random.choice(["no", "yes"], rows, p=[0.8, 0.2])
    table["c1"] = colours(rows, random, [0.30, 0.30, 0.20, 0.12, 0.08])
    table["c2"] = random.choice([f"m{index:02d}" for index in range(1, 13)], rows)
    table["c3"] = random.choice([f"s{index:02d}" for index in range(50)], rows, p=zipf(50, 1.0))
    table["c4"] = random.choice([f"u{index:04d}" for index in range(1000)], rows, p=zipf(1000, 1.1))
    return {name: table[name] for name in NUMBERS + TEXTS}


def colours(rows: int, random: np.random.Generator, shares: list) -> np.ndarray:
    return random.choice(["red", "green", "blue", "black", "white"], rows, p=shares)


def missing(table: dict, rows: int, random: np.random.Generator) -> None:
    """From 5 % of missing values to 20 %."""
    table["n09"][random.random(rows) < 0.15 / 0.95] = np.nan


def novel(table: dict, rows: int, random: np.random.Generator) -> None:
    """3 % of five new categories."""
    new = random.random(rows) < 0.03
    table["c3"] = np.where(new, random.choice([f"new{index}" for index in range(5)], rows), table["c3"])


def shifted(column: str, by: float, part: float = 1.0):
    """The last part of the rows, moved by so many standard deviations."""

    def change(table: dict, rows: int, _random: np.random.Generator) -> None:
        table[column] = table[column] + by * (np.arange(rows) >= (1 - part) * rows)

    return change


def recoloured(table: dict, rows: int, random: np.random.Generator) -> None:
    table["c1"] = colours(rows, random, [0.45, 0.25, 0.12, 0.10, 0.08])


SCENARIOS = {
    "nothing": (None, lambda *_: None),
    "0.2 σ": ("n00", shifted("n00", 0.2)),
    "0.5 σ": ("n00", shifted("n00", 0.5)),
    "1 σ": ("n00", shifted("n00", 1.0)),
    "1 σ in the last half": ("n00", shifted("n00", 1.0, 0.5)),
    "1 σ in the last quarter": ("n00", shifted("n00", 1.0, 0.25)),
    "shares of categories": ("c1", recoloured),
    "3 % new categories": ("c3", novel),
    "missing 5 → 20 %": ("n09", missing),
}


def drifted(rows: int, random: np.random.Generator) -> dict:
    """Eight of the twenty columns differ."""
    table = usual(rows, random)
    table["n01"] += 0.25
    table["n03"] = random.normal(50, 18, rows)
    table["n04"] = random.lognormal(3.15, 0.6, rows)
    table["n06"] = random.beta(1.3, 1.0, rows)
    table["n12"] = np.where(random.random(rows) < 0.65, random.normal(-2, 0.5, rows), random.normal(2, 0.5, rows))
    recoloured(table, rows, random)
    novel(table, rows, random)
    missing(table, rows, random)
    return table


def write(table: dict, path: pathlib.Path) -> None:
    pd.DataFrame(table).to_csv(path, index=False, float_format="%.9g")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["cost", "power"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("sizes", type=int, nargs="*")
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=40)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.what == "cost":
        for rows in options.sizes:
            random = np.random.default_rng(rows)
            write(usual(rows, random), options.folder / f"{rows}-ref.csv")
            write(drifted(rows, random), options.folder / f"{rows}-cur.csv")
        return
    truth = {}
    for index, (scenario, (column, change)) in enumerate(SCENARIOS.items()):
        for repeat in range(options.repeats):
            random = np.random.default_rng([options.rows, index, repeat])
            name = f"{index}-{repeat:03d}"
            write(usual(options.rows, random), options.folder / f"{name}-ref.csv")
            table = usual(options.rows, random)
            change(table, options.rows, random)
            write(table, options.folder / f"{name}-cur.csv")
            truth[name] = {"scenario": scenario, "column": column}
    (options.folder / "truth.json").write_text(json.dumps(truth, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
