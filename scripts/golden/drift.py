#!/usr/bin/env python3
"""Writes shared/tests/golden/drift.json: what scipy says about drift statistics.

Usage, from the root of the project, in an environment with scipy 1.17 and numpy 2:
    python scripts/golden/drift.py [WINE_CSV SPLITS_JSON]

Samples are made by a generator that the Rust test repeats bit for bit. The wine
section needs the two files and is kept as it is without them.
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.spatial.distance import jensenshannon

OUT = Path(__file__).resolve().parents[2] / "shared/tests/golden/drift.json"
MASK = (1 << 64) - 1


def uniforms(seed, count):
    """SplitMix64, 53 bits each."""
    state = seed
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield ((z ^ (z >> 31)) >> 11) / (1 << 53)


def sample(recipe):
    """Sums of four uniforms, about normal, then scaled, shifted and rounded."""
    u = uniforms(recipe["seed"], 4 * recipe["n"])
    x = [((next(u) + next(u)) + (next(u) + next(u)) - 2.0) * recipe["scale"] + recipe["shift"]
         for _ in range(recipe["n"])]
    x = np.array(x)
    return np.floor(x / recipe["step"]) * recipe["step"] if recipe["step"] else x


def psi(p, q):
    p, q = np.maximum(p, 1e-4), np.maximum(q, 1e-4)
    return float(np.sum((p - q) * np.log(p / q)))


def of_counts(a, b):
    a, b = np.array(a), np.array(b)
    p, q = a / a.sum(), b / b.sum()
    used = a + b > 0
    chi2 = stats.chi2_contingency(np.array([a[used], b[used]]), correction=False)
    both = (p + q)[used]
    linf = float(np.max(np.abs(p - q)))
    n, m = int(a.sum()), int(b.sum())
    chance = (used.sum() - 1) / 4 * (1 / n + 1 / m)
    return {
        "psi": psi(p, q),
        "jensen_shannon": float(jensenshannon(p, q, base=2)),
        "hellinger": float(np.sqrt(np.sum((np.sqrt(p) - np.sqrt(q)) ** 2) / 2)),
        "l_infinity": linf,
        "l_infinity_robust": max(0.0, linf - 1.8 * np.sqrt((n + m) / (n * m))),
        "cramers_v": float(np.sqrt(max(0.0, np.sum((p - q)[used] ** 2 / both) / 2 - chance))),
        "chi_squared": float(chi2.statistic),
        "degrees_of_freedom": int(chi2.dof),
        "p_value": float(chi2.pvalue),
    }


def of_samples(x, y):
    ks = stats.ks_2samp(x, y, method="asymp")
    deciles = np.unique(np.quantile(x, np.linspace(0, 1, 11)))
    deciles[0], deciles[-1] = -np.inf, np.inf
    a, b = np.histogram(x, deciles)[0], np.histogram(y, deciles)[0]
    return {
        "ks": float(ks.statistic),
        "ks_p_value": float(ks.pvalue),
        "wasserstein": float(stats.wasserstein_distance(x, y)),
        "decile_counts": [a.tolist(), b.tolist()],
        "psi": psi(a / a.sum(), b / b.sum()),
    }


def sample_cases():
    shapes = [(5, 7), (20, 30), (89, 89), (140, 140), (290, 280), (300, 200), (1000, 800),
              (5000, 4000), (30000, 20000)]
    changes = [(1.0, 0.0, 0.0), (1.0, 0.05, 0.0), (1.0, 0.3, 0.0), (1.5, 0.0, 0.0), (1.0, 4.0, 0.0),
               (1.0, 0.1, 0.25)]
    for n, m in shapes:
        for index, (scale, shift, step) in enumerate(changes):
            reference = {"seed": n, "n": n, "scale": 1.0, "shift": 0.0, "step": step}
            current = {"seed": 7 * m + index, "n": m, "scale": scale, "shift": shift, "step": step}
            expected = of_samples(sample(reference), sample(current))
            yield {"reference": reference, "current": current, "expected": expected}


def kolmogorov_cases():
    for n in (1, 2, 5, 10, 50, 140, 141, 500, 2000, 20_000, 100_000, 400_000):
        for z in (0.2, 0.4, 0.55, 0.7, 0.86, 0.9, 1.1, 1.36, 1.6, 1.9, 2.1, 2.5, 3.0, 4.0):
            d = z / np.sqrt(n)
            if d < 1.0:
                yield {"n": n, "d": d, "survival": float(stats.kstwo.sf(d, n))}


def count_cases():
    for a, b in [
        ([30, 30, 20, 12, 8], [40, 25, 15, 12, 8]),
        ([300, 300, 200, 120, 80], [80, 50, 30, 24, 16]),
        ([500, 0, 10], [400, 60, 0]),
        ([10, 10, 10, 0], [10, 10, 10, 0]),
        ([1000], [10]),
        ([90000, 10000], [89500, 10500]),
        (list(range(1, 201)), list(range(200, 0, -1))),
    ]:
        yield {"reference": a, "current": b, "expected": of_counts(a, b)}


def proportion_cases():
    for (a, n), (b, m) in [((50, 1000), (200, 1000)), ((0, 500), (3, 500)), ((7, 90), (8, 100)),
                           ((500, 10000), (52, 1000))]:
        table = np.array([[a, n - a], [b, m - b]])
        test = stats.chi2_contingency(table, correction=True)
        statistic = float(np.sqrt(test.statistic)) * (1 if b / m >= a / n else -1)
        yield {"reference": [a, n], "current": [b, m], "statistic": statistic,
               "p_value": float(test.pvalue)}


def multiplicity_cases():
    for p in ([0.01, 0.04, 0.03, 0.005], [0.5], [], [0.02, 0.02, 0.9, 1.0, 0.0],
              [float(u) ** 3 for u in uniforms(5, 40)]):
        adjusted = stats.false_discovery_control(p).tolist() if p else []
        yield {"p_values": p, "adjusted": adjusted}


def wine(path, splits):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    split = json.loads(Path(splits).read_text())["wine_drift"]
    names = [name for name in rows[0] if name != "cultivar"]
    changes = {"held_out": lambda x: x, "times_1.1": lambda x: 1.1 * x, "plus_4": lambda x: x + 4}
    result = {}
    for key, change in changes.items():
        result[key] = {}
        for name in names:
            values = np.array([float(row[name]) for row in rows])
            x, y = values[split["reference"]], change(values[split["test"]])
            ks = stats.ks_2samp(x, y, method="asymp")
            result[key][name] = {"ks": float(ks.statistic), "p_value": float(ks.pvalue),
                                 "wasserstein": float(stats.wasserstein_distance(x, y))}
    return result


def main():
    kept = json.loads(OUT.read_text())["wine"] if OUT.exists() else {}
    golden = {
        "samples": list(sample_cases()),
        "kolmogorov": list(kolmogorov_cases()),
        "counts": list(count_cases()),
        "proportions": list(proportion_cases()),
        "multiplicity": list(multiplicity_cases()),
        "wine": wine(*sys.argv[1:3]) if len(sys.argv) == 3 else kept,
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items())
    OUT.write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
