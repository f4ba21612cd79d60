"""Drives the local factory with boto3 and the AWS command line; the environment says where."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import boto3
from rides import rides

BUCKET = "model-factory"
AWS = Path(sys.executable).with_name("aws")


def champion(table, model: str) -> int:
    """Waits for a model's champion."""
    key = {"pk": f"MODEL#{model}", "sk": "ALIAS#champion"}
    for _ in range(300):
        if item := table.get_item(Key=key, ConsistentRead=True).get("Item"):
            return int(item["version"])
        time.sleep(0.1)
    raise SystemExit(f"model {model} has no champion after 30 seconds")


def main() -> None:
    table = boto3.resource("dynamodb").Table("model-factory-registry")
    s3 = boto3.client("s3")

    file = Path(os.environ["STATE"], "rides with a space+.csv")
    file.write_bytes(rides(1))
    target = f"s3://{BUCKET}/datasets/by-command-line/{file.name}"
    subprocess.run([AWS, "s3", "cp", "--only-show-errors", file, target], check=True)
    assert champion(table, "by-command-line") == 1

    s3.put_object(Bucket=BUCKET, Key="datasets/by-boto3/rides é.csv", Body=rides(2))
    assert champion(table, "by-boto3") == 1

    answer = boto3.client("lambda").invoke(
        FunctionName="drift-check", Payload=json.dumps({"model": "by-boto3"})
    )
    verdict = json.load(answer["Payload"])["models"][0]["verdict"]["status"]
    assert verdict == "no_data", verdict

    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix="artifacts/by-boto3/")["Contents"]
    assert len(listed) == 1 and listed[0]["Key"].endswith(".mfa"), listed
    print("the AWS command line and boto3 train, read and invoke")


main()
