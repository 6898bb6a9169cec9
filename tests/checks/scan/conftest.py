"""Fixtures of the scanner tests: the schema, and the exports of whole stacks."""

import pytest

from blueprint import recorder
from blueprint.references import ReferenceRecorder
from checks.scan import environment
from checks.scan.export import Export
from checks.scan.schema import Schema


@pytest.fixture(scope="session")
def schema() -> Schema:
    if not environment.FOLDER.is_dir():
        pytest.skip("the scanners are not installed; `make scan` does it")
    return environment.schema()


@pytest.fixture(scope="session")
def exports(schema: Schema) -> dict[str, Export]:
    """Return the exports of the stacks. Tests must copy what they change."""
    made = {stack: Export(schema) for stack in ("dev", "prod")}
    for stack, export in made.items():
        export.add(recorder.run(stack, recorder=ReferenceRecorder).recorder.resources)
    return made
