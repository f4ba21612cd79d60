"""An API Gateway event of the Open Inference Protocol, read and answered as a careful user would."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import orjson

HEADERS = {"content-type": "application/json"}


def read(event: dict) -> np.ndarray:
    inputs = orjson.loads(event["body"])["inputs"]
    return np.column_stack([column["data"] for column in inputs])


def answer(labels: np.ndarray, probabilities: np.ndarray) -> dict:
    outputs = [
        {"name": "label", "shape": [len(labels)], "datatype": "INT64", "data": labels},
        {"name": "probability", "shape": [len(labels)], "datatype": "FP64", "data": np.ascontiguousarray(probabilities)},
    ]
    body = orjson.dumps({"model_name": "bench", "outputs": outputs}, option=orjson.OPT_SERIALIZE_NUMPY)
    return {"statusCode": 200, "headers": HEADERS, "body": body.decode()}
