"""AWS clients know as much with what the images leave of botocore's data as with all of it."""

import json
import subprocess
import sys
from pathlib import Path

from image_containers import run_python

from images import context
from images.select_data import AwsCalls, callers
from local.engine import Engine
from local.images import ImageRef

SCRIPT = Path(__file__).parent / "describe_clients.py"


def test_clients(engine: Engine, images: dict[str, ImageRef], function: str) -> None:
    handlers = context.ROOT / "handlers"
    services = sorted(
        AwsCalls(handlers / function).services | AwsCalls(handlers / "common").services
    )
    assert services
    whole = json.loads(subprocess.check_output([sys.executable, SCRIPT, *services]))
    left = run_python(engine.client, images[function].id, SCRIPT.read_text(), *services)
    assert left["botocore"] == whole["botocore"], "the image's is not the environment's"
    assert left["available"] == services
    for service in services:
        assert len(whole["services"][service]["operations"]) > 10
        assert left["services"][service] == whole["services"][service]
