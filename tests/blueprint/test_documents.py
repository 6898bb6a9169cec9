"""The documents that are made from the program are those that are checked in."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from blueprint.documents import documents
from blueprint.project import ROOT, stack_settings
from tests.support.stacks import PROJECT, STACKS, stack

CAN_BE_MADE_ANEW = "make documents"


def violations(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    """Check a value by the keywords of JSON Schema that the stack schema uses; refuse others."""
    known = {
        "$ref", "$schema", "$defs", "title", "description", "default", "type", "properties",
        "required", "additionalProperties", "patternProperties", "enum", "const", "anyOf", "items",
        "pattern", "minimum", "maximum", "exclusiveMinimum", "propertyNames",
    }  # fmt: skip
    assert set(schema) <= known, set(schema) - known
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].rpartition("/")[2]]
        yield from violations(value, target, root, at)
    kinds = {
        "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None),
        "integer": int, "number": (int, float),
    }  # fmt: skip
    if "type" in schema and (
        not isinstance(value, kinds[schema["type"]])
        or (isinstance(value, bool) and schema["type"] != "boolean")
    ):
        yield f"{at}: no {schema['type']}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: none of {schema['enum']}"
    if "anyOf" in schema and all(list(violations(value, s, root, at)) for s in schema["anyOf"]):
        yield f"{at}: fits none"
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{at}: too small"
    if "maximum" in schema and value > schema["maximum"]:
        yield f"{at}: too large"
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from violations(item, schema.get("items", {}), root, f"{at}.{index}")
    if isinstance(value, dict):
        yield from (
            f"{at}.{key}: missing" for key in schema.get("required", ()) if key not in value
        )
        others = schema.get("additionalProperties", True)
        foreign = bool(schema.get("patternProperties"))
        for key, item in value.items():
            if key in schema.get("properties", {}):
                yield from violations(item, schema["properties"][key], root, f"{at}.{key}")
            elif foreign and not key.startswith(f"{PROJECT}:"):
                continue
            elif others is False:
                yield f"{at}.{key}: unknown"
            elif isinstance(others, dict):
                yield from violations(item, others, root, f"{at}.{key}")


def schema() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(documents.STACK_SCHEMA.read_text())
    return document


@pytest.mark.parametrize("name", ["local", "dev", "prod"])
def test_openapi_json_is_the_programs(name: str) -> None:
    """Every stack serves the same API."""
    written = json.loads(documents.OPENAPI.read_text())
    assert documents.openapi(stack(name).names["api"]) == written, CAN_BE_MADE_ANEW


def test_the_stack_schema_is_the_models() -> None:
    assert documents.stack_schema() == schema(), CAN_BE_MADE_ANEW


def test_every_document_is_as_it_would_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "run", stack)
    made = documents.documents()
    assert set(made) == {
        documents.OPENAPI,
        documents.STACK_SCHEMA,
        documents.ARCHITECTURE,
        documents.ARCHITECTURE_PAGE,
        documents.CONFIGURATION,
    }
    old = [path.name for path, content in made.items() if path.read_text() != content]
    assert old == [], CAN_BE_MADE_ANEW


def test_documents_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "documents", lambda: {tmp_path / "a.json": "{}\n"})
    assert documents.write() == [tmp_path / "a.json"]
    assert (tmp_path / "a.json").read_text() == "{}\n"


def test_the_text_around_the_table_of_configuration_is_kept() -> None:
    page = documents.CONFIGURATION.read_text()
    begin, end = re.findall(r"^<!-- .*configuration.* -->\n", page, re.M)
    text = documents.configuration(f"Before\n{begin}STALE{end}\nAfter")
    assert text.startswith(f"Before\n{begin}")
    assert text.endswith(f"{end}\nAfter")
    assert "STALE" not in text
    assert documents.configuration(text) == text
    for key in ("removalPolicy", "email.sender", "api.usagePlan.quota.period"):
        assert key in text


def test_openapi_json_refers_to_what_it_defines() -> None:
    text = documents.OPENAPI.read_text()
    document = json.loads(text)
    assert document["openapi"] == "3.1.0"
    referred = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert referred == set(document["components"]["schemas"])
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["operationId"]
            assert {"500", "503"} <= set(operation["responses"])


@pytest.mark.parametrize("name", STACKS)
def test_a_stacks_file_fits_the_schema(name: str) -> None:
    document = yaml.safe_load((ROOT / f"Pulumi.{name}.yaml").read_text())
    assert list(violations(document, schema(), schema(), name)) == []


@pytest.mark.parametrize("name", STACKS)
def test_an_editor_finds_the_schema(name: str) -> None:
    first = (ROOT / f"Pulumi.{name}.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=docs/stack-config.schema.json"
    assert (ROOT / "docs/stack-config.schema.json").is_file()


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        (f"{PROJECT}:log", {}, f"x.config.{PROJECT}:log: unknown"),
        (f"{PROJECT}:removalPolicy", "keep", "removalPolicy: none of"),
        (f"{PROJECT}:logs", {"retentionDays": 8}, "retentionDays: none of"),
        (f"{PROJECT}:logs", {"retention": 7}, "logs.retention: unknown"),
        (f"{PROJECT}:images", {"keep": 4}, "keep: too small"),
        (f"{PROJECT}:images", {"keep": "20"}, "keep: no integer"),
        (f"{PROJECT}:api", {"corsOrigins": "x"}, "corsOrigins: no array"),
        (f"{PROJECT}:api", {"usagePlan": {}}, "usagePlan: fits none"),
        (f"{PROJECT}:email", {}, "email.sender: missing"),
    ],
)
def test_the_schema_tells_an_editor_what_is_wrong(key: str, value: Any, problem: str) -> None:
    document = {"config": stack_settings("dev") | {key: value}}
    assert any(problem in v for v in violations(document, schema(), schema(), "x"))


def test_every_key_is_documented() -> None:
    undocumented = []
    waiting = [("", schema()["properties"]["config"])]
    waiting += [(name, section) for name, section in schema()["$defs"].items()]
    for name, section in waiting:
        for key, rules in section.get("properties", {}).items():
            described = rules.get("description") or (
                "$ref" in rules
                and schema()["$defs"][rules["$ref"].rpartition("/")[2]]["description"]
            )
            undocumented += [] if described else [f"{name}.{key}"]
    assert undocumented == []
