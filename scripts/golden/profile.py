"""Golden numbers for shared/src/profile, from numpy 2.4.6.

    pip install numpy==2.4.6
    python scripts/golden/profile.py > shared/tests/golden/profile.json

`numpy.histogram` counts as Model Monitor's (Deequ's) ten buckets do: each holds its
lower bound, and the last one holds the maximum, too.
"""

import json

import numpy as np

rng = np.random.default_rng(5)


def case(name, values):
    values = np.asarray(values, dtype=float)
    counts, bounds = np.histogram(values, bins=10)
    return {
        "name": name,
        "values": values.tolist(),
        "mean": values.mean(),
        "std_dev": values.std(),
        "bounds": bounds.tolist(),
        "counts": counts.tolist(),
    }


cases = [
    case("a few distinct numbers", np.round(rng.normal(3, 2, 120), 2)),
    case("a grid whose values are bounds", rng.integers(0, 21, 400)),
    case("many numbers", np.round(rng.normal(0, 10, 1500), 2)),
    case("a skewed column", np.round(rng.lognormal(1, 1, 1500), 3)),
]
print(json.dumps(cases))
