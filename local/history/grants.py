"""Finds the grant that would have allowed a call, as the program writes it."""

from collections.abc import Mapping

from local.history.program import Program

_TABLE = {
    "dynamodb:GetItem": "get({env})",
    "dynamodb:BatchGetItem": "get_many({env})",
    "dynamodb:PutItem": "put({env})",
    "dynamodb:UpdateItem": "update({env})",
    "dynamodb:DeleteItem": "delete({env})",
    "dynamodb:Query": "query_items({env})",
    "dynamodb:DescribeStream": "read_stream()",
    "dynamodb:GetRecords": "read_stream()",
    "dynamodb:GetShardIterator": "read_stream()",
    "dynamodb:ListStreams": "read_stream()",
}
_QUEUE = {
    "sqs:SendMessage": "send({env})",
    "sqs:ChangeMessageVisibility": "delay({env})",
    "sqs:ReceiveMessage": "consume()",
    "sqs:DeleteMessage": "consume()",
    "sqs:GetQueueAttributes": "consume()",
}
_BUCKET = {
    "s3:GetObject": 'read("{prefix}", {env})',
    "s3:GetObjectVersion": 'read_versions("{prefix}", {env})',
    "s3:PutObject": 'write("{prefix}", {env})',
    "s3:AbortMultipartUpload": 'write_large("{prefix}", {env})',
    "s3:ListBucket": "list_keys()",
    "s3:ListBucketVersions": "list_versions({env})",
    "s3:DeleteObjectVersion": 'delete_versions("{prefix}")',
}
_MAIL = {"ses:SendEmail": 'send(env_sender="SENDER")'}

GRANTS = {"table": _TABLE, "queue": _QUEUE, "bucket": _BUCKET, "mail_sender": _MAIL}
"""For each method that makes a resource: the grant that allows each action."""

_OF_INDEX = 'query("{index}", {env})'
_MAKERS = {"dynamodb": "table", "sqs": "queue", "s3": "bucket", "ses": "mail_sender"}
_ENDINGS = {"table": "TABLE", "queue": "QUEUE_URL", "bucket": "BUCKET"}


def allowing(
    action: str, arn: str, program: Program, function: str, variables: Mapping[str, str]
) -> str | None:
    """Return a grant, such as ``users.update(env="USERS_TABLE")``; None if there is none for it.

    It can be pasted as it is: ``env`` is left out if the function has a variable for the resource.
    Otherwise it is the variable that other functions have.

    Args:
        action: the action that was refused, such as ``dynamodb:UpdateItem``.
        arn: the resource's ARN.
        program: the deployed program.
        function: the function that lacks the grant, by its name in the program.
        variables: those of its environment.
    """
    maker = _MAKERS.get(action.partition(":")[0], "")
    verb = GRANTS.get(maker, {}).get(action)
    name, path = parts(arn, program)
    if maker == "mail_sender":
        name = program.source.mail_sender()
    variable = program.source.variable(name, maker, function)
    if verb is None or variable is None:
        return None
    folder, slash, _ = path.partition("/")
    if "{prefix}" in verb and not slash:
        return None  # grants are for folders
    if action == "dynamodb:Query" and path.startswith("index/"):
        verb = _OF_INDEX
    env = _env(physical_of(arn), name, maker, program, variables)
    written = verb.format(env=env, prefix=folder + slash, index=path.removeprefix("index/"))
    return f"{variable}.{written}".replace(", )", ")")


def naming(physical: str, variables: Mapping[str, str]) -> list[str]:
    """Return the variables that hold a resource's name, or the URL of a queue or bucket."""
    return [
        variable
        for variable, value in sorted(variables.items())
        if value == physical or (":" in value and value.rstrip("/").endswith(f"/{physical}"))
    ]


def _env(
    physical: str, name: str, maker: str, program: Program, variables: Mapping[str, str]
) -> str:
    """Return ``env="…"`` for a function that has no variable for a resource yet; else nothing."""
    if naming(physical, variables):
        return ""
    others = [v for known in program.environments.values() for v in naming(physical, known)]
    usual = max(sorted(set(others)), key=others.count, default="")
    usual = usual or f"{name}_{_ENDINGS.get(maker, '')}".upper().replace("-", "_")
    while usual in variables:  # it names something else here
        usual = f"OTHER_{usual}"
    return f'env="{usual}"'


def physical_of(arn: str) -> str:
    """Return the name of the table, queue or bucket in an ARN."""
    resource = arn.split(":", 5)[-1]
    if ":dynamodb:" in arn:
        return resource.removeprefix("table/").partition("/")[0]
    return resource.partition("/")[0] if ":s3:::" in arn else resource.rpartition("/")[2]


def parts(arn: str, program: Program) -> tuple[str, str]:
    """Return the resource that an ARN names, by its name in the program, and the path inside it."""
    physical = physical_of(arn)
    path = arn.partition(f"{physical}/")[2] if ":dynamodb:" in arn or ":s3:::" in arn else ""
    return program.name(physical), path
