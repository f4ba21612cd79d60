"""Golden numbers for shared/src/metrics, from scikit-learn 1.9.1.

    pip install scikit-learn==1.9.1
    python scripts/golden/metrics.py > shared/tests/golden/metrics.json
"""

import json

import numpy as np
from sklearn import metrics as m

rng = np.random.default_rng(7)


def classification(classes, rows):
    truth = rng.integers(0, classes, rows)
    # One decimal makes ties.
    proba = np.round(rng.dirichlet(np.ones(classes), rows) + 0.3 * np.eye(classes)[truth], 1) + 0.05
    proba = proba / proba.sum(axis=1, keepdims=True)
    labels = proba.argmax(axis=1)
    weights = rng.integers(0, 4, rows).astype(float)

    def scores(w):
        auc = (
            m.roc_auc_score(truth, proba[:, 1], sample_weight=w)
            if classes == 2
            else np.mean([m.roc_auc_score(truth == k, proba[:, k], sample_weight=w) for k in range(classes)])
        )
        return {
            "accuracy": m.accuracy_score(truth, labels, sample_weight=w),
            "balanced_accuracy": m.balanced_accuracy_score(truth, labels, sample_weight=w),
            "f1_macro": m.f1_score(truth, labels, average="macro", sample_weight=w),
            "log_loss": m.log_loss(truth, proba, sample_weight=w),
            "roc_auc": auc,
        }

    return {
        "classes": classes,
        "truth": truth.tolist(),
        "probabilities": proba.ravel().tolist(),
        "weights": weights.tolist(),
        "scores": scores(None),
        "weighted": scores(weights),
    }


def regression(rows):
    truth = rng.normal(10, 3, rows)
    predicted = truth + rng.normal(0, 1, rows)
    weights = rng.integers(0, 4, rows).astype(float)

    def scores(w):
        return {
            "rmse": m.root_mean_squared_error(truth, predicted, sample_weight=w),
            "mae": m.mean_absolute_error(truth, predicted, sample_weight=w),
            "r2": m.r2_score(truth, predicted, sample_weight=w),
        }

    return {
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "weights": weights.tolist(),
        "scores": scores(None),
        "weighted": scores(weights),
    }


print(json.dumps({"classification": [classification(2, 40), classification(3, 60)], "regression": [regression(30)]}))
