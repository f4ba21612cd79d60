"""Models of XGBoost 3.2.0 and LightGBM 4.7.0 with their answers, for shared/tests/exchange.rs.

    pip install xgboost==3.2.0 lightgbm==4.7.0 pandas==3.1.1
    python scripts/golden/exchange.py shared/learning/tests/golden/exchange

Writes a few small model files and `answers.json`: for each file its inputs and what the
library answers. The inputs are numbers of single precision, as our features are.
"""

import json
import sys
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
import xgboost as xgb

TO = Path(sys.argv[1])
TO.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(5)
ROWS = 300
numbers = rng.normal(size=(ROWS, 3)).astype("float32").round(3)
numbers[rng.random((ROWS, 3)) < 0.1] = np.nan
filled = np.nan_to_num(numbers)
frame = pd.DataFrame(numbers, columns=["a", "b", "c"])
frame["shop"] = pd.Categorical(rng.choice(["north", "south", "east", "west", "a b"], ROWS))
number = (filled @ [2.0, -1.0, 0.5] + frame["shop"].isin(["east", "west"]) * 6 - 2 + rng.normal(size=ROWS)).to_numpy()
binary = (number > 0).astype(int)
several = np.digitize(number, [-1.0, 1.5])
SHOWN = slice(0, 25)

cases = []


def case(file, answers, data):
    rows = data.astype(object).where(data.notna(), None).iloc[SHOWN]
    cases.append(
        {
            "file": file,
            "columns": {str(name): rows[name].tolist() for name in rows},
            "answers": np.asarray(answers, dtype="float64")[SHOWN].ravel().tolist(),
        }
    )


def of_xgboost(name, objective, target, data, formats, **more):
    matrix = xgb.DMatrix(data, target, enable_categorical=True)
    params = {"objective": objective, "max_depth": 3, "eta": 0.5, "seed": 1, **more}
    model = xgb.train(params, matrix, 3)
    answers = model.predict(matrix)
    if objective == "multi:softmax":
        answers = xgb.train({**params, "objective": "multi:softprob"}, matrix, 3).predict(matrix)
    for format in formats:
        model.save_model(TO / f"{name}.{format}")
        case(f"{name}.{format}", answers, data)


def of_lightgbm(name, objective, target, data, **more):
    params = {"objective": objective, "num_leaves": 6, "learning_rate": 0.5, "verbose": -1, "seed": 1, "min_data_in_leaf": 5, **more}
    model = lgb.train(params, lgb.Dataset(data, target), 3)
    model.save_model(TO / f"{name}.txt")
    case(f"{name}.txt", model.predict(data), data)


plain = frame[["a", "b", "c"]]
of_xgboost("xgb-regression", "reg:squarederror", number, plain, ["json"])
of_xgboost("xgb-binary", "binary:logistic", binary, frame, ["json", "ubj"], max_cat_to_onehot=1)
of_xgboost("xgb-multiclass", "multi:softprob", several, plain, ["ubj"], num_class=3)
of_xgboost("xgb-softmax", "multi:softmax", several, plain, ["json"], num_class=3, max_depth=2)
of_lightgbm("lgb-regression", "regression", number, plain)
of_lightgbm("lgb-binary", "binary", binary, frame, min_data_per_group=5, cat_smooth=1, cat_l2=0)
of_lightgbm("lgb-multiclass", "multiclass", several, plain, num_class=3, num_leaves=4)

(TO / "answers.json").write_text(json.dumps(cases))
