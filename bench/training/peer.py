"""One training by a Python library, as a user would write it; a JSON line with the holdout's score.

    python bench/training/peer.py fit LEARNER TRAIN.csv TEST.csv
    python bench/training/peer.py search TRAIN.csv TEST.csv --trials 20 | --seconds 60 [--seed 1]
    python bench/training/peer.py label dbscan|isolation_forest DATA.csv --params '{"eps": 0.05}'
"""

import argparse
import json
import os

import pandas as pd

FOLDS = 5


def read(path: str) -> tuple[pd.DataFrame, pd.Series]:
    frame = pd.read_csv(path)
    target = frame.pop("target")
    return frame, target


def categories(train: pd.DataFrame, test: pd.DataFrame) -> None:
    for column in train.columns:
        if not pd.api.types.is_numeric_dtype(train[column]):
            train[column] = train[column].astype("category")
            test[column] = pd.Categorical(test[column], categories=train[column].cat.categories)


def one_hot(train: pd.DataFrame):
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = [c for c in train.columns if pd.api.types.is_numeric_dtype(train[c])]
    texts = [c for c in train.columns if c not in numbers]
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            ("texts", OneHotEncoder(handle_unknown="ignore"), texts),
        ]
    )


def model(learner: str, train: pd.DataFrame, classes: int, threads: int, **params):
    """The library's model; `params` replace the benchmark's hyper-parameters."""
    classification = classes > 0
    if learner == "lightgbm":
        from lightgbm import LGBMClassifier, LGBMRegressor

        params = {"n_estimators": 100, **params}
        return (LGBMClassifier if classification else LGBMRegressor)(n_jobs=threads, verbose=-1, **params)
    if learner == "xgboost":
        from xgboost import XGBClassifier, XGBRegressor

        params = {"n_estimators": 100, "max_depth": 6, "learning_rate": 0.1, "enable_categorical": True, **params}
        return (XGBClassifier if classification else XGBRegressor)(n_jobs=threads, tree_method="hist", **params)
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline

    if learner == "random_forest":
        kind = RandomForestClassifier if classification else RandomForestRegressor
        return make_pipeline(one_hot(train), kind(n_estimators=100, n_jobs=threads, random_state=42))
    return make_pipeline(one_hot(train), LogisticRegression(max_iter=1000) if classification else Ridge())


def score(fitted, test: pd.DataFrame, truth: pd.Series, classes: int) -> dict:
    from sklearn.metrics import log_loss, roc_auc_score, root_mean_squared_error

    if classes == 0:
        return {"metric": "rmse", "score": root_mean_squared_error(truth, fitted.predict(test))}
    probabilities = fitted.predict_proba(test)
    if classes == 2:
        return {"metric": "roc_auc", "score": roc_auc_score(truth, probabilities[:, 1])}
    return {"metric": "log_loss", "score": log_loss(truth, probabilities)}


def search(train, target, classes, options):
    """LightGBM tuned by Optuna on the mean of the folds, then fitted to all rows."""
    import optuna
    from sklearn.model_selection import cross_val_score

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    scoring = {0: "neg_root_mean_squared_error", 2: "roc_auc"}.get(classes, "neg_log_loss")

    def objective(trial):
        params = {
            "n_estimators": trial.suggest_int("n_estimators", 50, 500, log=True),
            "num_leaves": trial.suggest_int("num_leaves", 8, 128, log=True),
            "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.3, log=True),
            "min_child_samples": trial.suggest_int("min_child_samples", 5, 100, log=True),
            "colsample_bytree": trial.suggest_float("colsample_bytree", 0.5, 1.0),
            "reg_lambda": trial.suggest_float("reg_lambda", 1e-3, 10.0, log=True),
        }
        candidate = model("lightgbm", train, classes, options.threads, **params)
        return cross_val_score(candidate, train, target, scoring=scoring, cv=FOLDS).mean()

    sampler = optuna.samplers.TPESampler(seed=options.seed)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(objective, n_trials=options.trials, timeout=options.seconds)
    best = model("lightgbm", train, classes, options.threads, **study.best_params)
    return best.fit(train, target), len(study.trials)


def label(learner: str, path: str, params: dict, threads: int) -> dict:
    """The share of rows that a model without a target takes for noise."""
    from sklearn.cluster import DBSCAN
    from sklearn.ensemble import IsolationForest
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    kind = {"dbscan": DBSCAN, "isolation_forest": IsolationForest}[learner]
    seeded = {"random_state": 42} if kind is IsolationForest else {}
    labels = make_pipeline(StandardScaler(), kind(n_jobs=threads, **seeded, **params)).fit_predict(pd.read_csv(path))
    return {"metric": "noise", "score": float((labels == -1).mean())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["fit", "search", "label"])
    parser.add_argument("arguments", nargs="+")
    parser.add_argument("--trials", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--params", type=json.loads, default={})
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    if options.what == "label":
        print(json.dumps(label(*options.arguments, options.params, options.threads)))
        return
    *learner, train_path, test_path = options.arguments
    train, target = read(train_path)
    test, truth = read(test_path)
    classes = target.nunique() if target.nunique() < 20 else 0
    if classes:
        names = {name: index for index, name in enumerate(sorted(target.unique()))}
        target, truth = target.map(names), truth.map(names)
    if options.what == "search" or learner[0] in ("lightgbm", "xgboost"):
        categories(train, test)
    trials = None
    if options.what == "search":
        fitted, trials = search(train, target, classes, options)
    else:
        fitted = model(learner[0], train, classes, options.threads).fit(train, target)
    print(json.dumps({**score(fitted, test, truth, classes), "trials": trials}))


if __name__ == "__main__":
    main()
