"""Golden numbers for shared/src/learners/naive_bayes.rs, from scikit-learn 1.9.1.

    pip install scikit-learn==1.9.1
    python scripts/golden/naive_bayes.py > shared/learning/tests/golden/naive_bayes.json
"""

import json

import numpy as np
from sklearn.naive_bayes import CategoricalNB, GaussianNB
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(8)
labels = rng.choice(3, 120, p=[0.5, 0.3, 0.2])
x = (rng.normal(0, 1, (120, 3)) * [1, 50, 0.01] + labels[:, None] * [1, -20, 0.003]).round(5)
codes = np.column_stack([rng.integers(0, 3, 120), np.minimum(rng.poisson(labels), 4)])
weights = rng.integers(1, 4, 120) / 2

scaled = StandardScaler().fit_transform(x)


def gaussian(w):
    return GaussianNB(var_smoothing=1e-3).fit(scaled, labels, w).predict_proba(scaled).ravel().tolist()


def categorical(w):
    return CategoricalNB(alpha=0.5).fit(codes, labels, w).predict_proba(codes).ravel().tolist()


print(
    json.dumps(
        dict(
            x=x.ravel().tolist(),
            codes=codes.astype(float).ravel().tolist(),
            labels=labels.tolist(),
            weights=weights.tolist(),
            gaussian=gaussian(None),
            gaussian_weighted=gaussian(weights),
            categorical=categorical(None),
            categorical_weighted=categorical(weights),
        )
    )
)
