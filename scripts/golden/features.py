"""Golden numbers for shared/src/features, from scikit-learn 1.9.1 and pandas 3.

    pip install scikit-learn==1.9.1 pandas
    python scripts/golden/features.py > shared/tabular/tests/golden/features.json

Each case has the `model.toml` of the same transform, the encoding, the target, and the
features of the test rows; a missing number is null.
"""

import json

import numpy as np
import pandas as pd
import sklearn
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

rng = np.random.default_rng(7)
ROWS = 300
x = np.round(rng.exponential(3.0, ROWS), 1)
x[rng.random(ROWS) < 0.1] = np.nan
z = np.round(rng.normal(50.0, 4.0, ROWS), 2)
modes, shares = ["bus", "car", "bike", "train", "tram"], [0.4, 0.25, 0.15, 0.15, 0.05]
c = rng.choice(modes, ROWS, p=shares).astype(object)
notes = ["Late AGAIN: train 42", "on time", "late train, full train", "Café été", "", "on-time; on_time"]
note = rng.choice(notes, ROWS).astype(object)
when = 1_500_000_000 + rng.integers(0, 40_000_000, ROWS)
number = np.round(np.nan_to_num(x) + np.where(c == "bus", 2.0, 0.0) + rng.normal(0, 1, ROWS), 2)
targets = {
    "number": number,
    "binary": np.where(number > np.median(number), "yes", "no"),
    "three": np.where(number > 6, "high", np.where(number > 3, "mid", "low")),
}
train = {"x": x, "z": z, "c": c, "note": note, "when": when}

test = {
    "x": [0.0, 0.1, 2.4, 2.45, np.nan, 7.77, 1000.0, -5.0, 3.3, 1.0],
    "z": [50.0, 49.9, 30.0, 70.0, 51.3, 48.2, 50.5, 44.4, 55.5, 60.6],
    "c": ["bus", "car", "bike", "train", "tram", "boat", "bus", "car", "bike", "train"],
    "note": ["late", "TRAIN train", "café", "", "nothing known", "on time", "42 42 42", "été", "on_time", "a-b-c"],
    "when": [0, 1_500_000_000, 1_510_000_000, 1_520_000_001, 1_530_000_000, 951_782_400, 1_540_000_000, -1, 1_600_000_000, 86_399],
}


def plain(values):
    values = np.asarray(values, dtype=object).tolist()
    return [None if isinstance(value, float) and np.isnan(value) else value for value in values]


cases = []


def case(name, columns, toml, transformer, encoding="native", target="number"):
    """`transformer` is fitted to the training rows, or a function of training and test column."""
    dtype = object if columns[0] in ("c", "note") else float
    fit, apply = (np.column_stack([np.asarray(table[c], dtype=dtype) for c in columns]) for table in (train, test))
    if callable(transformer):
        features = transformer(fit[:, 0], apply[:, 0])
    else:
        features = transformer.fit(fit, targets[target]).transform(apply)
    features = features.toarray() if hasattr(features, "toarray") else features
    features = [plain(row) for row in np.asarray(features, dtype=float).round(13)]
    cases.append(
        {"name": name, "columns": columns, "spec": toml, "encoding": encoding, "target": target, "features": features}
    )


for strategy in ["mean", "median", "most_frequent"]:
    imputer = SimpleImputer(strategy=strategy, add_indicator=True)
    case(f"SimpleImputer {strategy}", ["x"], f"[columns.x]\nimpute = '{strategy}'", imputer)
constant = "[columns.x]\nimpute = 'constant'\nfill = -1.5\nindicator = false"
case("SimpleImputer constant", ["x"], constant, SimpleImputer(strategy="constant", fill_value=-1.5))
for scale, scaler in [("standard", StandardScaler()), ("min_max", MinMaxScaler()), ("robust", RobustScaler())]:
    case(type(scaler).__name__, ["x"], f"[columns.x]\nscale = '{scale}'", scaler)
case("log1p", ["x"], "[columns.x]\ntransform = 'log'", lambda _, x: (np.sign(x) * np.log1p(np.abs(x)))[:, None])
for name, distribution in [("quantile", "uniform"), ("quantile_normal", "normal")]:
    case(
        f"QuantileTransformer {distribution}",
        ["x", "z"],
        f"[columns.x]\ntransform = '{name}'\n[columns.z]\ntransform = '{name}'",
        QuantileTransformer(n_quantiles=256, output_distribution=distribution, subsample=None),
    )
case(
    "Normalizer",
    ["x", "z"],
    "[columns.x]\nscale = 'l2'\nindicator = false\n[columns.z]\nscale = 'l2'",
    make_pipeline(SimpleImputer(strategy="median"), Normalizer()),
)
one_hot = "[columns.c]\nencode = 'one_hot'"
case("OneHotEncoder", ["c"], one_hot, OneHotEncoder(handle_unknown="ignore"))
drop_first = OneHotEncoder(drop="first", handle_unknown="ignore")
case("OneHotEncoder drop first", ["c"], one_hot + "\ndrop_first = true", drop_first)
ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
case("OrdinalEncoder", ["c"], "[columns.c]\nencode = 'ordinal'", ordinal)


def string_index(fit, apply):
    """Spark's StringIndexer with handleInvalid="keep"."""
    counts = pd.Series(fit).value_counts()
    order = sorted(counts.index, key=lambda level: (-counts[level], level))
    return np.array([[order.index(level) if level in order else len(order)] for level in apply])


case("StringIndexer", ["c"], "[columns.c]\nencode = 'frequency'\nunknown = 'keep'", string_index)
for target in targets:
    case(f"TargetEncoder {target}", ["c"], "[columns.c]\nencode = 'target'", TargetEncoder(smooth=10.0), target=target)

words = HashingVectorizer(n_features=16, alternate_sign=False, norm=None, token_pattern=r"(?u)[^\W_]+")
weights = TfidfTransformer()
hashing = "[columns.note]\nencode = 'hash'\nbuckets = 16"
case("HashingVectorizer", ["note"], hashing, lambda fit, apply: words.transform(apply))
case(
    "TfidfTransformer",
    ["note"],
    hashing,
    lambda fit, apply: weights.fit(words.transform(fit)).transform(words.transform(apply)),
    encoding="standardised",
)


def dates(fit, apply):
    d = pd.to_datetime(apply, unit="s")
    return np.column_stack([d.year, d.month, d.day, d.day_of_week, d.day_of_year, d.hour, apply])


case("date parts", ["when"], "[columns.when]\nencode = 'date_parts'", dates)
scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
case("median and StandardScaler", ["z"], "", scaled, encoding="standardised")

golden = {
    "scikit_learn": sklearn.__version__,
    "train": {name: plain(values) for name, values in train.items()},
    "test": {name: plain(values) for name, values in test.items()},
    "targets": {name: plain(values) for name, values in targets.items()},
    "cases": cases,
}
print(json.dumps(golden, separators=(",", ":"), ensure_ascii=False))
