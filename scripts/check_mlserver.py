"""Asks the local factory with requests that MLServer's codecs write, and reads the answers with
them."""

import os

import httpx
import numpy
import pandas
from mlserver.codecs import NumpyCodec, NumpyRequestCodec, PandasCodec, StringCodec
from mlserver.types import (
    InferenceErrorResponse,
    InferenceRequest,
    InferenceResponse,
    MetadataModelResponse,
    MetadataServerResponse,
    Parameters,
    RepositoryIndexResponse,
    RequestOutput,
)
from rides import rides, train

SERVER = os.environ["HTTP_API"]
# The codec takes texts only where there are texts: an empty one is a missing value.
FRAME = pandas.DataFrame({"dist": [8.6, 1.2, 15.0], "zone": ["airport", "harbour", ""]})
HTTP = httpx.Client(base_url=SERVER)


def infer(model: str, request: InferenceRequest) -> InferenceResponse:
    # As MLServer's clients and KServe's transformers send it: what they do not set is null.
    body = request.model_dump_json(by_alias=True)
    answer = HTTP.post(f"/v2/models/{model}/infer", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 200, answer.text
    return InferenceResponse.model_validate_json(answer.content)


def main() -> None:
    train("taxi", rides(1, rows=600))
    train("late", rides(2, rows=600, classes=True))
    assert MetadataServerResponse.model_validate_json(HTTP.get("/v2/").content).extensions
    metadata = MetadataModelResponse.model_validate_json(HTTP.get("/v2/models/taxi").content)
    assert [tensor.name for tensor in metadata.inputs] == ["dist", "zone"], metadata
    index = RepositoryIndexResponse.model_validate_json(HTTP.post("/v2/repository/index", json={}).content)
    assert {"taxi", "late"} == {item.name for item in index.root}, index

    # A column a tensor; columns of texts are marked as such.
    for use_bytes in [True, False]:
        request = PandasCodec.encode_request(FRAME, use_bytes=use_bytes)
        assert request.parameters.content_type == "pd"
        answer = infer("taxi", request)
        assert (answer.model_name, answer.model_version) == ("taxi", "1"), answer
        predicted = NumpyCodec.decode_output(answer.outputs[0]).ravel()
        assert predicted.shape == (3,) and numpy.isfinite(predicted).all()
    table = PandasCodec.decode_response(answer)
    assert list(table["predict"]) == list(predicted), table

    # The same column by column, with an id and a choice of outputs.
    inputs = [
        NumpyCodec.encode_input("dist", FRAME[["dist"]].to_numpy()),
        StringCodec.encode_input("zone", ["airport", "harbour", ""], use_bytes=False),
    ]
    parameters = Parameters(content_type="pd", interval=0.9)
    outputs = [RequestOutput(name="lower"), RequestOutput(name="predict")]
    answer = infer("taxi", InferenceRequest(id="r", parameters=parameters, inputs=inputs, outputs=outputs))
    assert answer.id == "r" and [output.name for output in answer.outputs] == ["lower", "predict", "upper"]
    assert (PandasCodec.decode_response(answer)["lower"] < predicted).all()

    # One tensor for a model whose inputs are numbers.
    train("square", b"a,b,y\n" + b"".join(b"%d,%d,%d\n" % (i % 17, i % 23, 3 * (i % 17) + i % 23) for i in range(600)))
    request = NumpyRequestCodec.encode_request(numpy.array([[1.0, 2.0], [16.0, 20.0]]))
    assert request.parameters.content_type == "np"
    answer = infer("square", request)
    told = NumpyRequestCodec.decode_response(answer)
    assert told.shape[0] == 2 and told.ravel()[0] < told.ravel()[1], told

    request = PandasCodec.encode_request(FRAME, use_bytes=False)
    answer = infer("late", request)
    (labels,) = [output for output in answer.outputs if output.name == "predict"]
    assert set(StringCodec.decode_output(labels)) <= {"yes", "no"}, labels

    for model, columns, status in [("tram", ["dist", "zone"], 404), ("taxi", ["zone"], 422)]:
        body = PandasCodec.encode_request(FRAME[columns], use_bytes=False).model_dump_json(exclude_none=True)
        answer = HTTP.post(f"/v2/models/{model}/infer", content=body)
        assert answer.status_code == status, answer.text
        assert InferenceErrorResponse.model_validate_json(answer.content).error
    print("what MLServer's codecs write is answered as they read it")


main()
