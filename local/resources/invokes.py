"""The provider's functions that a program may call."""

import base64
from collections.abc import Mapping
from typing import Any

from local.aws import ACCOUNT_ID
from local.resources.registry import invoke
from local.resources.target import Target


@invoke("aws:index/getCallerIdentity:getCallerIdentity")
def caller_identity(_target: Target, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the account."""
    return {
        "id": ACCOUNT_ID,
        "accountId": ACCOUNT_ID,
        "arn": f"arn:aws:iam::{ACCOUNT_ID}:root",
        "userId": ACCOUNT_ID,
    }


@invoke("aws:index/getRegion:getRegion")
def region(target: Target, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the emulator's region."""
    name = target.aws.region
    return {
        "id": name,
        "name": name,
        "region": name,
        "description": name,
        "endpoint": f"ec2.{name}.amazonaws.com",
    }


@invoke("aws:index/getPartition:getPartition")
def partition(_target: Target, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the partition that ARNs begin with."""
    return {
        "id": "aws",
        "partition": "aws",
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    }


@invoke("aws:ecr/getAuthorizationToken:getAuthorizationToken")
def authorization_token(target: Target, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return a login that nothing uses: no image is pushed."""
    user, password = "AWS", "local"
    return {
        "id": target.aws.region,
        "authorizationToken": base64.b64encode(f"{user}:{password}".encode()).decode(),
        "expiresAt": "2100-01-01T00:00:00Z",
        "proxyEndpoint": target.aws.endpoint,
        "userName": user,
        "password": password,
    }
