"""Asks the local factory with MLflow's own scoring client."""

import os

import numpy
import pandas
from mlflow.pyfunc.scoring_server.client import ScoringServerClient
from rides import rides, train

# The client writes what is missing as a bare `NaN`.
FRAME = pandas.DataFrame({"dist": [8.6, 1.2, 15.0], "zone": ["airport", "harbour", None]})


def main() -> None:
    train("taxi", rides(1, rows=600))
    host, port = os.environ["HTTP_API"].removeprefix("http://").split(":")
    client = ScoringServerClient(host, port)
    client.wait_server_ready(timeout=5)
    version = client.get_version()
    predicted = client.invoke(FRAME).get_predictions()
    assert predicted.shape == (3, 1) and numpy.isfinite(predicted.to_numpy()).all(), predicted

    # One of several models is named by its path, also to be pinged.
    train("late", rides(2, rows=600, classes=True))
    client.url_prefix += "/models/taxi/versions/champion"
    client.wait_server_ready(timeout=5)
    assert client.get_version() == version
    assert client.invoke(FRAME.fillna("")).get_predictions().equals(predicted)
    told = client.invoke(FRAME, params={"interval": 0.9}).get_predictions()
    assert (told["lower"] < told["predict"]).all() and (told["predict"] < told["upper"]).all(), told

    for value, status, words in [
        (numpy.nan, 422, "input `dist`, row 3: missing, though"),
        (numpy.inf, 400, "which is no number in JSON"),
    ]:
        try:
            client.invoke(FRAME.assign(dist=[8.6, 1.2, value]))
        except Exception as error:
            assert f"error code {status}" in str(error) and words in str(error), error
        else:
            raise SystemExit(f"{value} is answered")
    print("MLflow's scoring client is answered")


main()
