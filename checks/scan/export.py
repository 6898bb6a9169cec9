"""Exports recorded resources as Terraform JSON, for scanners that do not read Pulumi."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blueprint.recording import Options, Recorded
from blueprint.references import REFERENCE
from checks.scan.names import UnmappedError, argument_name, output_name, singular, snake, type_name
from checks.scan.schema import Argument, Block, Schema

Resources = dict[str, dict[str, dict[str, Any]]]
"""Arguments by the resource's type and name."""


@dataclass
class Export:
    """Converts Pulumi's resources to Terraform's, and counts what it looked up.

    Attributes:
        resources: the content of ``resource`` in Terraform JSON.
        checked: the number of argument names that it found in the schema.
        references: the number of references in the arguments.
    """

    schema: Schema
    resources: Resources = field(default_factory=dict)
    checked: int = 0
    references: int = 0

    def add(self, recorded: Sequence[Recorded]) -> None:
        """Add the AWS resources that a program registered.

        Raises:
            UnmappedError: Terraform's schema lacks a name, or a reference has no target.
            ValueError: two resources would have the same name.
        """
        of_aws = [r for r in recorded if r.type.startswith("aws:")]
        for resource in of_aws:
            type_ = type_name(resource.type, self.schema)
            name = label(resource.name)
            named = self.resources.setdefault(type_, {})
            if name in named:
                raise ValueError(f"two resources would be called {type_}.{name}")
            arguments = self.schema[type_].arguments
            named[name] = {
                **self._arguments(resource.inputs, arguments, f"{type_}.{name}"),
                "lifecycle": [_lifecycle(resource.options)],
            }
        self._demand_targets()

    @property
    def count(self) -> int:
        """Return the number of resources."""
        return sum(len(named) for named in self.resources.values())

    def write(self, folder: Path) -> None:
        """Write a file ``<type>.tf.json`` per type, because reports name files but not types."""
        folder.mkdir(parents=True)
        for type_, named in self.resources.items():
            content = json.dumps({"resource": {type_: named}}, indent=2)
            (folder / f"{type_}.tf.json").write_text(f"{content}\n")

    def _arguments(self, inputs: Mapping[str, Any], block: Block, where: str) -> dict[str, Any]:
        given = {}
        for key, value in inputs.items():
            name = argument_name(key, block, where)
            self.checked += 1
            given[name] = self._value(value, block[name], f"{where}.{name}")
        return given

    def _value(self, value: Any, argument: Argument, where: str) -> Any:
        if argument.block is not None:
            blocks = value if isinstance(value, list) else [value]
            return [self._arguments(item, argument.block, where) for item in blocks]
        if argument.unknown:
            return self._by_shape(value)
        # Pulumi replaces a list of at most one item by that item.
        wrapped = [value] if argument.many and not isinstance(value, list) else value
        return self._text(wrapped)

    def _by_shape(self, value: Any) -> Any:
        """Name arguments outside the schema; a list of blocks has a singular name."""
        if isinstance(value, dict):
            return {
                singular(snake(key)) if _blocks(item) else snake(key): self._by_shape(item)
                for key, item in value.items()
            }
        if _blocks(value):
            return [self._by_shape(item) for item in value]
        return self._text(value)

    def _text(self, value: Any) -> Any:
        """Replace references with Terraform's; escape all other text that looks like one."""
        if isinstance(value, dict):
            return {key: self._text(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._text(item) for item in value]
        if not isinstance(value, str):
            return value
        parts, end = [], 0
        for match in REFERENCE.finditer(value):
            parts += [_literal(value[end : match.start()]), self._reference(match)]
            end = match.end()
        return "".join([*parts, _literal(value[end:])])

    def _reference(self, match: re.Match[str]) -> str:
        pulumi_type, name, output = match.groups()
        type_ = type_name(pulumi_type, self.schema)
        self.references += 1
        return f"${{{type_}.{label(name)}.{output_name(type_, output, self.schema)}}}"

    def _demand_targets(self) -> None:
        for type_, name in targets(self.resources):
            if name not in self.resources.get(type_, {}):
                raise UnmappedError(
                    f"a reference names {type_}.{name}, which the program does not register"
                )


def label(name: str) -> str:
    """Return a name in Terraform's style: ``count_users`` for ``count-users``."""
    return re.sub(r"\W", "_", name)


def targets(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the type and name of each resource that the value refers to."""
    for match in re.finditer(r"(?<!\$)\$\{(\w+)\.(\w+)\.", json.dumps(value)):
        yield match[1], match[2]


def _lifecycle(options: Options) -> dict[str, bool]:
    """Convert Pulumi's options; by default, Pulumi creates the replacement first."""
    return {
        "create_before_destroy": not options.delete_before_replace,
        "prevent_destroy": options.protect,
    }


def _blocks(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _literal(text: str) -> str:
    return text.replace("${", "$${").replace("%{", "%%{")
