"""Golden numbers for shared/src/learners, from scikit-learn 1.9.1.

    pip install scikit-learn==1.9.1
    python scripts/golden/learners.py > shared/learning/tests/golden/learners.json
"""

import json

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(11)
x = rng.normal(5, 2, (120, 3))
noise = rng.normal(0, 1, 120)
scaled = StandardScaler().fit_transform(x)

binary = (x @ [1.0, -0.5, 0.2] + noise > 4).astype(int)
multi = np.digitize(x @ [0.7, 0.1, -0.4] + noise, [0.5, 2.5])
number = x @ [3.0, -1.0, 0.5] + noise + 100

logistic = dict(C=0.5, solver="lbfgs", tol=1e-12, max_iter=10_000)
print(
    json.dumps(
        {
            "x": x.ravel().tolist(),
            "binary": binary.tolist(),
            "binary_probabilities": LogisticRegression(**logistic).fit(scaled, binary).predict_proba(scaled).ravel().tolist(),
            "multi": multi.tolist(),
            "multi_probabilities": LogisticRegression(**logistic).fit(scaled, multi).predict_proba(scaled).ravel().tolist(),
            "number": number.tolist(),
            "number_predictions": Ridge(alpha=2.0).fit(scaled, number).predict(scaled).tolist(),
        }
    )
)
