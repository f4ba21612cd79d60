"""Models of XGBoost 3.2.0 and LightGBM 4.7.0 with their answers, for shared/tests/exchange.rs.

    pip install xgboost==3.2.0 lightgbm==4.7.0 pandas==3.1.1
    python scripts/golden/exchange.py shared/learning/tests/golden/exchange

Writes a few small model files and `answers.json`: for each file its inputs and what the
library answers. The inputs are numbers of single precision, as our features are. In `refused/`
lie models that cannot be imported, of one split each.
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

of_xgboost("xgb-forest", "reg:squarederror", number, plain, ["ubj"], num_parallel_tree=3, subsample=0.7, max_depth=2)
of_lightgbm("lgb-dart", "regression", number, plain, boosting="dart", drop_rate=0.5, num_leaves=4)
linear = lgb.Dataset(plain, number, params={"linear_tree": True})
model = lgb.train({"objective": "regression", "linear_tree": True, "num_leaves": 3, "verbose": -1, "seed": 1}, linear, 3)
model.save_model(TO / "lgb-linear.txt")
case("lgb-linear.txt", model.predict(plain), plain)

REFUSED = TO / "refused"
REFUSED.mkdir(exist_ok=True)


def refused_xgboost(name, target, data=plain, **params):
    matrix = xgb.DMatrix(data, target, enable_categorical=True)
    xgb.train({"max_depth": 1, "seed": 1, **params}, matrix, 1).save_model(REFUSED / f"{name}.json")


def refused_lightgbm(name, target, data=plain, group=None, **params):
    params = {"num_leaves": 2, "verbose": -1, "seed": 1, **params}
    model = lgb.train(params, lgb.Dataset(data, target, group=group), 1)
    model.save_model(REFUSED / f"{name}.txt")
    return model


def squared_error(predicted, data):
    return predicted - data.get_label(), np.ones_like(predicted)


codes = pd.DataFrame({"a": plain["a"], "shop": pd.Categorical(frame["shop"].cat.codes)})
beyond_ascii = pd.DataFrame({"shop": frame["shop"].cat.rename_categories({"north": "nörd"})})
alike = pd.DataFrame({"a": plain["a"], "shop": pd.Categorical(["north"] * ROWS)})
refused_xgboost("xgb-dart", number, booster="dart")
matrix = xgb.DMatrix(plain.fillna(0), number)
xgb.train({"booster": "gblinear"}, matrix, 1).save_model(REFUSED / "xgb-gblinear.json")
refused_xgboost("xgb-ranking", binary, objective="rank:ndcg")
refused_xgboost("xgb-survival", np.abs(number) + 0.1, objective="survival:cox")
refused_xgboost("xgb-shares", binary, objective="reg:logistic")
refused_xgboost("xgb-margins", binary, objective="binary:logitraw")
refused_xgboost("xgb-two-targets", np.c_[number, -number])
refused_xgboost("xgb-two-quantiles", number, objective="reg:quantileerror", quantile_alpha=[0.1, 0.9])
refused_xgboost("xgb-numeric-categories", binary, codes, objective="binary:logistic")
refused_xgboost("xgb-categories-beyond-ascii", binary, beyond_ascii, objective="binary:logistic")
refused_lightgbm("lgb-forest", number, objective="regression", boosting="rf", bagging_fraction=0.7, bagging_freq=1)
refused_lightgbm("lgb-ranking", binary, group=[100, 100, 100], objective="lambdarank")
refused_lightgbm("lgb-own-objective", number, objective=squared_error)
refused_lightgbm("lgb-sigmoid", binary, objective="binary", sigmoid=2.0)
refused_lightgbm("lgb-root", number, objective="regression", reg_sqrt=True)
refused_lightgbm("lgb-shares", binary, objective="cross_entropy")
refused_lightgbm("lgb-shares-lambda", binary, objective="cross_entropy_lambda")
refused_lightgbm("lgb-one-against-rest", several, objective="multiclassova", num_class=3)
refused_lightgbm("lgb-zero-as-missing", number, plain.fillna(0), objective="regression", zero_as_missing=True, num_leaves=6, min_data_in_leaf=5)
refused_lightgbm("lgb-numeric-categories", binary, codes, objective="binary", num_leaves=4, min_data_per_group=5)
refused_lightgbm("lgb-one-category", number, alike, objective="regression")
dump = refused_lightgbm("dump", number, objective="regression").dump_model()
(REFUSED / "dump.txt").unlink()
(REFUSED / "lgb-dump.json").write_text(json.dumps(dump))
matrix = xgb.DMatrix(plain, number)
dump = xgb.train({"max_depth": 1}, matrix, 1).get_dump(dump_format="json")
(REFUSED / "xgb-dump.json").write_text(f"[{dump[0]}]")

(TO / "answers.json").write_text(json.dumps(cases))
