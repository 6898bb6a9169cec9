"""Reads the Terraform provider's resources and arguments from the package of its bindings.

It reads the package's sources, because importing them requires Node.js. Reading a few of 1,500 is
fast. https://github.com/cdktf/cdktf-provider-aws
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# Arguments of every resource in Terraform.
_META = {
    "connection",
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "provider",
    "provisioners",
}


@dataclass(frozen=True, kw_only=True)
class Argument:
    """The type of an argument.

    Attributes:
        many: whether it is a list.
        block: the arguments inside it, if it is a block.
        unknown: whether the package does not describe its content.
    """

    many: bool = False
    block: "Block | None" = None
    unknown: bool = False


Block = Mapping[str, Argument]


@dataclass(frozen=True)
class Resource:
    """A resource type: its arguments and its outputs."""

    arguments: Block
    outputs: frozenset[str]


class Schema:
    """Resource types by their Terraform names."""

    def __init__(self, package: Path) -> None:
        """Read from the folder of the package ``cdktf_cdktf_provider_aws``.

        Raises:
            FileNotFoundError: the package is not there.
        """
        if not (package / "__init__.py").is_file():
            raise FileNotFoundError(f"no Terraform schema in {package}; `make scan` installs it")
        self._package = package
        self._resources: dict[str, Resource] = {}

    def __contains__(self, type_: str) -> bool:
        return self._source(type_).is_file()

    def __getitem__(self, type_: str) -> Resource:
        if type_ not in self._resources:
            self._resources[type_] = _Module(self._source(type_).read_text()).resource()
        return self._resources[type_]

    def _source(self, type_: str) -> Path:
        return self._package / type_.removeprefix("aws_") / "__init__.py"


class _Module:
    """The bindings of one resource type, which have a class per block."""

    def __init__(self, source: str) -> None:
        self._tree = ast.parse(source)

    @cached_property
    def _classes(self) -> Mapping[str, ast.ClassDef]:
        return {n.name: n for n in self._tree.body if isinstance(n, ast.ClassDef)}

    def resource(self) -> Resource:
        """Return the arguments of the type's configuration, and the properties of its class."""
        configuration = self._with_base("TerraformMetaArguments")
        arguments = self._block(configuration)
        resource_class = self._with_base("TerraformResource")
        return Resource(
            arguments={name: a for name, a in arguments.items() if name not in _META},
            outputs=frozenset(_properties(resource_class)),
        )

    def _with_base(self, base: str) -> ast.ClassDef:
        (found,) = (
            node
            for node in self._classes.values()
            if any(ast.unparse(b).endswith(f".{base}") for b in node.bases)
        )
        return found

    def _block(self, node: ast.ClassDef) -> Block:
        (constructor,) = (
            n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"
        )
        return {
            argument.arg.rstrip("_"): self._argument(argument.annotation)
            for argument in constructor.args.kwonlyargs
            if argument.annotation
        }

    def _argument(self, annotation: ast.expr) -> Argument:
        names = set(_names(annotation))
        blocks = [self._classes[name] for name in names if name in self._classes]
        return Argument(
            many="Sequence" in names,
            block=self._block(blocks[0]) if blocks else None,
            unknown=ast.unparse(annotation) == "typing.Any",
        )


def _properties(node: ast.ClassDef) -> Iterator[str]:
    for method in node.body:
        if isinstance(method, ast.FunctionDef):
            decorators = [ast.unparse(decorator) for decorator in method.decorator_list]
            if "builtins.property" in decorators:
                yield method.name.rstrip("_")


def _names(annotation: ast.expr) -> Iterator[str]:
    """Yield the names in an annotation, also quoted ones."""
    for node in ast.walk(annotation):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
