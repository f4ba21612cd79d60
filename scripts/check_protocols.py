"""Asks the local factory with Triton's client, and as MLflow's clients do."""

import json
import os
import urllib.error
import urllib.request

import numpy
from rides import rides, train
from tritonclient import http
from tritonclient.utils import InferenceServerException

SERVER = os.environ["HTTP_API"]
DIST, ZONE = [8.6, 1.2, 15.0], ["airport", "harbour", None]


def tensors(count: int = 3) -> list[http.InferInput]:
    """One tensor for each input, as JSON."""
    dist = http.InferInput("dist", [count], "FP64")
    dist.set_data_from_numpy(numpy.array(DIST[:count]), binary_data=False)
    zone = http.InferInput("zone", [count, 1], "BYTES")
    zones = numpy.array([[zone or ""] for zone in ZONE[:count]], dtype=numpy.object_)
    zone.set_data_from_numpy(zones, binary_data=False)
    return [zone, dist]


def triton() -> list[float]:
    """The answers for the three rides."""
    client = http.InferenceServerClient(SERVER.removeprefix("http://"))
    assert client.is_server_live() and client.is_server_ready()
    assert "model_factory_options" in client.get_server_metadata()["extensions"]
    index = client.get_model_repository_index()
    assert {"name": "taxi", "version": "1", "state": "READY", "reason": ""} in index, index
    assert client.is_model_ready("taxi") and client.is_model_ready("taxi", "champion")
    assert not client.is_model_ready("tram")
    metadata = client.get_model_metadata("taxi")
    assert [tensor["name"] for tensor in metadata["inputs"]] == ["dist", "zone"], metadata
    assert client.get_model_metadata("taxi", "1") == metadata

    asked = [http.InferRequestedOutput("predict", binary_data=False)]
    answer = client.infer("taxi", tensors(), model_version="1", outputs=asked, request_id="r")
    told = answer.get_response()
    assert (told["model_name"], told["model_version"], told["id"]) == ("taxi", "1", "r"), told
    predicted = answer.as_numpy("predict")
    assert predicted.shape == (3,) and numpy.isfinite(predicted).all()

    # Without a choice of outputs the client asks for binary data, and takes JSON.
    again = client.infer("taxi", tensors())
    assert (again.as_numpy("predict") == predicted).all()
    packed = {"request_compression_algorithm": "gzip", "response_compression_algorithm": "gzip"}
    again = client.infer("taxi", tensors(), model_version="champion", **packed)
    assert (again.as_numpy("predict") == predicted).all()

    options = {"interval": 0.9, "contributions": 1, "partial": True}
    answer = client.infer("taxi", tensors(), parameters=options)
    lower, upper = answer.as_numpy("lower"), answer.as_numpy("upper")
    assert (lower < predicted).all() and (predicted < upper).all()
    assert answer.as_numpy("contributions").shape == (3, 1)
    assert set(answer.as_numpy("contribution_inputs").flat) <= {"dist", "zone"}

    # The client writes it as a bare `NaN`.
    nan = http.InferInput("dist", [1], "FP64")
    nan.set_data_from_numpy(numpy.array([numpy.nan]), binary_data=False)
    for model, inputs, words in [
        ("tram", tensors(), "model `tram` has no version or alias `champion`"),
        ("taxi", tensors()[:1], "input `dist`: missing"),
        ("taxi", [nan, tensors(1)[0]], "input `dist`, row 1: missing, though"),
    ]:
        try:
            client.infer(model, inputs)
        except InferenceServerException as error:
            assert words in error.message(), error
        else:
            raise SystemExit(f"no error: {words}")
    binary = http.InferInput("dist", [1], "FP64")
    binary.set_data_from_numpy(numpy.array([8.6]))
    try:
        client.infer("taxi", [binary])
    except InferenceServerException as error:
        assert "binary" in error.message(), error
    else:
        raise SystemExit("binary data is read")

    late = client.infer("late", tensors(), parameters={"threshold": 0.0})
    assert late.as_numpy("probabilities").shape == (3, 2)
    assert list(late.as_numpy("predict")) == ["yes"] * 3
    return predicted.tolist()


def ask(path: str, body: dict | str | None = None) -> tuple[int, bytes]:
    """Sends what MLflow's clients send, and tells status and body."""
    kind = "text/csv" if isinstance(body, str) else "application/json"
    data = None if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
    request = urllib.request.Request(SERVER + path, data, {"Content-Type": kind})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def mlflow(expected: list[float]) -> None:
    for path in ["/ping", "/health"]:
        assert ask(path) == (200, b"\n")
    assert ask("/version")[0] == 200
    rows = [list(row) for row in zip(DIST, ZONE, strict=True)]
    records = [{"dist": dist, "zone": zone} for dist, zone in rows]
    table = "dist,zone\n" + "".join(f"{dist},{zone or ''}\n" for dist, zone in rows)
    for body in [
        {"dataframe_split": {"columns": ["dist", "zone"], "index": [0, 1, 2], "data": rows}},
        {"dataframe_records": records},
        {"instances": records},
        {"inputs": {"dist": DIST, "zone": [*ZONE[:2], float("nan")]}},
        table,
    ]:
        status, answer = ask("/models/taxi/versions/champion/invocations", body)
        told = json.loads(answer)
        assert (status, told["predictions"]) == (200, expected), (body, answer)
        assert told["model_version"] == "1"
    assert ask("/models/taxi/ping") == ask("/models/taxi/versions/1/health") == (200, b"\n")
    assert ask("/models/tram/ping")[0] == 404
    status, answer = ask("/models/taxi/invocations?interval=0.9", table)
    assert [row["predict"] for row in json.loads(answer)["predictions"]] == expected, answer
    wrong = [*records, {"dist": "far", "zone": "airport"}]
    status, answer = ask("/models/taxi/invocations", {"dataframe_records": wrong})
    told = json.loads(answer)
    assert (status, told["error_code"]) == (422, "INVALID_PARAMETER_VALUE"), told
    assert "row 4" in told["message"], told
    options = {"partial": True, "interval": 0.9}
    body = {"dataframe_records": wrong, "params": options}
    status, answer = ask("/models/taxi/invocations", body)
    *good, bad = json.loads(answer)["predictions"]
    assert [row["predict"] for row in good] == expected
    assert all(row["lower"] < row["predict"] < row["upper"] for row in good)
    assert bad["predict"] is None and "far" in bad["error"], bad
    assert ask("/invocations", {"dataframe_records": records})[0] == 404, "two models"


def main() -> None:
    train("taxi", rides(1, rows=600))
    train("late", rides(2, rows=600, classes=True))
    mlflow(triton())
    print("Triton's client and what MLflow's clients send are answered")


main()
