"""Nobody can compute a function's credentials from its name, as the emulator makes them."""

import hashlib

import pytest
from botocore.exceptions import ClientError

from local import invocation
from local.aws import Aws
from local.cloud import Cloud
from local.credentials import Credentials


def test_the_credentials_that_the_emulator_derives_are_refused(cloud: Cloud) -> None:
    ref = cloud.functions["greet"]
    invocation.invoke(cloud.aws, ref, "{}")  # from now on its role has a session
    found = cloud.client("lambda").get_function_configuration(FunctionName=ref.name)
    arn = found["FunctionArn"].removesuffix(":$LATEST")
    refused = set()
    for suffix in ("", f":{ref.qualifier}", ":1", ":$LATEST"):
        digest = hashlib.sha256(f"{arn}{suffix}:{found['Role']}".encode()).hexdigest()
        secret, token = (
            hashlib.sha256(f"{kind}:{digest}".encode()).hexdigest() for kind in ("secret", "token")
        )
        key = f"ASIA{digest[:16].upper()}"
        guessed = Aws(cloud.endpoint, cloud.aws.region, Credentials(key, secret, token))
        with pytest.raises(ClientError) as error:
            guessed.client("s3").list_buckets()
        refused.add(error.value.response["Error"]["Code"])
        guessed.close()
    # One of them is the session's: it is known, and has another secret.
    assert "InvalidToken" in refused, refused
