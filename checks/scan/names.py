"""Converts Pulumi's names to Terraform's, and checks them against the provider's schema.

Pulumi makes the names of lists plural, and drops the ``_id``, ``_arn`` or ``_name`` of references.
Terraform's name is the candidate that its schema has. Tables hold the exceptions.
"""

import re
from collections.abc import Container, Iterator

from checks.scan.schema import Schema

_TYPES = {
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
    "aws:appsync/graphQLApi:GraphQLApi": "aws_appsync_graphql_api",
    "aws:appsync/dataSource:DataSource": "aws_appsync_datasource",
    "aws:apigateway/response:Response": "aws_api_gateway_gateway_response",
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": "aws_sqs_queue_redrive_allow_policy",
}
_SERVICES = {"apigateway": "api_gateway"}
_OUTPUTS = {("aws_lambda_function", "name"): "function_name"}


class UnmappedError(LookupError):
    """The program uses a type, an argument or an output that Terraform's schema does not have."""


def snake(name: str) -> str:
    """Convert ``sqsManagedSseEnabled`` to ``sqs_managed_sse_enabled``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def singular(name: str) -> str:
    """Return a name's singular: ``rule`` for ``rules``, ``policy`` for ``policies``."""
    for plural, one in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("s", "")):
        if name.endswith(plural) and not name.endswith("ss"):
            return name.removesuffix(plural) + one
    return name


def type_name(type_: str, schema: Schema) -> str:
    """Return the Terraform type of a Pulumi type such as ``aws:s3/bucketPolicy:BucketPolicy``.

    Raises:
        UnmappedError: the schema has none of the candidates.
    """
    module, _, kind = type_.removeprefix("aws:").partition(":")
    service = module.partition("/")[0]
    names = [f"aws_{_SERVICES.get(service, service)}_{snake(kind)}", f"aws_{snake(kind)}"]
    if type_ in _TYPES:
        names = [_TYPES[type_]]
    for name in names:
        if name in schema:
            return name
    raise UnmappedError(
        f"{type_}: Terraform has no {' or '.join(names)}; add its name to {__name__}._TYPES"
    )


def argument_name(name: str, known: Container[str], where: str) -> str:
    """Return the Terraform name of a Pulumi argument.

    Args:
        name: the argument, such as ``globalSecondaryIndexes``.
        known: the names in this part of the schema.
        where: the resource or block, for the message.

    Raises:
        UnmappedError: the schema has none of the candidates, or several.
    """
    if snake(name) in known:
        return snake(name)
    found = [candidate for candidate in _candidates(name) if candidate in known]
    if len(found) != 1:
        raise UnmappedError(
            f"{where}: {name} could be any of {', '.join(_candidates(name))} in Terraform, whose "
            f"schema has {', '.join(found) or 'none of them'}; add a rule to {__name__}"
        )
    return found[0]


def output_name(type_: str, name: str, schema: Schema) -> str:
    """Return the Terraform name of a Pulumi output; raise as `argument_name` does."""
    if (type_, name) in _OUTPUTS:
        return _OUTPUTS[type_, name]
    return argument_name(name, schema[type_].outputs, type_)


def _candidates(name: str) -> Iterator[str]:
    yield singular(snake(name))
    yield from (f"{snake(name)}_{suffix}" for suffix in ("id", "arn", "name"))
