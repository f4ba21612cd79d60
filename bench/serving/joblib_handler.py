"""A model that joblib stored, read when the function starts: scikit-learn's or LightGBM's."""

import os

import request
import joblib

MODEL = joblib.load(os.environ["MODEL"])


def handler(event, context):
    probabilities = MODEL.predict_proba(request.read(event))
    return request.answer(MODEL.classes_[probabilities.argmax(axis=1)], probabilities[:, 1])
