"""JSON in arguments is written as AWS's provider writes it back, so no preview shows it changed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from blueprint.project import ROOT
from blueprint.recorder import Run, run
from tests.support.stacks import stack

STACKS = {
    **{name: lambda name=name: stack(name) for name in ("local", "dev", "prod", "compose")},
    "account": lambda: run("account", folder=ROOT / "bootstrap"),
}


def texts(value: Any) -> Iterator[str]:
    """Yield every text in the inputs of a resource."""
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from texts(each)
        case list():
            for each in value:
                yield from texts(each)


def documents(resources: Run) -> Iterator[tuple[str, str, Any]]:
    """Yield the resource's name, the text and the value of each input that is JSON."""
    for resource in resources.recorder.resources:
        if resource.type.startswith("pulumi:providers:"):
            continue  # Pulumi's SDK writes a provider's arguments, and no AWS writes them back
        for text in texts(resource.inputs):
            try:
                value = json.loads(text)
            except ValueError:
                continue
            if isinstance(value, dict | list):
                yield resource.name, text, value


@pytest.mark.parametrize("name", STACKS)
def test_json_is_compact_and_its_keys_are_sorted(name: str) -> None:
    found = list(documents(STACKS[name]()))
    assert len(found) > 20
    assert [
        (resource, text)
        for resource, text, value in found
        if text != json.dumps(value, sort_keys=True, separators=(",", ":"))
    ] == []
