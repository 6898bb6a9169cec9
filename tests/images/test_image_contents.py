"""An image contains the function, its dependencies, and nothing else."""

from pathlib import PurePosixPath
from tarfile import TarInfo

import pytest
from docker.models.images import Image

from images import context
from local.engine import Engine
from local.images import ImageRef
from tests.support.images.bases import FUNCTIONS, Bases
from tests.support.images.containers import files, run_python

MEGABYTE = 1_000_000
BUDGET_MB = {"process_upload": 60}
TASK = PurePosixPath("var/task")
UNWANTED = {".lock", "INSTALLER", "RECORD", "bin", "pip", "test", "tests", "uv"}

# Checks that every module has bytecode that Python uses without checking the source's time.
BYTECODE = """
import importlib.util, json, pathlib
problems, modules = [], 0
for path in pathlib.Path("/var/task").rglob("*.py"):
    modules += 1
    compiled = pathlib.Path(importlib.util.cache_from_source(path))
    if not compiled.exists():
        problems.append(f"{path}: not compiled")
        continue
    head = compiled.read_bytes()[:16]
    if head[:4] != importlib.util.MAGIC_NUMBER:
        problems.append(f"{path}: of another Python")
    if head[4:8] != b"\\x01\\0\\0\\0":
        problems.append(f"{path}: checked against its source")
    if head[8:] != importlib.util.source_hash(path.read_bytes()):
        problems.append(f"{path}: of another source")
print(json.dumps({"problems": problems, "modules": modules}))
"""


Files = dict[str, TarInfo]


@pytest.fixture(scope="module", params=FUNCTIONS)
def function(request: pytest.FixtureRequest) -> str:
    """Return each function in turn, with all tests, so that its image is read once."""
    return str(request.param)


@pytest.fixture(scope="module")
def there(engine: Engine, images: dict[str, ImageRef], function: str) -> Files:
    return files(engine.client, images[function].id)


@pytest.fixture(scope="module")
def base(engine: Engine, bases: Bases) -> Files:
    return files(engine.client, bases.native)


def image(engine: Engine, ref: ImageRef) -> Image:
    return engine.client.images.get(ref.id)


def test_has_only_its_own_code(there: Files, base: Files, function: str) -> None:
    added = {PurePosixPath(name) for name in set(there) - set(base)}
    assert added
    assert [path for path in added if not path.is_relative_to(TASK)] == []
    names = [path.relative_to(TASK) for path in added if path != TASK]
    assert [name for name in names if UNWANTED & set(name.parts)] == []
    handlers = {name.parts[1] for name in names if name.parts[0] == "handlers" and name.parts[1:]}
    assert handlers == {"__init__.py", "__pycache__", "domain", "runtime", function}
    others = {other for other in FUNCTIONS if other != function}
    assert [name for name in names if others & set(name.parts)] == []


def test_every_source_is_there(there: Files, function: str) -> None:
    wanted = {name for name in context.sources(function) if name.startswith("handlers/")}
    assert wanted - {name.removeprefix(f"{TASK}/") for name in there} == set()


def test_everyone_may_read_and_nobody_write(there: Files) -> None:
    task = {name: info for name, info in there.items() if PurePosixPath(name).is_relative_to(TASK)}
    wrong = [
        name
        for name, info in task.items()
        if (info.mode & 0o7777, info.uid, info.gid, info.mtime)
        != (0o755 if info.isdir() else 0o644, 0, 0, 0)
    ]
    assert wrong == []


def test_bytecode_is_valid(engine: Engine, images: dict[str, ImageRef], function: str) -> None:
    found = run_python(engine.client, images[function].id, BYTECODE)
    assert found["problems"] == []
    assert found["modules"] > 100


def test_size(engine: Engine, images: dict[str, ImageRef], bases: Bases, function: str) -> None:
    base = engine.client.images.get(bases.native)
    added = image(engine, images[function]).attrs["Size"] - base.attrs["Size"]
    assert 0 < added <= BUDGET_MB.get(function, 10) * MEGABYTE


def test_labels(engine: Engine, images: dict[str, ImageRef], function: str) -> None:
    labels = image(engine, images[function]).labels
    assert labels["org.opencontainers.image.title"] == function
    assert labels["org.opencontainers.image.revision"] == context.fingerprint(function)
    assert "org.opencontainers.image.source" in labels


@pytest.mark.parametrize("secret", ["package-index", "CERT", "PIP_INDEX_URL", "PROXY"])
def test_knows_nothing_of_the_machine_that_built_it(
    engine: Engine, images: dict[str, ImageRef], function: str, secret: str
) -> None:
    built = image(engine, images[function])
    assert secret.lower() not in str(built.attrs["Config"]).lower()
    assert secret.lower() not in str(built.history()).lower()


def test_functions_with_the_same_dependencies_share_their_layer(
    engine: Engine, images: dict[str, ImageRef]
) -> None:
    by_requirements: dict[bytes, set[str]] = {}
    for function, ref in images.items():
        requirements = context.sources(function)["requirements.txt"].read_bytes()
        packages = image(engine, ref).attrs["RootFS"]["Layers"][-2]
        by_requirements.setdefault(requirements, set()).add(packages)
    assert [len(layers) for layers in by_requirements.values()] == [1] * len(by_requirements)
    assert len(by_requirements) < len(images)
