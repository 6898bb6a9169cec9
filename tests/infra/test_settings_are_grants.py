"""A function's environment holds what its handler reads: no variable less, and none more."""

import dataclasses
import importlib
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from handlers.runtime.settings import load
from tests.support.functions import ONE
from tests.support.stacks import FUNCTIONS, STACKS, inputs, of, stack


def settings_of(function: str) -> type:
    module = importlib.import_module(f"handlers.{function.replace('-', '_')}.handler")
    settings: type = module.Settings
    return settings


def variables_of(function: Mapping[str, Any]) -> Mapping[str, str]:
    """Return a function's variables; one without settings has no environment."""
    variables: Mapping[str, str] = function.get("environment", {}).get("variables", {})
    return variables


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_settings_are_grants(function: str, name: str) -> None:
    fields = dataclasses.fields(settings_of(function))
    variables = variables_of(inputs(stack(name), "lambda/function:Function", function))
    assert set(variables) == {field.name.upper() for field in fields}


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_handler_can_read_its_settings(function: str, name: str) -> None:
    """Numeric settings have numeric values."""
    variables = variables_of(inputs(stack(name), "lambda/function:Function", function))
    settings = load(settings_of(function), variables)
    assert set(dataclasses.asdict(settings)) == {variable.lower() for variable in variables}


def test_functions_find_the_resources_that_they_may_use() -> None:
    """A variable of one name holds the same value in every function."""
    seen: dict[str, set[str]] = {}
    for function in of(stack("prod"), "lambda/function:Function"):
        for variable, value in variables_of(function.inputs).items():
            seen.setdefault(variable, set()).add(value)
    assert {variable: values for variable, values in seen.items() if len(values) > 1} == {}
    assert seen["USERS_TABLE"] == {"users"}
    assert seen["LEDGER_TABLE"] == {"ledger"}
    assert seen["BUCKET"] == {"storage"}
    assert seen["EMAIL_QUEUE_URL"] == {"https://sqs.eu-central-1.amazonaws.com/123456789012/emails"}


def test_a_function_is_a_folder() -> None:
    """The function, its package and its entry point share one name."""
    for function in of(stack("prod"), "lambda/function:Function"):
        [command] = function.inputs["imageConfig"]["commands"]
        assert command == f"handlers.{function.name.replace('-', '_')}.handler.handler"
        module, _, attribute = command.rpartition(".")
        assert callable(getattr(importlib.import_module(module), attribute))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_image_is_built_from_its_function_only(function: str) -> None:
    build = inputs_of_build(function)
    folder = function.replace("-", "_")
    assert build["context"] == {"location": f".build/{folder}"}
    assert build["buildArgs"]["FUNCTION"] == folder
    assert re.fullmatch(r"[0-9a-f]{64}", build["buildArgs"]["REVISION"])


def test_an_image_is_pushed_by_its_digest_and_has_no_tag() -> None:
    """ECR takes any digest, and refuses another image under a tag that it has.

    The same sources make another image when their base's tag has moved. Deployed, changed and
    deployed again, they would be such another image.
    """
    build = inputs_of_build(ONE)
    [export] = build["exports"]
    assert export["image"]["push"] is export["image"]["pushByDigest"] is True
    [name] = export["image"]["names"]
    assert ":" not in name.rpartition("/")[2]
    assert build["push"] is False
    assert "tags" not in build
    uri = stack("prod").recorder.one("aws:lambda/function:Function", ONE).inputs["imageUri"]
    assert re.fullmatch(rf"{re.escape(name)}@sha256:[0-9a-f]+", uri)


def test_images_expire_by_count_whether_they_have_a_tag_or_not() -> None:
    """Earlier versions of this program pushed tags."""
    policy = stack("prod").recorder.one(
        "aws:ecr/lifecyclePolicy:LifecyclePolicy", f"{ONE}-image-lifecycle"
    )
    [rule] = json.loads(policy.inputs["policy"])["rules"]
    assert rule["selection"] == {
        "tagStatus": "any",
        "countType": "imageCountMoreThan",
        "countNumber": 50,
    }


def inputs_of_build(function: str) -> dict:
    build = stack("prod").recorder.one("docker-build:index:Image", f"{function}-image-build")
    return dict(build.inputs)
