"""Loads our exported models in XGBoost and compares its answers with ours.

    python scripts/check_exchange.py target/tmp/exchange

`check-exchange.sh` installs what it needs and runs the test `exchange` before, which leaves
for each model `name.json`, the export, and `name.answers.json`: the inputs and our answers.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost as xgb

TOLERANCE = 1e-5

folder = Path(sys.argv[1])
files = sorted(folder.glob("*.answers.json"))
if not files:
    sys.exit(f"{folder} holds no answers: run the test first")
failed = False
for file in files:
    name = file.name.removesuffix(".answers.json")
    ours = json.loads(file.read_text())
    model = xgb.Booster(model_file=folder / f"{name}.json")
    frame = pd.DataFrame(ours["columns"])
    for column, type_ in zip(model.feature_names, model.feature_types):
        # In the order of appearance: XGBoost finds the codes by the categories' names.
        frame[column] = (
            frame[column].astype("category") if type_ == "c" else frame[column].astype("float32")
        )
    answers = model.predict(xgb.DMatrix(frame[model.feature_names], enable_categorical=True))
    if answers.ndim == 1 and ours["classes"] == 2:
        answers = np.column_stack([1 - answers, answers])
    difference = np.abs(answers.ravel() - np.array(ours["answers"])).max()
    allowed = TOLERANCE * max(1.0, np.abs(ours["answers"]).max())
    print(f"{name}: {len(frame)} rows, greatest difference {difference:.1e}")
    failed |= not difference <= allowed
sys.exit("the answers differ" if failed else 0)
