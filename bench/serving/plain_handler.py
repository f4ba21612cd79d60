"""scikit-learn's boosting as one writes it at first: the standard library's JSON, and a table of pandas."""

import json
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import joblib
import pandas

MODEL = joblib.load(os.environ["MODEL"])


def handler(event, context):
    inputs = json.loads(event["body"])["inputs"]
    rows = pandas.DataFrame({column["name"]: column["data"] for column in inputs})
    probabilities = MODEL.predict_proba(rows)
    labels = MODEL.classes_[probabilities.argmax(axis=1)]
    outputs = [
        {"name": "label", "shape": [len(rows)], "datatype": "INT64", "data": labels.tolist()},
        {"name": "probability", "shape": [len(rows)], "datatype": "FP64", "data": probabilities[:, 1].tolist()},
    ]
    body = json.dumps({"model_name": "bench", "outputs": outputs})
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": body}
