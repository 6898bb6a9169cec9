"""The permissions of who deploys, by AWS's reference of actions, as parliament has it."""

import pytest

from infra import recorder
from scan.findings import Finding
from scan.iam import documents, scan
from scan.recorders import Arns
from scan.schema import Schema

BOOTSTRAP = recorder.ROOT / "bootstrap"


@pytest.fixture(scope="module")
def findings(schema: Schema) -> list[Finding]:
    resources = recorder.run("account", folder=BOOTSTRAP, recorder=Arns).recorder.resources
    found = documents(resources, schema)
    assert len(found) >= 30
    return scan(found, "account")


def test_x(findings):
    for f in sorted({(f.check, f.resource, f.message) for f in findings}):
        print(f)
    assert 0
