"""Every argument of every part of the REST API is deployed when it changes."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from blueprint.recording import Recorded, Recorder
from infra.triggers.http import rest_api
from infra.triggers.http.part import Part, definition_hash, part
from infra.triggers.http.rest_api import Route
from tests.support import apis
from tests.support.apis import NEW_USER, body, needs
from tests.support.stacks import exported, recorded

# What a stage, an account or a caller has, and no deployment is made of.
NOT_DEPLOYED = {
    "Account", "ApiKey", "BasePathMapping", "Deployment", "DomainName", "MethodSettings", "Stage",
    "UsagePlan", "UsagePlanKey",
}  # fmt: skip
FULL = {
    "authorization": "cognito",
    "corsOrigins": ["https://a.example.com"],
    "cognito": {"callbackUrls": ["https://a.example.com/"]},
}
PREFIX = "aws:apigateway/"
KINDS = [
    "Authorizer", "Integration", "IntegrationResponse", "Method", "MethodResponse", "Model",
    "RequestValidator", "Resource", "Response", "RestApi",
]  # fmt: skip

Definitions = dict[str, dict[str, Any]]
"""By the parts' names."""


@cache
def small() -> tuple[Recorder, Definitions]:
    """Create an API of one route with at least one part of each kind.

    Return what is recorded, and the definitions that the deployment's hash is made from.
    """
    found: list[Definitions] = []

    def program() -> None:
        operation = {**needs("users.write"), **body(NEW_USER)}
        route = Route("PUT", "/users/{id}", apis.function("create-user"), operation)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rest_api, "definition_hash", noted)
            apis.rest_api(FULL, [route])

    def noted(parts: Sequence[Part[Any]]) -> pulumi.Output[str]:
        known = {each.name: _plain(each.definition) for each in parts}
        pulumi.Output.from_input(known).apply(found.append)
        return pulumi.Output.from_input("hash of the parts")

    made = recorded(program)
    [definitions] = found
    return made, definitions


def _plain(value: Any) -> Any:
    """Return a section's arguments as a mapping, as a resource's inputs are."""
    match value:
        case pulumi.Output() | str() | int() | None:
            return value
        case list():
            return [_plain(each) for each in value]
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case _:
            return _plain(vars(value))


def parts(made: Recorder) -> Iterator[Recorded]:
    """Yield the resources that a deployment is a snapshot of."""
    for resource in made.resources:
        if resource.type.startswith(PREFIX) and kind_of(resource) not in NOT_DEPLOYED:
            yield resource


def kind_of(resource: Recorded) -> str:
    return resource.type.rpartition(":")[2]


def arguments(kind: str) -> list[str]:
    """Return what the provider lets one say of a resource, also what this API leaves out."""
    names = inspect.signature(getattr(aws.apigateway, f"{kind}Args").__init__).parameters
    return [name for name in names if name != "__self__"]


def camel_case(argument: str) -> str:
    first, *others = argument.split("_")
    return "".join([first, *(word.title() for word in others)])


def test_all_that_an_api_is_made_of_is_looked_at() -> None:
    made, _ = small()
    assert sorted({kind_of(resource) for resource in parts(made)}) == KINDS
    assert {"api_key_source", "binary_media_types", "endpoint_configuration", "policy",
            "minimum_compression_size"} <= set(arguments("RestApi"))  # fmt: skip


def test_a_deployment_is_defined_by_all_arguments_of_all_parts() -> None:
    """Each part's definition has the values that its resource is registered with."""
    made, definitions = small()
    deployment = made.one(f"{PREFIX}deployment:Deployment", "api-deployment")
    assert deployment.inputs["triggers"] == {"definition": "hash of the parts"}
    registered = {resource.name: resource for resource in parts(made)}
    # A permission is waited for, and defines nothing.
    assert {name for name, defined in definitions.items() if defined} == set(registered)
    for name, resource in registered.items():
        given = {camel_case(k): v for k, v in definitions[name].items() if v is not None}
        assert given == resource.inputs, name


def changes(kind: str) -> dict[str, Any]:
    """Return the arguments of a part of a kind: as it is, and with another value of each."""
    cls = getattr(aws.apigateway, f"{kind}Args")
    required = {
        name: name
        for name, each in inspect.signature(cls.__init__).parameters.items()
        if name != "__self__" and each.default is inspect.Parameter.empty
    }
    others = {name: cls(**required | {name: "other"}) for name in arguments(kind)}
    return {"unchanged": cls(**required), **others}


def hashes(definitions: Mapping[str, Any]) -> dict[str, str]:
    """Return the hash of an API that has one part, for each of its definitions."""

    def program() -> None:
        nothing = pulumi.ComponentResource("serverless:infra:Nothing", "nothing")
        for name, given in definitions.items():
            one = part(lambda *_: nothing, "part", given, pulumi.ResourceOptions())
            pulumi.export(name, definition_hash([one]))

    return exported(program)


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_of_any_argument_is_another_definition(kind: str) -> None:
    found = hashes(changes(kind))
    assert set(found) == {"unchanged", *arguments(kind)}
    assert len(set(found.values())) == len(found)


def test_a_change_within_a_section_is_another_definition() -> None:
    section = aws.apigateway.RestApiEndpointConfigurationArgs
    found = hashes({
        types: aws.apigateway.RestApiArgs(endpoint_configuration=section(types=types))
        for types in ("REGIONAL", "EDGE")
    })  # fmt: skip
    assert found["REGIONAL"] != found["EDGE"]
