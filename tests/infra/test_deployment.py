"""Every argument of every part of the REST API is deployed when it changes."""

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from blueprint.recording import Recorded, Recorder
from infra.function.image_function import ImageFunction
from infra.triggers.http import errors
from infra.triggers.http.rest_api import Route
from tests.support.apis import NEW_USER, api, body, needs

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

# Hundreds of runs of the same lines: tracing them for coverage makes them four times slower.
pytestmark = pytest.mark.no_cover


def parts(made: Recorder) -> Iterator[Recorded]:
    """Yield the resources that a deployment is a snapshot of."""
    for resource in made.resources:
        if resource.type.startswith(PREFIX) and kind_of(resource) not in NOT_DEPLOYED:
            yield resource


def kind_of(resource: Recorded) -> str:
    return resource.type.rpartition(":")[2]


def trigger(made: Recorder) -> str:
    deployment = made.one("aws:apigateway/deployment:Deployment", "api-deployment")
    definition: str = deployment.inputs["triggers"]["definition"]
    return definition


def small() -> Recorder:
    """Create an API of one route with at least one part of each kind."""

    def routes(write: ImageFunction) -> list[Route]:
        return [Route("PUT", "/users/{id}", write, {**needs("users.write"), **body(NEW_USER)})]

    two = {kind: errors.GATEWAY_ERRORS[kind] for kind in ("UNAUTHORIZED", "THROTTLED")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(errors, "GATEWAY_ERRORS", two)
        return api(FULL, routes, functions=["create-user"])


@cache
def unchanged() -> Recorder:
    return small()


def arguments(kind: str) -> list[str]:
    """Return what the provider lets one say of a resource, also what this API leaves out."""
    names = inspect.signature(getattr(aws.apigateway, f"{kind}Args").__init__).parameters
    return [name for name in names if name != "__self__"]


def changed(value: Any) -> Any:
    """Return another value of the same type."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return f"{value}x"
        case dict():
            return {**value, "x": "x"}
        case list():
            return [*value, "x"]
        case pulumi.Output():
            return value.apply(changed)
        case None:
            return "x"
        case _:  # a section, such as the configuration of the endpoint
            first = next(iter(vars(value)))
            return type(value)(**{**vars(value), first: changed(vars(value)[first])})


def with_change(kind: str, argument: str, number: int) -> Recorder:
    """Create the API with one changed argument of one resource of a kind."""
    cls = getattr(aws.apigateway, f"{kind}Args")
    original: Callable[..., None] = cls.__init__
    made: list[object] = []

    def init(self: object, **given: Any) -> None:
        made.append(self)
        if len(made) == number:
            given[argument] = changed(given.get(argument))
        original(self, **given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cls, "__init__", init)
        return small()


def test_all_that_an_api_is_made_of_is_looked_at() -> None:
    assert sorted({kind_of(resource) for resource in parts(unchanged())}) == KINDS
    assert {"api_key_source", "binary_media_types", "endpoint_configuration", "policy",
            "minimum_compression_size"} <= set(arguments("RestApi"))  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_of_an_argument_is_deployed(kind: str) -> None:
    check_changes(kind, arguments(kind)[0])


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_a_change_of_every_argument_is_deployed(kind: str) -> None:
    for argument in arguments(kind):
        check_changes(kind, argument)


def check_changes(kind: str, argument: str) -> None:
    """Change an argument of each resource of a kind, one at a time."""
    before = {r.name: r.inputs for r in parts(unchanged())}
    of_kind = [r.name for r in parts(unchanged()) if kind_of(r) == kind]
    touched: set[str] = set()
    for number in range(1, len(of_kind) + 1):
        made = with_change(kind, argument, number)
        touched |= {r.name for r in parts(made) if before[r.name] != r.inputs}
        assert trigger(made) != trigger(unchanged()), f"{argument} of the {number}. {kind}"
    # A resource that is made otherwise would not have changed.
    assert touched >= set(of_kind), argument
