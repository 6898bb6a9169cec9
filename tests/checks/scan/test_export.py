"""The export of the program's resources as Terraform JSON."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from blueprint import recorder
from blueprint.recording import Options, Recorded
from checks.scan.export import Export, targets
from checks.scan.names import UnmappedError
from checks.scan.schema import Schema

STACKS = pytest.mark.parametrize("stack", ["dev", "prod"])


def resource(type_: str, name: str = "one", *, protect: bool = False, **inputs: Any) -> Recorded:
    options = Options(
        parent=("", ""),
        depends_on=frozenset(),
        protect=protect,
        retain_on_delete=False,
        delete_before_replace=False,
        ignore_changes=frozenset(),
    )
    return Recorded(type_, name, inputs, True, options)


@cache
def recorded(stack: str) -> list[Recorded]:
    return recorder.run(stack).recorder.resources


def exported(schema: Schema, *resources: Recorded) -> dict[str, dict[str, dict[str, Any]]]:
    export = Export(schema)
    export.add(resources)
    return export.resources


@STACKS
def test_every_aws_resource_is_there(exports: dict[str, Export], stack: str) -> None:
    of_aws = [r for r in recorded(stack) if r.type.startswith("aws:")]
    assert exports[stack].count == len(of_aws) > 150
    assert len(exports[stack].resources) == len({r.type for r in of_aws})
    assert exports[stack].checked > 1000


@STACKS
def test_references_resolve(exports: dict[str, Export], schema: Schema, stack: str) -> None:
    export = exports[stack]
    text = json.dumps(export.resources)
    found = re.findall(r"(?<!\$)\$\{(.*?)\}", text)
    assert len(found) == export.references > 300
    for reference in found:
        type_, name, output = reference.split(".")
        assert name in export.resources[type_], reference
        assert output in schema[type_].outputs, reference


@STACKS
def test_nothing_is_referred_to_by_a_made_up_name(exports: dict[str, Export], stack: str) -> None:
    """Values that AWS computes are references; none of the recorder's placeholders is left."""
    text = json.dumps(exports[stack].resources)
    assert len(recorded(stack)) > 150
    for one in recorded(stack):
        assert f'"{one.name}-id"' not in text
        assert not re.search(rf"arn:aws:[^ ]*:123456789012:{one.name}\b", text)


def test_policies_stay_text(exports: dict[str, Export]) -> None:
    for policy in exports["prod"].resources["aws_sqs_queue_policy"].values():
        assert "Statement" in json.loads(policy["policy"])


def test_files_are_named_for_types(exports: dict[str, Export], tmp_path: Path) -> None:
    exports["prod"].write(tmp_path / "prod")
    read: dict[str, Any] = {}
    for path in (tmp_path / "prod").iterdir():
        read |= json.loads(path.read_text())["resource"]
        assert path.name.removesuffix(".tf.json") in read
    assert read == exports["prod"].resources


def test_blocks_lists_and_maps(schema: Schema) -> None:
    made = exported(
        schema,
        resource(
            "aws:apigateway/restApi:RestApi", endpointConfiguration={"types": "REGIONAL"},
            tags={"camelCase": "kept"},
        ),
        resource(
            "aws:dynamodb/table:Table", protect=True,
            attributes=[{"name": "id", "type": "S"}], ttl={"attributeName": "expires"},
        ),
    )  # fmt: skip
    api = made["aws_api_gateway_rest_api"]["one"]
    assert api["endpoint_configuration"] == [{"types": ["REGIONAL"]}]
    assert api["tags"] == {"camelCase": "kept"}
    assert api["lifecycle"] == [{"create_before_destroy": True, "prevent_destroy": False}]
    table = made["aws_dynamodb_table"]["one"]
    assert table["attribute"] == [{"name": "id", "type": "S"}]
    assert table["ttl"] == [{"attribute_name": "expires"}]
    assert table["lifecycle"][0]["prevent_destroy"]


def test_what_the_schema_does_not_describe_is_named_by_its_shape(schema: Schema) -> None:
    statement = {
        "rateBasedStatement": {
            "limit": 100,
            "scopeDownStatement": {"notStatement": {"statements": [{"geoMatchStatement": {}}]}},
        }
    }
    rule = {"name": "r", "priority": 1, "statement": statement, "visibilityConfig": {}}
    made = exported(schema, resource("aws:wafv2/webAcl:WebAcl", rules=[rule]))
    assert made["aws_wafv2_web_acl"]["one"]["rule"][0]["statement"] == {
        "rate_based_statement": {
            "limit": 100,
            "scope_down_statement": {"not_statement": {"statement": [{"geo_match_statement": {}}]}},
        }
    }


def test_references_within_texts(schema: Schema) -> None:
    queue = "${aws:sqs/queue:Queue::my-queue::arn}"
    made = exported(
        schema,
        resource("aws:sqs/queue:Queue", "my-queue"),
        resource("aws:sqs/queuePolicy:QueuePolicy", policy=f'["{queue}/*", "${{aws:username}}"]'),
    )
    policy = made["aws_sqs_queue_policy"]["one"]["policy"]
    assert policy == '["${aws_sqs_queue.my_queue.arn}/*", "$${aws:username}"]'
    assert set(targets(made)) == {("aws_sqs_queue", "my_queue")}


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (resource("aws:new/thing:Thing"), "Terraform has no aws_new_thing"),
        (resource("aws:sqs/queue:Queue", colour="red"), r"aws_sqs_queue.one: colour could be"),
        (
            resource("aws:dynamodb/table:Table", ttl={"colour": "red"}),
            r"aws_dynamodb_table.one.ttl: colour could be",
        ),
        (
            resource("aws:sqs/queue:Queue", policy="${aws:sqs/queue:Queue::two::arn}"),
            "a reference names aws_sqs_queue.two, which the program does not register",
        ),
        (
            resource("aws:sqs/queue:Queue", policy="${aws:sqs/queue:Queue::one::colour}"),
            "aws_sqs_queue: colour could be",
        ),
    ],
)
def test_what_terraform_does_not_know(schema: Schema, wrong: Recorded, problem: str) -> None:
    with pytest.raises(UnmappedError, match=problem):
        exported(schema, wrong)


def test_two_resources_of_one_name(schema: Schema) -> None:
    queue = "aws:sqs/queue:Queue"
    with pytest.raises(ValueError, match=r"two resources would be called aws_sqs_queue\.a_b"):
        exported(schema, resource(queue, "a-b"), resource(queue, "a_b"))
