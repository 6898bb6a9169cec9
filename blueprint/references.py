"""Recorders that answer with what scanners can use: references, or ARNs in AWS's own form."""

import re
from typing import Any

from pulumi.runtime import mocks

from blueprint.recording import ACCOUNT, REGION, Recorder

# No character that JSON escapes: most references stand in JSON documents.
REFERENCE = re.compile(r"\$\{(aws:[^:]+:[^:}]+)::([^:}]+)::(\w+)\}")
"""A resource's type and logical name, and the output that is meant."""

Answer = tuple[str | None, dict[str, Any]]


class References(Recorder):
    """Answers every text that is an output of an AWS resource with a reference to it."""

    def new_resource(self, args: mocks.MockResourceArgs) -> Answer:
        """Record a resource, and put references in place of what the recorder answers."""
        identity, outputs = super().new_resource(args)
        if not args.typ.startswith("aws:"):
            return identity, outputs

        def reference(output: str) -> str:
            return f"${{{args.typ}::{args.name}::{output}}}"

        return reference("id"), {
            key: reference(key) if isinstance(value, str) else value
            for key, value in outputs.items()
        }


class Arns(Recorder):
    """Answers with ARNs of the form that AWS gives them, which IAM's rules are about."""

    def new_resource(self, args: mocks.MockResourceArgs) -> Answer:
        """Record a resource, and mend the ARNs among what the recorder answers."""
        identity, outputs = super().new_resource(args)
        recorded = outputs.get("arn")
        if args.typ not in _ARNS or recorded is None:
            return identity, outputs
        arn = _ARNS[args.typ].format(name=args.name, region=REGION, account=ACCOUNT)
        return identity, {
            key: value.replace(recorded, arn) if isinstance(value, str) else value
            for key, value in outputs.items()
        }


# Of the types whose ARN is more than the service and the name. A missing one shows itself: no
# action of a policy fits it. The forms are in the tables of
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_ARNS = {
    "aws:cloudwatch/logGroup:LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}",
    "aws:dynamodb/table:Table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (
        "arn:aws:iam::{account}:oidc-provider/{name}"
    ),
    "aws:iam/policy:Policy": "arn:aws:iam::{account}:policy/{name}",
    "aws:iam/role:Role": "arn:aws:iam::{account}:role/{name}",
    "aws:kms/key:Key": "arn:aws:kms:{region}:{account}:key/{name}",
    "aws:lambda/alias:Alias": "arn:aws:lambda:{region}:{account}:function:{name}:live",
    "aws:lambda/function:Function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "aws:s3/bucket:Bucket": "arn:aws:s3:::{name}",
    "aws:sesv2/configurationSet:ConfigurationSet": (
        "arn:aws:ses:{region}:{account}:configuration-set/{name}"
    ),
    "aws:sesv2/emailIdentity:EmailIdentity": "arn:aws:ses:{region}:{account}:identity/{name}",
}
