"""The Dockerfile, and the scripts that its build runs, without a build."""

import gzip
import json
import re
from pathlib import Path

import pytest

from images import context
from images.build import tidy
from images.package_index import NAME
from images.select_data import (
    AwsCalls,
    callers,
    select_data,
    select_operations,
    without_documentation,
)
from local.engine import BASE_IMAGE

DOCKERFILE = context.ROOT / "images" / "Dockerfile"


def test_nothing_that_needs_more_than_the_engine_s_own_buildkit() -> None:
    """A newer syntax would be fetched from Docker Hub, or fail in Docker 20.10."""
    text = DOCKERFILE.read_text()
    assert not re.search(r"^# *syntax=|<<|COPY +--(link|chmod|parents)", text, re.MULTILINE)
    options = set(re.findall(r"^RUN +(--\S+)", text, re.MULTILINE))
    assert options == {f"--mount=type=secret,id={NAME}"}
    # It would be empty if it were declared before the first stage.
    assert not re.search(r"^ARG +BUILDPLATFORM", text, re.MULTILINE)


def test_default_base_is_the_same_everywhere() -> None:
    (base,) = re.findall(r"^ARG BASE_IMAGE=(.+)$", DOCKERFILE.read_text(), re.MULTILINE)
    assert base == BASE_IMAGE


def write(folder: Path, **sources: str) -> Path:
    for name, text in sources.items():
        (folder / f"{name}.py").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("source", "services"),
    [
        ("aws.client('sqs')", {"sqs"}),
        ("client('s3', read_timeout=1)", {"s3"}),
        ("session.create_client('sts')\naws.client('sqs')", {"sts", "sqs"}),
        ("def client(service):\n    return session.create_client(service)", set()),
        ("# aws.client('sqs')\n'aws.client(\"s3\")'", set()),
    ],
)
def test_services_are_found_in_calls(tmp_path: Path, source: str, services: set[str]) -> None:
    assert AwsCalls(write(tmp_path, module=source)).services == services


def test_a_service_that_cannot_be_told_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"module\.py:2: .* must be a literal"):
        AwsCalls(write(tmp_path, module="name = 'sqs'\naws.client(name)"))


def test_extras_are_found_in_calls(tmp_path: Path) -> None:
    plain = AwsCalls(write(tmp_path, one="aws.client('sqs')")).kinds
    more = AwsCalls(write(tmp_path, two="c.get_paginator('x')\nc.get_waiter('y')")).kinds
    assert more - plain == {"paginators-1", "waiters-2"}


def test_documentation_goes_and_members_of_that_name_stay() -> None:
    shapes = {"A": {"members": {"documentation": {"shape": "S", "documentation": "text"}}}}
    assert without_documentation(shapes) == {"A": {"members": {"documentation": {"shape": "S"}}}}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a small ``botocore/data`` with two services, one in two versions."""
    for folder in ("mail/2019-01-01", "mail/2020-01-01", "other/2020-01-01"):
        version = tmp_path / "data" / folder
        version.mkdir(parents=True)
        operations = {name: {} for name in ("SendMail", "GetMail", "DropMail")}
        model = {"metadata": {"endpointPrefix": "email"}, "operations": operations, "shapes": {}}
        (version / "service-2.json.gz").write_bytes(gzip.compress(json.dumps(model).encode()))
        (version / "endpoint-rule-set-1.json").write_text("{}")
        waiters = {"waiters": {"MailCame": {"operation": "GetMail"}}}
        (version / "waiters-2.json").write_text(json.dumps(waiters))
    endpoints = {"partitions": [{"services": {"email": {}, "other": {}}, "regions": {"here": {}}}]}
    (tmp_path / "data" / "endpoints.json").write_text(json.dumps(endpoints))
    return tmp_path / "data"


def test_selected_data(tmp_path: Path, data: Path) -> None:
    target = tmp_path / "selected"
    sources = tmp_path / "sources"
    sources.mkdir()
    module = "aws.client('mail').send_mail()"
    select_data(data, target, AwsCalls(write(sources, module=module)))
    assert {path.relative_to(target).as_posix() for path in target.rglob("*.json*")} == {
        "endpoints.json",
        "mail/2020-01-01/service-2.json",
        "mail/2020-01-01/endpoint-rule-set-1.json",
    }
    (partition,) = json.loads((target / "endpoints.json").read_text())["partitions"]
    assert partition == {"services": {"email": {}}, "regions": {"here": {}}}
    assert operations_in(target) == {"SendMail"}


def operations_in(target: Path) -> set[str]:
    model = json.loads((target / "mail/2020-01-01/service-2.json").read_text())
    return set(model["operations"])


def test_what_waiters_call_is_selected(tmp_path: Path, data: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    module = "aws.client('mail').get_waiter(name)"
    select_data(data, tmp_path / "selected", AwsCalls(write(sources, module=module)))
    assert operations_in(tmp_path / "selected") == {"GetMail"}


def test_operations_are_found_in_attributes_and_texts_of_handlers_and_packages(
    tmp_path: Path,
) -> None:
    ours, theirs = tmp_path / "handlers", tmp_path / "transfers"
    for folder in (ours, theirs):
        folder.mkdir()
    write(ours, one="c.get_item()\nc.get_paginator('list_objects_v2')", two="# c.scan()")
    write(theirs, three="send = client.upload_part_copy")
    assert {"getitem", "listobjectsv2", "uploadpartcopy"} <= AwsCalls(ours, theirs).words
    assert "scan" not in AwsCalls(ours, theirs).words


def test_packages_that_call_aws_say_so(tmp_path: Path) -> None:
    for name, needs in (("s3transfer", "botocore<2"), ("urllib3", "h2"), ("boto", "s3transfer")):
        folder = tmp_path / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Name: {name}\nRequires-Dist: {needs}\n")
    assert list(callers(tmp_path)) == [tmp_path / "s3transfer"]


def test_an_operation_keeps_all_shapes_that_it_reaches_and_errors_stay() -> None:
    service = {
        "operations": {
            "GetThing": {"input": {"shape": "In"}, "errors": [{"shape": "Gone"}]},
            "PutThing": {"input": {"shape": "Other"}},
            "FindEndpoints": {"endpointoperation": True, "output": {"shape": "Endpoints"}},
        },
        "shapes": {
            "In": {"type": "structure", "members": {"shape": {"shape": "Inner"}}},
            "Inner": {"type": "list", "member": {"shape": "In"}},
            "Other": {"type": "string"},
            "Endpoints": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Name"}},
            "Name": {"type": "string"},
            "Gone": {"type": "structure", "exception": True, "members": {"m": {"shape": "Text"}}},
            "Text": {"type": "string"},
            "Unused": {"type": "string"},
        },
    }
    select_operations(service, {"getthing"})
    assert set(service["operations"]) == {"GetThing", "FindEndpoints"}
    assert set(service["shapes"]) == {"In", "Inner", "Endpoints", "Name", "Gone", "Text"}


def test_tidied_packages(tmp_path: Path) -> None:
    kept = {"a/__init__.py", "a/lib.so", "a-1.dist-info/METADATA", "a-1.dist-info/licenses/LICENSE"}
    gone = {"a/a.pyx", "a/tests/test_a.py", "a-1.dist-info/RECORD", "bin/a", ".lock", "a/a.pyi"}
    for name in kept | gone:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    tidy(tmp_path)
    assert {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()} == kept
