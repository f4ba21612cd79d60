"""Golden numbers for learners/isolation, from scikit-learn 1.9.1: its trees, and what they
score.

    pip install scikit-learn==1.9.1
    python scripts/golden/isolation.py > shared/learning/tests/golden/isolation.json
"""

import json

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.ensemble._iforest import _average_path_length

rng = np.random.default_rng(4)
x = rng.normal(0, 1, (90, 3)).round(3).astype(np.float32)
queries = np.vstack([x[:20], rng.normal(0, 3, (20, 3)).round(3).astype(np.float32)])
forest = IsolationForest(n_estimators=5, max_samples=32, contamination=0.15, random_state=0).fit(x)


def nodes(tree, node: int = 0, depth: int = 0) -> list[list[float]]:
    """The node and its descendants, left ones first: feature (or -1), threshold (or path length), right child."""
    if tree.children_left[node] < 0:
        path = depth + float(_average_path_length(np.array([tree.n_node_samples[node]]))[0])
        return [[-1, path, 0]]
    left = nodes(tree, tree.children_left[node], depth + 1)
    right = nodes(tree, tree.children_right[node], depth + 1)
    for part, offset in ((left, 1), (right, 1 + len(left))):
        for entry in part:
            if entry[0] >= 0:
                entry[2] += offset
    # A 32-bit value goes to the left of a 64-bit threshold if and only if it does so of the next lower 32-bit one.
    threshold = np.float32(tree.threshold[node])
    if float(threshold) > tree.threshold[node]:
        threshold = np.nextafter(threshold, np.float32(-np.inf))
    return [[int(tree.feature[node]), float(threshold), 1 + len(left)], *left, *right]


sizes = [1, 2, 3, 10, 32, 256, 100000]
print(
    json.dumps(
        dict(
            x=x.ravel().tolist(),
            queries=queries.ravel().tolist(),
            trees=[nodes(tree.tree_) for tree in forest.estimators_],
            sample=32,
            scores=(-forest.score_samples(queries)).tolist(),
            offset=float(forest.offset_),
            training=(-forest.score_samples(x)).tolist(),
            sizes=sizes,
            paths=_average_path_length(np.array(sizes)).tolist(),
        )
    )
)
