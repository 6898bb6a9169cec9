"""Balances the uploads of callers: from the request of a form to the state that callers see."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from checks.chaos.soak.files import md5
from checks.chaos.soak.inputs import Input, Inputs, Kind, Variant
from local.cloud import Cloud

_OURS = ("processed/users/", "rejected/users/")


class Upload(NamedTuple):
    """What a caller knows of a file that was uploaded by a form."""

    id: str
    key: str
    version: str

    def __str__(self) -> str:
        return " ".join(self)


class Record(NamedTuple):
    """What callers are told of an upload."""

    id: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Ends:
    """What became of the files; inputs are named by their numbers.

    Attributes:
        effects: the input of each effect; two records under one Idempotency-Key are no effect of
            any input.
        kept: inputs that are visible as failed, with the MD5 of their file.
    """

    effects: list[str]
    kept: list[tuple[str, object]]


def records(cloud: Cloud) -> dict[str, list[Record]]:
    """Read the records of uploads by their files' names, which are the inputs' numbers."""
    found: dict[str, list[Record]] = defaultdict(list)
    pages = cloud.client("dynamodb").get_paginator("scan")
    for page in pages.paginate(TableName=cloud.outputs["uploads_table_name"]):
        for item in page["Items"]:
            if "filename" in item:  # the others are Idempotency-Keys
                record = Record(item["id"]["S"], item["state"]["S"])
                found[item["filename"]["S"]].append(record)
    return found


def ends(
    items: Iterable[Input],
    inputs: Inputs,
    details: Mapping[int, str],
    *,
    found: Mapping[str, list[Record]],
    objects: Mapping[str, str],
    dead: set[tuple[str, str]],
    heard: Mapping[int, str],
) -> Ends:
    """Find what became of each file.

    A file is done if its record says so and its text is there, and if its caller has heard it.

    Args:
        items: the inputs.
        inputs: all inputs of the seed.
        details: ``str(Upload)`` by the number of an accepted input.
        found: the records.
        objects: ETags by key.
        dead: keys and versions, of the events that failed.
        heard: the last state that the callers were told who followed their uploads.
    """
    effects: list[str] = []
    kept: list[tuple[str, object]] = []
    claimed: set[str] = set()
    for item in items:
        name, content = str(item.number), md5(inputs.text(item))
        if item.variant is Variant.KEYED and len(found.get(name, ())) > 1:
            effects.append(f"two records of {name}")
        if item.number not in details:
            continue
        upload = Upload(*details[item.number].split(" "))
        output = f"processed/{upload.key.removeprefix('uploads/')}/text.txt"
        claimed.add(output)
        done = Record(upload.id, "done") in found.get(name, ())
        announced = item.kind != Kind.LIVE or heard.get(item.number) == "done"
        if done and announced and objects.get(output) == content:
            effects.append(name)
        elif (upload.key, upload.version) in dead:
            kept.append((name, content))
    strays = [key for key in objects if key.startswith(_OURS) and key not in claimed]
    return Ends(effects=[*effects, *("of no form" for _ in strays)], kept=kept)
