"""The emulator in a container, and the stack that `pulumi up` deploys to it."""

import inspect
import json
import re

import pulumi
import pulumi_aws as aws
import pytest
import yaml

from blueprint.project import ROOT, stack_settings
from blueprint.recorder import run
from infra.emulator import SERVICES
from infra.emulator_roles import for_role
from tests.support.stacks import PROJECT, Calls, inputs, keys, of, stack

FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICE = FILE["services"]["aws"]
URL = stack_settings("compose")[f"{PROJECT}:emulator"]["url"]
PROVIDER = "pulumi:providers:aws"


def test_the_emulator_is_the_one_that_is_tested() -> None:
    pinned = re.search(r"^ministack==([0-9.]+) ", (ROOT / "requirements.txt").read_text(), re.M)
    assert pinned
    assert SERVICE["image"] == f"${{EMULATOR_IMAGE:-ministackorg/ministack:{pinned[1]}}}"


def test_it_is_reached_from_this_machine_only() -> None:
    port = URL.rpartition(":")[2]
    assert SERVICE["ports"] == [f"127.0.0.1:{port}:{port}"]
    # The gate: see tests/local/server/test_compose_emulator.py.
    assert f"--bind=0.0.0.0:{port} local.server.compose:app" in SERVICE["entrypoint"]
    assert SERVICE["environment"]["PYTHONPATH"] == "/guard"
    assert "./local:/guard/local:ro" in SERVICE["volumes"]


def test_functions_reach_it_and_are_confined() -> None:
    environment = SERVICE["environment"]
    assert environment["AWS_ENDPOINT_URL"] == "http://aws:4566"
    networks = {network["name"] for network in FILE["networks"].values()}
    assert {environment["DOCKER_NETWORK"], environment["LAMBDA_DOCKER_NETWORK"]} == networks
    assert environment["AUTH"] == "true"
    assert {"--read-only", "no-new-privileges"} <= set(environment["LAMBDA_DOCKER_FLAGS"].split())


def test_the_stack_is_in_the_emulators_region() -> None:
    [provider] = [r for r in stack("compose").recorder.resources if r.type == PROVIDER]
    assert provider.inputs["region"] == SERVICE["environment"]["MINISTACK_REGION"]


def test_every_resource_and_every_call_goes_to_the_emulator() -> None:
    recorder = stack("compose").recorder
    mine = f"{PROVIDER}::emulator::"
    for told in recorder.registrations.values():
        if told.custom and told.type.startswith("aws:"):
            assert mine in told.provider, told.name
    assert isinstance(recorder, Calls)
    assert {token for token, _ in recorder.called} > {"aws:index/getRegion:getRegion"}
    assert not [token for token, provider in recorder.called if mine not in provider]


def test_the_provider_finds_every_service_there() -> None:
    """Also those that other stacks use: each can be sent to an emulator."""
    names = inspect.signature(aws.ProviderEndpointArgs).parameters
    known = {name.rstrip("_") for name in names}  # lambda_
    assert set(SERVICES) <= known
    for name in ("local", "dev", "prod"):
        for resource in stack(name).recorder.resources:
            assert service(resource.type) in {*SERVICES, None}, resource.type


def service(type_: str) -> str | None:
    """Return the provider's name of the service that makes resources of a type."""
    if type_.startswith("aws:cloudwatch/log"):
        return "logs"
    if not type_.startswith("aws:"):
        return None
    module = type_.removeprefix("aws:").partition("/")[0]
    return {"cognito": "cognitoidp", "vpc": "ec2"}.get(module, module)


def test_any_stack_can_be_sent_there() -> None:
    """Then no policy requires TLS, and outputs lead to the emulator."""
    url = {"url": "http://localhost:4566", "inProduction": True}
    emulated = run("prod", settings={f"{PROJECT}:emulator": url})
    lost = set(keys(stack("prod"))) - set(keys(emulated))
    assert {type_ for type_, _ in lost} <= {
        "aws:sqs/queuePolicy:QueuePolicy", "aws:s3/bucketPolicy:BucketPolicy"
    }  # fmt: skip
    told = [str(r.object) for r in emulated.recorder.registrations.values()]
    assert not [text for text in told if "SecureTransport" in text]
    assert "SecureTransport" in str(stack("prod").recorder.registrations.values())
    outputs = emulated.outputs
    assert outputs["emulator"] == "http://localhost:4566"
    assert outputs["api_gateway_url"] == "http://localhost:4566/_aws/execute-api/api-id/prod"
    assert outputs["token_endpoint"] == "http://localhost:4566/oauth2/token"
    assert "emulator" not in stack("prod").outputs


def test_roles_may_what_the_emulator_asks_for() -> None:
    for policy in of(stack("compose"), "iam/rolePolicy:RolePolicy"):
        given = inputs(stack("local"), "iam/rolePolicy:RolePolicy", policy.name)["policy"]
        at_home = re.sub("([-/])local", r"\1compose", given).replace("us-east-1", "eu-central-1")
        assert json.loads(policy.inputs["policy"]) == json.loads(for_role(at_home))


@pytest.mark.parametrize(
    "url", ["localhost:4566", "https://localhost:4566", "http://localhost:4566/", "http://a b"]
)
def test_what_is_no_emulator_is_refused(url: str) -> None:
    with pytest.raises(pulumi.RunError, match=r"emulator.url: is .* without a path"):
        run("compose", settings={f"{PROJECT}:emulator": {"url": url}})


def test_production_refuses_an_emulator_unless_a_test_asks_for_it() -> None:
    with pytest.raises(pulumi.RunError, match="emulator: must be left out, or have inProduction"):
        run("prod", settings={f"{PROJECT}:emulator": {"url": "http://localhost:4566"}})


def test_images_are_pushed_to_the_emulator_and_run_from_it() -> None:
    compose_run = stack("compose")
    host = URL.removeprefix("http://")
    images = [r for r in compose_run.recorder.resources if r.type == "docker-build:index:Image"]
    functions = of(compose_run, "lambda/function:Function")
    assert len(images) == len(functions)
    for image in images:
        assert image.inputs["registries"][0]["address"].startswith(f"{host}/")
        [name] = image.inputs["exports"][0]["image"]["names"]
        assert name.startswith(f"{host}/")
    assert all(f.inputs["imageUri"].startswith(f"{host}/") for f in functions)
