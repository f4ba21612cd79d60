"""Prints a SAM template as the CloudFormation that it stands for.

The transform runs here as it does at a deployment, so that cfn-lint can judge its result:
mistakes inside a function's events show only there.
"""

import json
import sys

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class NoManagedPolicies:
    """The template names no managed policy, so none has to be looked up in an account."""

    def load(self):
        return {}


def packaged(template):
    """The template as `sam package` leaves it: with code in S3."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://packaged/code.zip"
    return template


with open(sys.argv[1], encoding="utf-8") as file:
    source = packaged(yaml_parse(file))
json.dump(transform(source, {}, NoManagedPolicies()), sys.stdout, indent=2)
