"""A revision whose files stand elsewhere is planned by this tree's recorder."""

import json
from pathlib import Path

import pytest

from blueprint.plan.snapshot import Snapshot, take_snapshots

pytestmark = pytest.mark.long  # each plan runs two programs

PROGRAM = """
import pulumi, pulumi_aws as aws, pulumi_docker_build as docker
from stuff.queues import queue
import blueprint, infra

assert blueprint.OLD and infra.OLD
jobs = queue("jobs", pulumi.Config().require_int("seconds"))
docker.Image("jobs-build", context={"location": "out/jobs"}, push=False)
docker.Image("whole-build", context={"location": "."}, push=False)
pulumi.export("url", jobs.url)
pulumi.export("account", aws.get_caller_identity().account_id)
"""
QUEUES = """
import pulumi_aws as aws

def queue(name, seconds):
    return aws.sqs.Queue(name, visibility_timeout_seconds=seconds)
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a tree with none of this one's modules, but packages of the same names."""
    files = {
        "Pulumi.yaml": "name: old\nruntime: python\n",
        "Pulumi.prod.yaml": "config: {aws:region: eu-west-1, seconds: 30, old:key: {secure: x}}\n",
        "__main__.py": PROGRAM,
        "stuff/queues.py": QUEUES,
        "blueprint/__init__.py": "OLD = True\n",
        "infra/__init__.py": "OLD = True\n",
        "out/jobs/Dockerfile": "FROM scratch\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def evaluated(tree: Path) -> Snapshot:
    (snapshot,) = take_snapshots({"old (12)": tree}, "prod")
    return snapshot


def test_an_older_layout_is_evaluated(tree: Path) -> None:
    snapshot = evaluated(tree)
    queue = snapshot.resources["aws:sqs/queue:Queue", "jobs"]
    assert queue.inputs == {"visibilityTimeoutSeconds": 30}
    assert snapshot.outputs == {"url": "${aws:sqs/queue:Queue::jobs::url}", "account": "<account>"}
    assert snapshot.provider == {"aws:region": "eu-west-1"}


def test_sources_of_images_are_the_files_of_their_own_build_contexts(tree: Path) -> None:
    images = evaluated(tree).images
    assert list(images["jobs-build"]) == ["Dockerfile"]
    assert images["whole-build"] == {}
    (tree / "out/jobs/Dockerfile").write_text("FROM other\n")
    assert evaluated(tree).images["jobs-build"] != images["jobs-build"]


def test_the_document_of_a_revision_is_the_one_it_holds(tree: Path) -> None:
    assert evaluated(tree).openapi == {}
    (tree / "openapi.json").write_text(json.dumps({"openapi": "3.1.0", "paths": {}}))
    assert evaluated(tree).openapi == {"openapi": "3.1.0", "paths": {}}
