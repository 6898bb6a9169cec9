"""A JSON schema within its document: references, and alternatives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

SILENT = frozenset(
    ("title", "description", "default", "example", "examples", "deprecated", "readOnly",
     "writeOnly", "externalDocs", "discriminator", "xml", "$comment", "$id", "$schema")
)  # fmt: skip
"""Keywords that do not affect validity."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """A schema with the document that its references point into."""

    document: Mapping[str, Any]
    schema: Schema

    def at(self, schema: Any) -> "Side":
        """Return another schema of the same document; ``true`` accepts everything."""
        return Side(document=self.document, schema=schema if isinstance(schema, Mapping) else {})

    def resolved(self) -> "Side":
        """Return the schema with its reference, if any, resolved; keywords beside it are kept."""
        found = dict(self.schema)
        while "$ref" in found:
            reference = found.pop("$ref")
            found = {**resolve(self.document, reference), **found}
        return Side(document=self.document, schema=found)

    def expanded(self, keyword: str) -> Any:
        """Return a keyword's value with references resolved, except recursive ones."""
        return _expanded(self.document, self.schema.get(keyword), frozenset())

    def alternatives(self) -> list["Side"]:
        """Return each alternative, merged with the keywords beside it."""
        for keyword in ("anyOf", "oneOf"):
            if keyword in self.schema:
                beside = {k: v for k, v in self.schema.items() if k != keyword}
                whole = [self.at(a).resolved().schema for a in self.schema[keyword]]
                return [self.at({**beside, **alternative}) for alternative in whole]
        return [self]


def resolve(document: Mapping[str, Any], reference: str) -> Mapping[str, Any]:
    """Return the target of a reference in a document, such as ``#/components/schemas/User``."""
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    target: Mapping[str, Any] = found
    return target


def _expanded(
    document: Mapping[str, Any], value: Any, within: frozenset[str], *, names: bool = False
) -> Any:
    """Return a value without silent keywords; ``names``: its keys are names of properties."""
    if isinstance(value, list):
        return [_expanded(document, item, within) for item in value]
    if not isinstance(value, Mapping):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str) and reference not in within:
        target = {**resolve(document, reference), **{k: v for k, v in value.items() if k != "$ref"}}
        return _expanded(document, target, within | {reference})
    return {
        k: _expanded(document, v, within, names=k == "properties" and not names)
        for k, v in value.items()
        if names or k not in SILENT
    }
