"""The floor: a handler that does nothing."""


def handler(event, context):  # type: ignore[no-untyped-def]
    return {"statusCode": 200, "headers": {}, "body": "{}"}
