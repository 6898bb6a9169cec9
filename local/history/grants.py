"""Finds the grant that would have allowed a call, as `__main__.py` writes it."""

from local.history.program import Program

_TABLE = {
    "dynamodb:GetItem": "get({env})",
    "dynamodb:PutItem": "put({env})",
    "dynamodb:UpdateItem": "update({env})",
    "dynamodb:DeleteItem": "delete({env})",
    "dynamodb:Query": 'query("{index}", {env})',
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
}
_MAIL = {"ses:SendEmail": 'send(env_sender="…")'}

GRANTS = {"table": _TABLE, "queue": _QUEUE, "bucket": _BUCKET, "mail_sender": _MAIL}
"""By what makes a resource in the program: the grant that allows each action."""

_ENV = 'env="…"'
_MAKERS = {"dynamodb": "table", "sqs": "queue", "s3": "bucket", "ses": "mail_sender"}


def allowing(action: str, arn: str, program: Program) -> str | None:
    """Return a grant, such as ``users.update(env="…")``; None if the program has none for it.

    ``env`` is the variable that holds the resource's name. Leave it out if another grant of the
    function sets it.
    """
    maker = _MAKERS.get(action.partition(":")[0], "")
    verb = GRANTS.get(maker, {}).get(action)
    name, path = parts(arn, program)
    if maker == "mail_sender":
        senders = [stored.variable for stored in program.stored if stored.maker == maker]
        variable = senders[0] if senders else None
    else:
        variable = program.variable(name, maker)
    if verb is None or variable is None:
        return None
    folder, slash, _ = path.partition("/")
    index = path.removeprefix("index/") or "…"
    return f"{variable}.{verb.format(env=_ENV, prefix=folder + slash, index=index)}"


def parts(arn: str, program: Program) -> tuple[str, str]:
    """Return what an ARN names, by its name in the program, and the path inside of it."""
    resource = arn.split(":", 5)[-1]
    if ":dynamodb:" in arn:
        resource = resource.removeprefix("table/")
    elif ":s3:::" not in arn:
        return program.name(resource.rpartition("/")[2]), ""
    physical, _, path = resource.partition("/")
    return program.name(physical), path
