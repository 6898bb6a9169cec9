"""Runs parliament on every IAM document of a stack: role, trust and resource policies."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from blueprint.recording import Recorded
from checks.scan.environment import worker
from checks.scan.export import label
from checks.scan.findings import Finding
from checks.scan.names import type_name
from checks.scan.schema import Schema

# These inputs hold IAM documents, except in the types of _NO_IAM.
_INPUTS = ("policy", "assumeRolePolicy")
_NO_IAM = {"aws:ecr/lifecyclePolicy:LifecyclePolicy"}


@dataclass(frozen=True, kw_only=True)
class Document:
    """An IAM document; ``resource`` is the type and name, as in Terraform."""

    resource: str
    text: str


def documents(recorded: Sequence[Recorded], schema: Schema) -> list[Document]:
    """Return all IAM documents in the inputs of resources.

    Raises:
        ValueError: an input that should hold a document does not.
    """
    return [
        Document(resource=f"{type_name(r.type, schema)}.{label(r.name)}", text=text)
        for r in recorded
        for text in _texts(r)
    ]


def scan(documents: Sequence[Document], stack: str) -> list[Finding]:
    """Return parliament's findings in a stack's documents."""
    answers: list[list[tuple[str, str]]] = worker(
        "run_parliament", given=[_analyzable(document) for document in documents]
    )
    return [
        Finding(check=issue, resource=document.resource, stack=stack, message=detail)
        for document, answer in zip(documents, answers, strict=True)
        for issue, detail in answer
    ]


def _texts(resource: Recorded) -> Iterator[str]:
    if resource.type in _NO_IAM:
        return
    for key, value in resource.inputs.items():
        if isinstance(value, str) and '"Statement"' in value:
            yield value
        elif key in _INPUTS:
            raise ValueError(
                f"{resource.type} {resource.name!r}: {key} is not an IAM document: {value!r}; if "
                f"it need not be one, add the type to {__name__}._NO_IAM"
            )


def _analyzable(document: Document) -> str:
    """Add a resource to trust policies, which have none: parliament requires one."""
    policy: dict[str, Any] = json.loads(document.text)
    for statement in policy["Statement"]:
        if str(statement.get("Action", "")).startswith("sts:Assume"):
            statement.setdefault("Resource", "arn:aws:iam::123456789012:role/itself")
    return json.dumps(policy)
