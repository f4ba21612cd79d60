"""Golden scores for shared/src/learners/forest, from scikit-learn 1.9.1.

    pip install scikit-learn==1.9.1 pandas==2.3.3
    python scripts/golden/forest.py ../shared/data > shared/learning/tests/golden/forest.json

Each score is of every fourth row (0, 4, …), by a forest fitted to the others; one score
a seed. Categories are codes in the order of their names, which scikit-learn reads as
numbers.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.metrics import log_loss, roc_auc_score, root_mean_squared_error

DATA = Path(sys.argv[1])
SEEDS = range(10)
TREES = 50


def score(name, classifier, regressor, seed):
    table = pd.read_csv(DATA / f"{name}.csv", sep=";" if name == "bank" else ",")
    target = table.iloc[:, -1]
    inputs = table.iloc[:, :-1].apply(
        lambda column: column if column.dtype.kind in "if" else column.astype("category").cat.codes
    )
    held_out = np.arange(len(table)) % 4 == 0
    model = (regressor if name == "diabetes" else classifier)(n_estimators=TREES, random_state=seed)
    model.fit(inputs[~held_out], target[~held_out])
    truth = target[held_out]
    if name == "diabetes":
        return root_mean_squared_error(truth, model.predict(inputs[held_out]))
    probabilities = model.predict_proba(inputs[held_out])
    if name == "wine":
        return log_loss(truth, probabilities)
    return roc_auc_score(truth, probabilities[:, 1])


print(
    json.dumps(
        {
            learner: {
                name: [round(score(name, *models, seed), 6) for seed in SEEDS]
                for name in ["wine", "breast-cancer", "bank", "diabetes"]
            }
            for learner, models in {
                "random_forest": (RandomForestClassifier, RandomForestRegressor),
                "extra_trees": (ExtraTreesClassifier, ExtraTreesRegressor),
            }.items()
        },
        indent=1,
    )
)
