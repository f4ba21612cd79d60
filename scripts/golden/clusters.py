"""Golden numbers for clusters (learners/density, learners/k_means, metrics/silhouettes), from
scikit-learn 1.9.1.

    pip install scikit-learn==1.9.1
    python scripts/golden/clusters.py > shared/learning/tests/golden/clusters.json
"""

import json

import numpy as np
from sklearn.cluster import DBSCAN, KMeans
from sklearn.metrics import silhouette_samples, silhouette_score

rng = np.random.default_rng(8)


def blobs(rows: int, columns: int, centres: int, spread: float) -> np.ndarray:
    middles = rng.uniform(-3, 3, (centres, columns))
    return (middles[rng.integers(0, centres, rows)] + rng.normal(0, spread, (rows, columns))).round(3)


# Whole numbers: many rows lie on the very border of others' neighbourhoods, and reach several clusters.
grid = rng.integers(0, 14, (150, 2)).astype(float)
sets = [
    (blobs(200, 2, 4, 0.4), 0.3, 5),
    (blobs(150, 2, 3, 0.8), 0.35, 4),
    (blobs(120, 3, 5, 0.5), 0.7, 6),
    (blobs(80, 5, 3, 0.5), 1.2, 4),
    (grid, 1.0, 4),
    (grid, np.sqrt(2), 5),
    (blobs(100, 1, 3, 0.5), 0.05, 3),
]
density = []
for x, eps, min_samples in sets:
    found = DBSCAN(eps=eps, min_samples=min_samples).fit(x)
    labels = found.labels_
    core = set(found.core_sample_indices_.tolist())
    # A border row that core rows of several clusters reach.
    reached = [
        {labels[j] for j in core if np.sum((x[i] - x[j]) ** 2) <= eps * eps}
        for i in range(len(x))
        if i not in core and labels[i] >= 0
    ]
    apart = len(set(labels)) > 1
    density.append(
        dict(
            x=x.ravel().tolist(),
            columns=x.shape[1],
            params=dict(eps=float(eps), min_samples=min_samples),
            labels=labels.tolist(),
            cores=len(core),
            contested=sum(len(clusters) > 1 for clusters in reached),
            silhouettes=silhouette_samples(x, labels).round(12).tolist() if apart else [],
            silhouette=float(silhouette_score(x, labels)) if apart else 0.0,
        )
    )

means = []
for columns, k in [(2, 4), (3, 3), (4, 6)]:
    x = blobs(120, columns, k, 0.35)
    found = KMeans(n_clusters=k, n_init=50, random_state=0, tol=0).fit(x)
    means.append(
        dict(
            x=x.ravel().tolist(),
            columns=columns,
            n_clusters=k,
            inertia=float(found.inertia_),
            labels=found.labels_.tolist(),
        )
    )

print(json.dumps(dict(density=density, means=means)))
