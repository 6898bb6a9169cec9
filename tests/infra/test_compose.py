"""The emulator in a container, and the stack that `pulumi up` deploys to it."""

import inspect
import re
from typing import Any

import pulumi_aws as aws
import pytest
import yaml

from blueprint.documents import endpoints
from blueprint.project import ROOT, stack_settings
from blueprint.recorder import run
from tests.support.stacks import PROJECT, of, stack

FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICE = FILE["services"]["aws"]


def test_the_emulator_is_the_one_that_is_tested() -> None:
    pinned = re.search(r"^ministack==([0-9.]+) ", (ROOT / "requirements.txt").read_text(), re.M)
    assert pinned
    assert SERVICE["image"] == f"${{EMULATOR_IMAGE:-ministackorg/ministack:{pinned[1]}}}"


def test_it_is_reached_from_this_machine_only() -> None:
    port = endpoints.URL.rpartition(":")[2]
    assert SERVICE["ports"] == [f"127.0.0.1:{port}:{port}"]


def test_functions_reach_it_and_are_confined() -> None:
    environment = SERVICE["environment"]
    assert environment["AWS_ENDPOINT_URL"] == "http://aws:4566"
    networks = {network["name"] for network in FILE["networks"].values()}
    assert {environment["DOCKER_NETWORK"], environment["LAMBDA_DOCKER_NETWORK"]} == networks
    assert environment["AUTH"] == "true"
    assert {"--read-only", "no-new-privileges"} <= set(environment["LAMBDA_DOCKER_FLAGS"].split())


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    return stack_settings("compose")


def test_the_provider_finds_every_service_there(settings: dict[str, Any]) -> None:
    [found] = settings["aws:endpoints"]
    names = inspect.signature(aws.ProviderEndpointArgs).parameters
    known = {name.rstrip("_") for name in names}  # lambda_
    assert set(found) <= known
    assert set(found.values()) == {endpoints.URL}
    for name in ("local", "dev", "prod"):
        types = [resource.type for resource in stack(name).recorder.resources]
        assert set(endpoints.services(types)) <= set(found)
    assert settings["aws:region"] == SERVICE["environment"]["MINISTACK_REGION"]


def test_services_are_named_as_the_provider_names_them() -> None:
    types = [
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:cognito/userPool:UserPool",
        "serverless:infra:Table",
        "docker-build:index:Image",
    ]
    assert endpoints.services(types) == [
        "cloudwatch", "cognitoidp", "ec2", "logs", "s3control", "sts",
    ]  # fmt: skip


def test_images_are_pushed_to_the_emulator_and_run_from_it(settings: dict[str, Any]) -> None:
    host = endpoints.URL.removeprefix("http://")
    assert settings[f"{PROJECT}:images"]["registry"] == host
    made = run("compose")
    images = [r for r in made.recorder.resources if r.type == "docker-build:index:Image"]
    functions = of(made, "lambda/function:Function")
    assert len(images) == len(functions)
    for image in images:
        assert image.inputs["registries"][0]["address"].startswith(f"{host}/")
        [name] = image.inputs["exports"][0]["image"]["names"]
        assert name.startswith(f"{host}/")
    assert all(f.inputs["imageUri"].startswith(f"{host}/") for f in functions)
