"""Golden numbers for shared/src/learners/adjust, from scikit-learn 1.9.1.

    pip install scikit-learn==1.9.1
    python scripts/golden/calibration.py > shared/learning/tests/golden/calibration.json
"""

import json

import numpy as np
from scipy.special import logit
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression

rng = np.random.default_rng(11)
rows = 200
# Two decimals make ties; the truth is less certain than what is predicted.
proba = np.round(rng.uniform(0.01, 0.99, rows), 2)
truth = (rng.uniform(0, 1, rows) < 0.25 + 0.5 * proba).astype(int)
at = np.linspace(0.005, 0.995, 34)

sigmoid = _SigmoidCalibration().fit(logit(proba), truth)
isotonic = IsotonicRegression(out_of_bounds="clip").fit(proba, truth)
print(
    json.dumps(
        {
            "probabilities": proba.tolist(),
            "truth": truth.tolist(),
            # scikit-learn's signs are those of exp(slope x + intercept) in the denominator.
            "slope": -sigmoid.a_,
            "intercept": -sigmoid.b_,
            "at": at.tolist(),
            "sigmoid": sigmoid.predict(logit(at)).tolist(),
            "isotonic": isotonic.predict(at).tolist(),
        }
    )
)
