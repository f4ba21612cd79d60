"""Stores LightGBM's booster as a model of MLflow.

    python bench/http/mlflow_model.py MODEL_TXT FOLDER
"""

import sys

import lightgbm
import mlflow.lightgbm

mlflow.lightgbm.save_model(lightgbm.Booster(model_file=sys.argv[1]), sys.argv[2])
