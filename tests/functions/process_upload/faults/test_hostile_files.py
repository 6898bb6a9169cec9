"""Hostile uploads to the running system."""

import hashlib
import json
import os
import tempfile
import uuid
from pathlib import Path

import pytest

from checks.chaos.reconciliation import Ledger
from tests.functions.process_upload import files
from tests.support.e2e.system import keys, until
from tests.support.faults.uploads import content, put
from tests.support.faults.world import SECONDS, World
from tests.support.samples import PICTURE

HOSTILE = {
    "image-bomb.png": files.png_bomb,
    "pdf-bomb.pdf": lambda: files.pdf(files.zeros(200 * 2**20), packed=True),
    "zip-bomb.docx": lambda: files.word_with(b"<w:document/>", megabytes=200),
    "truncated.jpg": lambda: PICTURE.read_bytes()[:5_000],
    "wrong-extension.png": lambda: b"#!/bin/sh\nexit 1\n",
}
"""Files, made when they are needed: large ones take a second."""


@pytest.mark.container
@pytest.mark.parametrize("name", HOSTILE)
def test_image_pdf_zip_bomb_truncated_wrong_extension(
    world: World, name: str, small_memory: None
) -> None:
    """The file is kept under `rejected/` with a reason, and the function continues.

    Parsers have their own limits (``handlers/process_upload/sandbox.py``). In a container, the
    whole function is also limited to the memory that the program declares.
    """
    ledger, folder = Ledger(), uuid.uuid4().hex
    hostile = HOSTILE[name]()
    ledger.send(name, hostile)
    put(world, f"{folder}/{name}", hostile)
    place = f"rejected/{folder}/{name}"
    until(lambda: content(world, f"{place}/reason.json"), seconds=SECONDS)
    found = content(world, f"{place}/original{Path(name).suffix}")
    made = keys(world.cloud.client("s3"), world.bucket, f"processed/{folder}/{name}")
    balance = ledger.balance(effects=[name] * len(made), kept=[(name, found)])
    assert balance.kept == {name}, balance
    assert json.loads(content(world, f"{place}/reason.json") or b"")["reason"]
    put(world, f"{folder}/after.txt", b"after")
    until(lambda: content(world, f"processed/{folder}/after.txt/text.txt"), seconds=SECONDS)


@pytest.fixture
def small_memory(world: World, docker: bool) -> None:
    """Limit the function's containers to its memory; Lambda does this, the emulator does not."""
    if docker:
        put(world, "warm.txt", b"warm")
        until(lambda: content(world, "processed/warm.txt/text.txt"), seconds=SECONDS)
        limit_memory(world, "process-upload")


PATHS = (
    "../../../../tmp/{}.txt",
    "/tmp/{}.txt",
    "a/../../{}.txt",
    "./{}.txt",
    "a\0{}.txt",
    "..\\{}.txt",
)


def test_path_traversal_nul_absolute_keys(world: World) -> None:
    """A key is not a path: the file's results are under `processed/`."""
    marker = uuid.uuid4().hex
    files_by_name = {
        path.format(f"{marker}-{number}"): f"{marker} {number}".encode()
        for number, path in enumerate(PATHS)
    }
    for name, text in files_by_name.items():
        put(world, name, text)
    for name, text in files_by_name.items():
        digest = hashlib.sha256(f"uploads/{name}".encode()).hexdigest()
        places = [f"processed/{folder}/text.txt" for folder in (name, f"by-sha256/{digest}")]
        until(lambda: text in [content(world, place) for place in places])  # noqa: B023
    # Workers use this folder as well. Other files come and go meanwhile, which `walk` tolerates.
    written = [file for _, _, found in os.walk(tempfile.gettempdir()) for file in found]
    assert [file for file in written if marker in file] == []


def limit_memory(world: World, function: str) -> None:
    """Limit a function's running containers to the memory that the program declares."""
    # These import the docker package, which workers do not need.
    from local.containers import LABEL
    from local.engine import Engine

    name = world.cloud.functions[function].name
    declared = world.cloud.client("lambda").get_function_configuration(FunctionName=name)
    memory = f"{declared['MemorySize']}m"
    engine = Engine.connect()
    try:
        running = engine.client.containers.list(
            filters={"label": f"{LABEL}={world.cloud.emulator.instance}"}
        )
        variable = f"AWS_LAMBDA_FUNCTION_NAME={name}"
        mine = [found for found in running if variable in found.attrs["Config"]["Env"]]
        assert mine
        for container in mine:
            container.update(mem_limit=memory, memswap_limit=memory)
    finally:
        engine.client.close()
