"""Golden numbers for shared/src/learners/neighbours, from scikit-learn 1.9.1.

    pip install scikit-learn==1.9.1
    python scripts/golden/neighbours.py > shared/learning/tests/golden/neighbours.json
"""

import json

import numpy as np
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

rng = np.random.default_rng(3)
x = rng.normal(0, 1, (200, 4)).round(3)
labels = np.digitize(x @ [1.0, 0.5, -0.5, 0.0] + rng.normal(0, 0.5, 200), [-0.5, 0.8])
number = (x @ [1.0, -2.0, 0.0, 0.5] + 3).round(3)
# The first queries are training rows, at no distance from themselves.
queries = np.vstack([x[:5], rng.normal(0, 1, (25, 4)).round(3)])

cases = []
for params in [
    dict(n_neighbors=1, weights="uniform"),
    dict(n_neighbors=5, weights="uniform"),
    dict(n_neighbors=7, weights="distance"),
    dict(n_neighbors=40, weights="distance"),
]:
    cases.append(
        dict(
            params=params,
            probabilities=KNeighborsClassifier(**params).fit(x, labels).predict_proba(queries).ravel().tolist(),
            values=KNeighborsRegressor(**params).fit(x, number).predict(queries).tolist(),
        )
    )

print(
    json.dumps(
        dict(
            x=x.ravel().tolist(),
            labels=labels.tolist(),
            number=number.tolist(),
            queries=queries.ravel().tolist(),
            cases=cases,
        )
    )
)
