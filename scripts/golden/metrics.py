"""Golden numbers for shared/src/metrics, from scikit-learn 1.9.1.

    pip install scikit-learn==1.9.1
    python scripts/golden/metrics.py > shared/learning/tests/golden/metrics.json
"""

import json

import numpy as np
from sklearn import metrics as m
from sklearn.calibration import calibration_curve

rng = np.random.default_rng(7)


def over_classes(score, truth, proba, w):
    """The score of the second of two classes, or the mean of one class against the rest."""
    classes = proba.shape[1]
    positives = [1] if classes == 2 else range(classes)
    return np.mean([score(truth == k, proba[:, k], sample_weight=w) for k in positives])


def classification(classes, rows, threshold=None, present=None):
    truth = rng.integers(0, classes, rows)
    if present is not None:
        truth = np.resize(present, rows)
    # One decimal makes ties.
    proba = np.round(rng.dirichlet(np.ones(classes), rows) + 0.3 * np.eye(classes)[truth], 1) + 0.05
    proba = proba / proba.sum(axis=1, keepdims=True)
    labels = proba.argmax(axis=1) if threshold is None else (proba[:, 1] >= threshold).astype(int)
    weights = rng.integers(0, 4, rows).astype(float)
    known = list(range(classes))

    def scores(w):
        result = {
            "accuracy": m.accuracy_score(truth, labels, sample_weight=w),
            "balanced_accuracy": m.balanced_accuracy_score(truth, labels, sample_weight=w),
            "matthews_corrcoef": m.matthews_corrcoef(truth, labels, sample_weight=w),
            "log_loss": m.log_loss(truth, proba, sample_weight=w, labels=known),
            "brier_score": m.brier_score_loss(
                truth, proba if classes > 2 else proba[:, 1], sample_weight=w, labels=known
            ),
            "roc_auc": over_classes(m.roc_auc_score, truth, proba, w),
            "average_precision": over_classes(m.average_precision_score, truth, proba, w),
        }
        for name in ["precision", "recall", "f1"]:
            score = getattr(m, f"{name}_score")
            for average in ["macro", "weighted"]:
                result[f"{name}_{average}"] = score(truth, labels, average=average, sample_weight=w, zero_division=0)
            if classes == 2:
                result[name] = score(truth, labels, sample_weight=w, zero_division=0)
        if len(set(truth)) < classes:
            # One of the averaged values is NaN, or 0 with a warning: undefined.
            del result["roc_auc"], result["average_precision"]
        return result

    precision, recall, f1, _ = m.precision_recall_fscore_support(truth, labels, labels=known, zero_division=0)
    last = classes - 1
    fpr, tpr, _ = m.roc_curve(truth == last, proba[:, last], drop_intermediate=False)
    return {
        "classes": classes,
        "threshold": threshold,
        "truth": truth.tolist(),
        "probabilities": proba.ravel().tolist(),
        "weights": weights.tolist(),
        "scores": scores(None),
        "weighted": scores(weights),
        "confusion": m.confusion_matrix(truth, labels, labels=known).tolist(),
        "per_class": np.stack([precision, recall, f1], axis=1).tolist(),
        "roc_curve": np.stack([fpr, tpr], axis=1).tolist(),
    }


def regression(rows, coverage=0.8):
    truth = rng.normal(10, 3, rows)
    predicted = truth + rng.normal(0, 1, rows)
    lower, upper = predicted - 1.2, predicted + 1.1
    weights = rng.integers(0, 4, rows).astype(float)

    def scores(w):
        inside = (lower <= truth) & (truth <= upper)
        tails = [(1 - coverage) / 2, (1 + coverage) / 2]
        return {
            "rmse": m.root_mean_squared_error(truth, predicted, sample_weight=w),
            "mae": m.mean_absolute_error(truth, predicted, sample_weight=w),
            "mape": m.mean_absolute_percentage_error(truth, predicted, sample_weight=w),
            "r2": m.r2_score(truth, predicted, sample_weight=w),
            "coverage": float(np.average(inside, weights=w)),
            "pinball": np.mean(
                [
                    m.mean_pinball_loss(truth, bound, alpha=tail, sample_weight=w)
                    for bound, tail in zip([lower, upper], tails)
                ]
            ),
        }

    return {
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "lower": lower.tolist(),
        "upper": upper.tolist(),
        "coverage": coverage,
        "weights": weights.tolist(),
        "scores": scores(None),
        "weighted": scores(weights),
    }


def reliability():
    """Distinct probabilities, so that the groups by quantile are those by count."""
    proba = np.sort(rng.uniform(0, 1, 50))
    truth = (rng.uniform(0, 1, 50) < proba).astype(int)
    actual, predicted = calibration_curve(truth, proba, n_bins=5, strategy="quantile")
    return {
        "truth": truth.tolist(),
        "probabilities": proba.tolist(),
        "predicted": predicted.tolist(),
        "actual": actual.tolist(),
    }


print(
    json.dumps(
        {
            "classification": [
                classification(2, 40),
                classification(2, 40, threshold=0.35),
                classification(3, 60),
                classification(4, 40, present=[0, 1, 3, 3]),
            ],
            "regression": [regression(30)],
            "reliability": reliability(),
        }
    )
)
