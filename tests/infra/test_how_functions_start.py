"""What a stack sets for one function reaches that function, its image and its alias, and no other.

Snapshots and waiting environments belong to the version that the alias points at.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from blueprint.recording import Recorder
from infra.config.stack import StackConfig
from infra.function.image_function import FunctionArgs, ImageFunction
from tests.support.functions import ONE, OTHER, expected, operations
from tests.support.stacks import FUNCTIONS, STACKS, inputs, keys, of, recorded, stack

FUNCTION = "aws:lambda/function:Function"
WAITING = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"


def two_functions(settings: Mapping[str, Any], **keys: Any) -> Recorder:
    """Create two functions, one of them with settings."""
    config = StackConfig.model_validate({"functions": {ONE: settings}} | keys)
    args = FunctionArgs(config=config, description="", memory_mb=256, timeout=30)
    return recorded(lambda: [ImageFunction(name, args) for name in (ONE, OTHER)])


@pytest.mark.parametrize(
    ("settings", "name", "value", "other"),
    [
        ({"memoryMb": 300}, "memorySize", 300, 256),
        ({"tmpMb": 600}, "ephemeralStorage", {"size": 600}, {"size": 512}),
        ({"reservedConcurrency": 7}, "reservedConcurrentExecutions", 7, None),
        ({"snapStart": True}, "snapStart", {"applyOn": "PublishedVersions"}, None),
        ({"snapStart": False}, "snapStart", None, None),
        ({"architecture": "x86_64"}, "architectures", ["x86_64"], ["arm64"]),
    ],
)
def test_what_is_set_for_one_function(
    settings: dict[str, Any], name: str, value: object, other: object
) -> None:
    recorder = two_functions(settings)
    assert recorder.one(FUNCTION, ONE).inputs.get(name) == value
    assert recorder.one(FUNCTION, OTHER).inputs.get(name) == other


@pytest.mark.parametrize(
    ("of_the_stack", "own", "platform"),
    [("arm64", "x86_64", "linux/amd64"), ("x86_64", "arm64", "linux/arm64")],
)
def test_an_image_is_of_its_function_s_architecture(
    of_the_stack: str, own: str, platform: str
) -> None:
    recorder = two_functions({"architecture": own}, architecture=of_the_stack)
    image = recorder.one("docker-build:index:Image", f"{ONE}-image-build").inputs
    assert image["platforms"] == [platform]
    other = recorder.one("docker-build:index:Image", f"{OTHER}-image-build").inputs
    assert other["platforms"] != [platform]
    assert recorder.one(FUNCTION, OTHER).inputs["architectures"] == [of_the_stack]


def test_environments_wait_behind_the_alias_once_it_is_there() -> None:
    [waiting] = two_functions({"provisionedConcurrency": 5, "reservedConcurrency": 5}).all(WAITING)
    assert waiting.inputs == {
        "functionName": ONE,
        "qualifier": "live",
        "provisionedConcurrentExecutions": 5,
    }
    assert ("aws:lambda/alias:Alias", f"{ONE}-live") in waiting.options.depends_on


def test_without_a_number_none_waits() -> None:
    assert two_functions({"memoryMb": 512}).all(WAITING) == []


@pytest.mark.parametrize("name", STACKS)
def test_every_function_has_a_version_that_its_triggers_point_at(name: str) -> None:
    """Lambda takes no snapshots of ``$LATEST`` and starts no environments for it in advance."""
    functions = of(stack(name), "lambda/function:Function")
    assert {f.name for f in functions} == set(FUNCTIONS)
    assert all(f.inputs["publish"] for f in functions)
    for function in FUNCTIONS:
        alias = inputs(stack(name), "lambda/alias:Alias", f"{function}-live")
        assert alias["functionVersion"] != "$LATEST"


def test_production_lets_no_caller_wait_for_a_start_and_pays_for_nothing_else() -> None:
    functions = of(stack("prod"), "lambda/function:Function")
    on_other_apis = {
        f for f, said in expected().items() if said.trigger.startswith(("WebSocket", "GraphQL"))
    }
    waited_for = set(operations()) | on_other_apis
    assert {f.name for f in functions if f.inputs.get("snapStart")} == waited_for
    assert not [key for key in keys(stack("prod")) if WAITING in key]


@pytest.mark.parametrize("name", ["dev", "local"])
def test_other_stacks_start_cold(name: str) -> None:
    assert not [f for f in of(stack(name), "lambda/function:Function") if f.inputs.get("snapStart")]
    assert not [key for key in keys(stack(name)) if WAITING in key]
