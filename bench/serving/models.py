"""Writes rows of 20 numbers and the models of the peers, trained on them.

    python bench/serving/models.py FOLDER

`rows.csv` is what the factory profiles and scores the model on; `model.txt` is LightGBM's
model, which the factory imports; `lightgbm.joblib` and `model.onnx` are the same model, and
`sklearn.joblib` is scikit-learn's boosting of the same size: 100 trees of 31 leaves, and
`sklearn-frame.joblib` the same fitted on a table with names.
"""

import pathlib
import sys

import joblib
import lightgbm
import numpy as np
import onnxmltools
import pandas
from onnxmltools.convert.common.data_types import FloatTensorType
from sklearn.ensemble import HistGradientBoostingClassifier

COLUMNS, ROWS, TREES = 20, 20_000, 100

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(1)
rows = random.random((ROWS, COLUMNS)).round(4)
signal = rows[:, :5].sum(axis=1) + np.sin(9 * rows[:, 5]) * rows[:, 6] + 0.5 * random.random(ROWS)
target = (signal > np.median(signal)).astype(int)

names = [f"x{column}" for column in range(COLUMNS)]
table = np.column_stack([rows, target])
np.savetxt(folder / "rows.csv", table, "%.4f," * COLUMNS + "%d", header=",".join([*names, "target"]), comments="")

boosting = lightgbm.LGBMClassifier(n_estimators=TREES, num_leaves=31, verbose=-1, n_jobs=1)
boosting.fit(rows, target, feature_name=names)
boosting.booster_.save_model(folder / "model.txt")
joblib.dump(boosting, folder / "lightgbm.joblib")
onnx = onnxmltools.convert_lightgbm(
    boosting, initial_types=[("X", FloatTensorType([None, COLUMNS]))], zipmap=False
)
onnxmltools.utils.save_model(onnx, str(folder / "model.onnx"))
for file, inputs in [("sklearn.joblib", rows), ("sklearn-frame.joblib", pandas.DataFrame(rows, columns=names))]:
    scikit = HistGradientBoostingClassifier(max_iter=TREES, early_stopping=False).fit(inputs, target)
    joblib.dump(scikit, folder / file)
