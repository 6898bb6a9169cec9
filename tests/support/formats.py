"""Samples of what each version of each function stores or sends, and who must be able to read them.

Old and new code meet in a canary, after a rollback, and when dead letters of 14 days or items of 90
are read. ``tests/functions/<function>/formats/`` has ``<version>.json``, with samples by place and
by case, and ``written``, which returns the samples of this version.

- This version reads the samples of all versions: its own readers run over each of them, in the
  functions' ``test_formats.py``.
- The version before reads what this one writes: its readers ignore fields and cases that they do
  not know. So a version may add fields. It may not remove, rename or retype one, nor change a fixed
  text: words, ids, keys and hashes. A new case (a new kind of message, item or object) goes in two
  releases: the first can read it, and lists it under ``reads`` of its file; the next writes it.

Write the samples of this version: ``.venv/bin/python -m tests.support.formats 2027-01-31``.
"""

import importlib
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from handlers.runtime import trace
from tests.support.fakes import FakeDynamoDB
from tests.support.samples import ROOT

Samples = dict[str, dict[str, Any]]

TRACE = "5f0c6a1e-8b6b-4c8e-9a59-0b4a3f1d2c3e"

FREE = {"subject", "body", "explanation", "expires_day"}
"""Texts that no code reads, and a day that follows from a number."""

_FOLDERS = sorted((ROOT / "tests" / "functions").glob("*/formats"))
FUNCTIONS = tuple(folder.parent.name for folder in _FOLDERS)
"""The folders of the functions that write something."""

VERSIONS = tuple(sorted({file.stem for folder in _FOLDERS for file in folder.glob("*.json")}))

every_version = pytest.mark.parametrize("version", VERSIONS)


def versions_of(function: str) -> list[Path]:
    """Return the files of a function's samples, the oldest first."""
    return sorted((ROOT / "tests" / "functions" / function / "formats").glob("*.json"))


def written_by(function: str) -> Samples:
    """Return the samples of this version of a function."""
    with trace.of({"messageId": TRACE}):
        samples: Samples = importlib.import_module(f"tests.functions.{function}.formats").written()
    return samples


@cache
def _all(version: str) -> Samples:
    """Return what all functions of a version write, and what they can read besides.

    A function that did not change with a version has the samples of the version before.
    """
    found: Samples = {}
    for function in FUNCTIONS:
        known = [file for file in versions_of(function) if file.stem <= version]
        samples: Samples = json.loads(known[-1].read_text()) if known else {}
        for place, cases in [*samples.items(), *samples.get("reads", {}).items()]:
            if place != "reads":
                found.setdefault(place, {}).update(cases)
    return found


def everything(version: str, place: str) -> dict[str, Any]:
    """Return the samples of a place; a copy, for tests to change."""
    copied: dict[str, Any] = json.loads(json.dumps(_all(version).get(place, {})))
    return copied


def dynamodb(version: str, *items: str) -> FakeDynamoDB:
    """Return a database with the users and ledger's entries of those names."""
    made = FakeDynamoDB()
    for table in ("users", "ledger"):
        found = everything(version, table)
        made.tables[table] = {found[n]["id"]["S"]: found[n] for n in items if n in found}
    return made


def problems(before: Samples, after: Samples) -> list[str]:
    """Return what the version before cannot read of what the next one writes."""
    written = {place: cases for place, cases in before.items() if place != "reads"}
    return [*_broken(written, after), *_unknown(before, after)]


def _broken(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Yield what a reader of the version before would miss in a sample of the next version."""
    before, after = (_parsed(value) for value in (before, after))
    if type(before) is not type(after):
        yield f"{path}: {type(before).__name__} became {type(after).__name__}"
    elif isinstance(before, dict):
        for key, value in before.items():
            if key not in after:
                yield f"{path}/{key}: is gone"
            elif key not in FREE:
                yield from _broken(value, after[key], f"{path}/{key}")
    elif isinstance(before, str) and not before.isdecimal() and before != after:
        yield f"{path}: {before!r} became {after!r}"


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value.startswith("{") else value


def _unknown(before: Samples, after: Samples) -> Iterator[str]:
    """Yield the cases that the version before cannot read."""
    for place, cases in after.items():
        if place != "reads":
            known = {**before.get(place, {}), **before.get("reads", {}).get(place, {})}
            yield from (f"{place}/{case}: is new" for case in cases if case not in known)


def write(version: str) -> None:
    """Write the samples of this version, of each function whose samples have changed."""
    for function in FUNCTIONS:
        samples, newest = written_by(function), versions_of(function)[-1:]
        if not newest or json.loads(newest[0].read_text()) != samples:
            file = ROOT / "tests" / "functions" / function / "formats" / f"{version}.json"
            file.write_text(json.dumps(samples, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    write(sys.argv[1])
