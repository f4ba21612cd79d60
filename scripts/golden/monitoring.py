#!/usr/bin/env python3
"""Writes shared/tests/golden/monitoring.json: what NannyML estimates and reconstructs.

Usage, from the root of the project, in an environment with nannyml 0.13.1, pandas,
scikit-learn and numpy:
    python scripts/golden/monitoring.py

Data are made by a generator that the Rust test repeats bit for bit.
"""

import json
import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
from nannyml.drift.multivariate.data_reconstruction import DataReconstructionDriftCalculator
from nannyml.performance_estimation.confidence_based import metrics as cbpe

OUT = Path(__file__).resolve().parents[2] / "shared/tests/golden/monitoring.json"
MASK = (1 << 64) - 1


def uniforms(seed, count):
    """SplitMix64, 53 bits each."""
    state = seed
    out = []
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        out.append(((z ^ (z >> 31)) >> 11) / (1 << 53))
    return np.array(out)


def binary(seed, rows, power, threshold):
    p = uniforms(seed, rows) ** power
    answers = (p >= threshold).astype(int)
    return {
        "seed": seed, "rows": rows, "power": power, "threshold": threshold,
        "expected": {
            "roc_auc": cbpe.estimate_roc_auc(p, p),
            "average_precision": float(cbpe.estimate_ap(p, p)),
            "f1": cbpe.estimate_f1(answers, p),
            "precision": cbpe.estimate_precision(answers, p),
            "recall": cbpe.estimate_recall(answers, p),
            "accuracy": cbpe.estimate_accuracy(answers, p),
        },
    }


def multiclass(seed, rows, classes):
    """As NannyML's metrics of several classes: each class against the rest."""
    raw = uniforms(seed, rows * classes).reshape(rows, classes) ** 3 + 1e-3
    p = raw / raw.sum(axis=1, keepdims=True)
    answers = p.argmax(axis=1)
    one = [(answers == c).astype(int) for c in range(classes)]
    mean = lambda values: float(np.mean(list(values)))
    return {
        "seed": seed, "rows": rows, "classes": classes,
        "expected": {
            "roc_auc": mean(cbpe.estimate_roc_auc(p[:, c], p[:, c]) for c in range(classes)),
            "f1_macro": mean(cbpe.estimate_f1(one[c], p[:, c]) for c in range(classes)),
            "precision_macro": mean(cbpe.estimate_precision(one[c], p[:, c]) for c in range(classes)),
            "recall_macro": mean(cbpe.estimate_recall(one[c], p[:, c]) for c in range(classes)),
            "accuracy": float(np.mean(p.max(axis=1))),
        },
    }


def reconstruction(seed, rows, width, window_seed):
    def data(seed):
        u = uniforms(seed, rows * (width + 2)).reshape(rows, width + 2)
        return pd.DataFrame({
            f"x{j}": 2 * u[:, j] + u[:, width] * (j % 3) - u[:, width + 1] * (j % 2)
            for j in range(width)
        })
    reference, window = data(seed), data(window_seed)
    window["x0"] = window["x0"].to_numpy()[::-1]
    names = list(reference.columns)
    calculator = DataReconstructionDriftCalculator(column_names=names, chunk_number=1)
    calculator.fit(reference)
    errors = calculator.calculate(window).filter(period="analysis").to_df()
    of_reference, _ = calculator._calculate_dre_results(reference.copy())
    return {
        "seed": seed, "rows": rows, "width": width, "window_seed": window_seed,
        "reference": float(of_reference),
        "window": float(errors[("reconstruction_error", "value")].iloc[0]),
    }


def main():
    golden = {
        "binary": [binary(1, 2000, 1, 0.5), binary(2, 2000, 4, 0.3), binary(3, 500, 8, 0.5)],
        "multiclass": [multiclass(4, 1500, 3), multiclass(5, 1500, 6)],
        "reconstruction": [reconstruction(6, 1000, 5, 16), reconstruction(7, 800, 12, 17)],
    }
    OUT.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
