"""Measures trainings on series next to statsforecast and Prophet, each process from the CSV
file to the errors on the last horizon, and prints a Markdown table: errors, CPU seconds of all
threads. `--only aep` or `--only stores` measures one part."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

PEER = Path(__file__).with_name("peer.py")
AEP = Path(__file__).parents[3] / "shared/data/aep-hourly.csv"


def aep(folder: Path) -> list[tuple[str, Path, list[str]]]:
    """The book's five splits of the last 1,000 hours: each trains on what lies before."""
    if not AEP.exists():
        print(f"skipped: {AEP} is absent", file=sys.stderr)
        return []
    hours = pd.read_csv(AEP).sort_values("Datetime").tail(1000)
    options = ["--time", "Datetime", "--target", "AEP_MW", "--horizon", "166"]
    cases = []
    for split in range(5):
        file = folder / f"aep-{split + 1}.csv"
        hours.head(170 + (split + 1) * 166).to_csv(file, index=False)
        cases.append((f"AEP, split {split + 1}", file, options))
    return cases


def stores(folder: Path, count: int) -> list[tuple[str, Path, list[str]]]:
    """Daily sales of so many stores over two years: week, year, trend and noise."""
    rng, days = np.random.default_rng(1), pd.date_range("2022-01-01", periods=730)
    t, parts = np.arange(730), []
    for store in range(count):
        week = rng.normal(0, 15, 7)[t % 7]
        year = rng.normal(0, 20) * np.sin(2 * np.pi * t / 365.25 + rng.uniform(0, 6))
        sales = 100 + rng.uniform(0, 300) + week + year + rng.normal(0, 0.05) * t
        sales = np.maximum(sales + rng.normal(0, 8, 730), 0).round(2)
        parts.append(pd.DataFrame({"date": days, "store": store, "sales": sales}))
    file = folder / f"stores-{count}.csv"
    pd.concat(parts).to_csv(file, index=False)
    options = ["--time", "date", "--target", "sales", "--series", "store", "--horizon", "7"]
    return [(f"{count} stores × 730 days", file, options)]


def measure(command: list[str]) -> tuple[dict, float]:
    """What a process prints, and its CPU seconds."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"failed: {command}")
    last = json.loads(output.splitlines()[-1])
    return last, usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=["aep", "stores"])
    parser.add_argument("--stores", type=int, default=100)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    cases = []
    if options.only != "stores":
        cases += aep(options.folder)
    if options.only != "aep":
        cases += stores(options.folder, options.stores)
    print("| data | by | RMSE | MASE | CPU s |\n|---|---|---|---|---|")
    for name, file, arguments in cases:
        for by in ["ours", "statsforecast", "prophet"]:
            ours = by == "ours"
            command = [options.program] if ours else [sys.executable, str(PEER), by]
            told, seconds = measure([*command, str(file), *arguments])
            rmse, mase = told["metrics"]["rmse"], told["metrics"]["mase"]
            by = f"ours ({told['learner']})" if ours else by
            print(f"| {name} | {by} | {rmse:.4g} | {mase:.3f} | {seconds:.2f} |")


main()
