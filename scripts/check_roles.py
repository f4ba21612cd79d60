"""Holds the role of `inference` against what it may do: nothing that is not listed here.

Reads the transformed template, and names what is too much or missing.
"""

import json
import sys

# Reading artifacts and registry, writing captures; beside that, late labels that clients send,
# the event of a damaged artifact, and the function's own telemetry.
ALWAYS = {
    ("s3:GetObject", "Bucket/artifacts/*"),
    ("s3:ListBucket", "Bucket if artifacts/*"),
    ("s3:PutObject", "Bucket/capture/*"),
    ("s3:PutObject", "Bucket/ground-truth/*"),
    ("dynamodb:GetItem", "RegistryTable"),
    ("dynamodb:GetItem", "RegistryTable/index/gsi1"),
    ("dynamodb:Query", "RegistryTable"),
    ("dynamodb:Query", "RegistryTable/index/gsi1"),
    ("events:PutEvents", "EventBus if io.model-factory, Artifact Damaged"),
    ("logs:CreateLogStream", "InferenceLogs"),
    ("logs:PutLogEvents", "InferenceLogs"),
    ("xray:PutTraceSegments", "*"),
    ("xray:PutTelemetryRecords", "*"),
}
# What a parameter adds, by the condition that it sets.
ADDED = {
    "CapturesThroughStream": {("firehose:PutRecordBatch", "Captures")},
    "TrainsByApi": {
        ("s3:GetObject", "Bucket/runs/*"),
        ("s3:ListBucket", "Bucket if runs/*"),
        ("s3:PutObject", "Bucket/runs/*/requested.json"),
        ("events:PutEvents", "EventBus if io.model-factory, Retrain Requested"),
    },
}


def listed(value):
    return value if isinstance(value, list) else [value]


def named(resource):
    """A resource as its logical name and the path below it."""
    match resource:
        case {"Fn::GetAtt": [name, "Arn"]}:
            return name
        case {"Fn::Sub": text}:
            return text.replace("${", "").replace(".Arn}", "")
        case _:
            return resource


def allowed(policy):
    """Each action of a policy on each resource, with the values that its conditions ask for."""
    for statement in policy["PolicyDocument"]["Statement"]:
        assert statement["Effect"] == "Allow", statement
        keys = [keys for keys in statement.get("Condition", {}).values()]
        values = [text for key in keys for value in key.values() for text in listed(value)]
        condition = f" if {', '.join(values)}" if values else ""
        for action in listed(statement["Action"]):
            for resource in listed(statement["Resource"]):
                yield action, named(resource) + condition


def compare(what, found, expected):
    for action, resource in sorted(found - expected):
        print(f"the role of inference may do too much {what}: {action} on {resource}")
    for action, resource in sorted(expected - found):
        print(f"the role of inference may not do {what}: {action} on {resource}")
    return found == expected


with open(sys.argv[1], encoding="utf-8") as file:
    role = json.load(file)["Resources"]["InferenceRole"]["Properties"]
assert "ManagedPolicyArns" not in role, "the role of inference has a managed policy"
always, added = set(), {}
for policy in role["Policies"]:
    match policy:
        case {"Fn::If": [condition, policy, {"Ref": "AWS::NoValue"}]}:
            added[condition] = set(allowed(policy))
        case _:
            always |= set(allowed(policy))
same = [compare("by default", always, ALWAYS)]
for condition in sorted(ADDED.keys() | added.keys()):
    found, expected = added.get(condition, set()), ADDED.get(condition, set())
    same.append(compare(f"with {condition}", found, expected))
sys.exit(not all(same))
