"""Asks the local factory with KServe's inference client."""

import asyncio
import os

import httpx
import numpy
from kserve import InferInput, InferRequest, InferenceRESTClient
from kserve.inference_client import RESTConfig
from kserve.protocol.infer_type import RequestedOutput
from rides import rides, train

SERVER = os.environ["HTTP_API"]
DIST, ZONE = [8.6, 1.2, 15.0], ["airport", "harbour", ""]


def inputs(dist: list = DIST) -> list[InferInput]:
    """One tensor for each input, as JSON."""
    distances, zones = InferInput("dist", [len(dist)], "FP64"), InferInput("zone", [len(dist), 1], "BYTES")
    distances.set_data_from_numpy(numpy.array(dist), binary_data=False)
    texts = numpy.array([[zone] for zone in ZONE[: len(dist)]], dtype=numpy.object_)
    zones.set_data_from_numpy(texts, binary_data=False)
    return [distances, zones]


async def refused(client: InferenceRESTClient, model: str, request: InferRequest) -> httpx.HTTPStatusError:
    try:
        await client.infer(SERVER, request, model_name=model)
    except httpx.HTTPStatusError as error:
        return error
    raise SystemExit(f"no error: {request}")


async def main() -> None:
    train("taxi", rides(1, rows=600))
    train("late", rides(2, rows=600, classes=True))
    async with InferenceRESTClient(RESTConfig(protocol="v2")) as client:
        assert await client.is_server_live(SERVER) and await client.is_server_ready(SERVER)
        assert await client.is_model_ready(SERVER, "taxi")
        assert not await client.is_model_ready(SERVER, "tram")

        headers = {}
        request = InferRequest("taxi", inputs(), request_id="r")
        answer = await client.infer(SERVER, request, model_name="taxi", response_headers=headers)
        # The client leaves the version out of what it reads, and hands on the headers.
        assert (answer.model_name, answer.id, headers["x-model-version"]) == ("taxi", "r", "1"), answer
        (output,) = answer.outputs
        predicted = output.as_numpy()
        assert (output.name, output.datatype, predicted.shape) == ("predict", "FP64", (3,)), output
        assert numpy.isfinite(predicted).all()

        # A version or alias goes where the client puts the name.
        for model in ["taxi/versions/1", "taxi/versions/champion"]:
            again = await client.infer(SERVER, InferRequest("taxi", inputs()), model_name=model)
            assert (again.outputs[0].as_numpy() == predicted).all()

        options = {"interval": 0.9}
        chosen = [RequestedOutput("upper"), RequestedOutput("predict")]
        request = InferRequest("taxi", inputs(), parameters=options, request_outputs=chosen)
        answer = await client.infer(SERVER, request, model_name="taxi")
        # In the order that was asked for; what only an option asks for comes after it.
        assert [output.name for output in answer.outputs] == ["upper", "predict", "lower"], answer
        assert (answer.outputs[0].as_numpy() > predicted).all()

        request = InferRequest("late", inputs(), parameters={"threshold": 0.0})
        answer = await client.infer(SERVER, request, model_name="late")
        outputs = {output.name: output for output in answer.outputs}
        assert outputs["predict"].data == ["yes"] * 3, answer
        assert outputs["probabilities"].as_numpy().shape == (3, 2)

        error = await refused(client, "tram", InferRequest("tram", inputs()))
        assert error.response.status_code == 404 and "`tram`" in error.response.json()["error"], error
        error = await refused(client, "taxi", InferRequest("taxi", inputs()[1:]))
        assert error.response.status_code == 422 and "`dist`" in error.response.json()["error"], error
        distances = InferInput("dist", [1], "FP64")
        distances.set_data_from_numpy(numpy.array([8.6]), binary_data=True)
        error = await refused(client, "taxi", InferRequest("taxi", [distances]))
        assert error.response.status_code in (400, 415), error
        assert "binary" in error.response.json()["error"], error.response.text
    print("KServe's client is answered")


asyncio.run(main())
