"""With the images' data, AWS clients have the same operations as with all of botocore's."""

import json
import subprocess
import sys
from typing import Any

import pytest

from images import context
from images.select_data import AwsCalls
from local.engine import Engine
from local.images import ImageRef
from tests.support.images.bases import FUNCTIONS
from tests.support.images.containers import run_python

SCRIPT = context.ROOT / "tests/support/images/describe_clients.py"


def called(function: str) -> list[str]:
    """Return the services that a function calls."""
    return sorted(AwsCalls(context.stage(function).folder / "handlers").services)


@pytest.fixture(scope="module")
def whole() -> Any:
    """Return what all of botocore's data say of every service that a function calls."""
    services = sorted({service for function in FUNCTIONS for service in called(function)})
    return json.loads(subprocess.check_output([sys.executable, SCRIPT, *services]))


def test_clients(engine: Engine, images: dict[str, ImageRef], function: str, whole: Any) -> None:
    services = called(function)
    assert services
    left = run_python(engine.client, images[function].id, SCRIPT.read_text(), *services)
    assert left["botocore"] == whole["botocore"], "the image's is not the environment's"
    assert left["available"] == services
    for service in services:
        own, all_of_it = left["services"][service], dict(whole["services"][service])
        assert 0 < len(own["operations"]) < len(all_of_it["operations"])
        for part in ("operations", "shapes"):
            assert own[part] == {name: all_of_it[part][name] for name in own[part]}
            del own[part], all_of_it[part]
        assert own == all_of_it


def test_what_transfers_call_inside_their_library_is_there(
    engine: Engine, images: dict[str, ImageRef]
) -> None:
    left = run_python(engine.client, images["process_upload"].id, SCRIPT.read_text(), "s3")
    assert set(left["services"]["s3"]["operations"]) >= {
        "AbortMultipartUpload",
        "CompleteMultipartUpload",
        "CopyObject",
        "CreateMultipartUpload",
        "HeadObject",
        "UploadPartCopy",
    }
