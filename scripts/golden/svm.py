"""Golden numbers for shared/src/learners/svm, from scikit-learn 1.9.1.

    pip install scikit-learn==1.9.1
    python scripts/golden/svm.py > shared/learning/tests/golden/svm.json
"""

import json

import numpy as np
from sklearn.svm import SVC, SVR

rng = np.random.default_rng(4)
x = rng.normal(0, 1, (90, 3)).round(4)
radius = (x[:, :2] ** 2).sum(1)
binary = (radius + 0.3 * rng.normal(0, 1, 90) > 1.2).astype(int)
multi = np.digitize(x[:, 0] - x[:, 1] + 0.4 * rng.normal(0, 1, 90), [-0.8, 0.8])
number = (30 * np.sin(x[:, 0]) + 5 * x[:, 1] + 100 + rng.normal(0, 2, 90)).round(3)
weights = rng.integers(1, 4, 90) / 2


def classify(y, params, w):
    model = SVC(**params, tol=1e-6, decision_function_shape="ovo").fit(x, y, w)
    decisions = model.decision_function(x)
    # Of more than two classes, it is positive for the first one of each two.
    return (decisions if decisions.ndim == 1 else -decisions).ravel()


def regress(params, w):
    mean = np.average(number, weights=w)
    deviation = np.sqrt(np.average((number - mean) ** 2, weights=w))
    return SVR(**params, tol=1e-6).fit(x, (number - mean) / deviation, w).predict(x) * deviation + mean


cases = []
for params in [dict(kernel="rbf", C=1.0), dict(kernel="rbf", C=10.0, gamma=0.3), dict(kernel="linear", C=0.5)]:
    for w in [None, weights]:
        for task in ["binary", "multi", "number"]:
            y = dict(binary=binary, multi=multi).get(task)
            decisions = regress(params | dict(epsilon=0.05), w) if y is None else classify(y, params, w)
            case_params = params | (dict(epsilon=0.05) if y is None else {})
            cases.append(dict(task=task, params=case_params, weighted=w is not None, decisions=decisions.round(7).tolist()))

print(
    json.dumps(
        dict(
            x=x.ravel().tolist(),
            binary=binary.tolist(),
            multi=multi.tolist(),
            number=number.tolist(),
            weights=weights.tolist(),
            cases=cases,
        )
    )
)
