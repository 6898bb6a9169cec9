"""What callers of an API get when its function fails."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from local.cloud import Cloud


def make_api(cloud: Cloud) -> tuple[str, str]:
    """Make an API whose only method calls the function `greet`; return its id and URL."""
    client, ref = cloud.client("apigateway"), cloud.functions["greet"]
    alias = cloud.client("lambda").get_alias(FunctionName=ref.name, Name=ref.qualifier)["AliasArn"]
    api = client.create_rest_api(name="failing")["id"]
    root = client.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
    client.put_method(**method, authorizationType="NONE")
    client.put_integration(
        **method,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{alias}/invocations",
    )
    client.create_deployment(restApiId=api, stageName="test")
    return api, f"{cloud.endpoint}/_aws/execute-api/{api}/test/"


def failure(url: str) -> tuple[int, Any]:
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(url, b"fail", timeout=30)
    with raised.value as answer:
        return answer.code, json.load(answer)


def test_callers_get_no_text_of_the_error(cloud: Cloud) -> None:
    api, url = make_api(cloud)
    assert failure(url) == (502, {"message": "Internal server error"})
    client = cloud.client("apigateway")
    client.put_gateway_response(
        restApiId=api,
        responseType="DEFAULT_5XX",
        responseTemplates={"application/json": '{"error": "Sorry"}'},
    )
    client.create_deployment(restApiId=api, stageName="test")
    assert failure(url) == (502, {"error": "Sorry"})
    client.delete_rest_api(restApiId=api)
