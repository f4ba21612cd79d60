"""Golden numbers for shared/src/learners/linear, from scikit-learn 1.9.1.

    pip install scikit-learn==1.9.1
    python scripts/golden/linear.py > shared/learning/tests/golden/linear.json
"""

import json
import warnings

import numpy as np
from sklearn.linear_model import ElasticNet, LinearRegression, LogisticRegression, Ridge

warnings.simplefilter("ignore")
rng = np.random.default_rng(5)
rows = 160
x = rng.normal(0, 1, (rows, 5)) @ rng.normal(0, 1, (5, 5)) + [3, 0, -2, 1, 0]
noise = rng.normal(0, 1, rows)
number = 40 * (x @ [1.0, -0.5, 0.0, 0.2, 0.0] + noise) + 7
binary = (x @ [1.0, -0.5, 0.0, 0.2, 0.0] + 2 * noise > 3).astype(int)
multi = np.digitize(x @ [0.7, 0.1, -0.4, 0.0, 0.0] + noise, [1.5, 3.5])
weights = rng.integers(0, 4, rows) / 2 + 0.25
wide = rng.normal(0, 1, (12, 20))
wide_number = wide[:, 0] - wide[:, 3] + rng.normal(0, 0.1, 12)


def function(model):
    """Coefficients, then the intercept, of each output."""
    return np.column_stack([np.atleast_2d(model.coef_), np.atleast_1d(model.intercept_)]).ravel().tolist()


def elastic_net(alpha, l1_ratio, w=None):
    """On a target of unit variance, scaled back."""
    mean = np.average(number, weights=w)
    deviation = np.sqrt(np.average((number - mean) ** 2, weights=w))
    model = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, tol=1e-14, max_iter=1_000_000)
    model.fit(x, (number - mean) / deviation, sample_weight=w)
    model.coef_ *= deviation
    model.intercept_ = model.intercept_ * deviation + mean
    return function(model)


def logistic(y, alpha, l1_ratio, w=None):
    solver = "saga" if l1_ratio else "newton-cg"
    model = LogisticRegression(C=1 / alpha, l1_ratio=l1_ratio, solver=solver, tol=1e-13, max_iter=1_000_000)
    return function(model.fit(x, y, sample_weight=w))


cases = []


def case(task, alpha, l1_ratio, weighted, answer):
    cases.append(dict(task=task, alpha=alpha, l1_ratio=l1_ratio, weighted=weighted, function=answer))


for w in [None, weights]:
    weighted = w is not None
    case("number", 0.0, 0.0, weighted, function(LinearRegression().fit(x, number, w)))
    case("number", 3.0, 0.0, weighted, function(Ridge(3.0).fit(x, number, w)))
    case("number", 0.1, 1.0, weighted, elastic_net(0.1, 1.0, w))
    case("number", 0.2, 0.4, weighted, elastic_net(0.2, 0.4, w))
    for task, y in [("binary", binary), ("multi", multi)]:
        case(task, 0.5, 0.0, weighted, logistic(y, 0.5, 0.0, w))
        case(task, 8.0, 1.0, weighted, logistic(y, 8.0, 1.0, w))
        case(task, 5.0, 0.5, weighted, logistic(y, 5.0, 0.5, w))

print(
    json.dumps(
        dict(
            x=x.ravel().tolist(),
            number=number.tolist(),
            binary=binary.tolist(),
            multi=multi.tolist(),
            weights=weights.tolist(),
            cases=cases,
            wide=wide.ravel().tolist(),
            wide_number=wide_number.tolist(),
            wide_ridge=function(Ridge(0.5).fit(wide, wide_number, np.arange(12) + 1.0)),
        )
    )
)
