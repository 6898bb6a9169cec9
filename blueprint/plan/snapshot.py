"""What a tree's program registers for a stack, evaluated in a process of its own."""

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blueprint.plan.revision import PlanError
from blueprint.recording import Key

EVALUATE = Path(__file__).with_name("evaluate.py")
INTERRUPTS = (signal.SIGINT, signal.SIGTERM)
NEEDS = ("__main__.py", "requirements.txt", "blueprint/recorder.py", "blueprint/references.py")


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A registered resource: inputs with references for others' outputs and marks for secrets.

    A reference reads ``${type::name::output}``, a mark ``secret:…``.
    """

    type: str
    name: str
    custom: bool
    inputs: Mapping[str, Any]
    parent: Key
    protect: bool
    retain_on_delete: bool
    aliased: bool

    @property
    def key(self) -> Key:
        """Type and logical name."""
        return self.type, self.name


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A stack as one tree's program describes it; empty where the tree has no such stack.

    Attributes:
        resources: by type and name.
        outputs: by name; secrets as marks.
        openapi: the document of its API, the same for all stacks.
        images: by logical name, paths of sources and their contents' SHA-256.
        provider: the stack's configuration of the AWS provider.
    """

    resources: Mapping[Key, Resource] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    openapi: Mapping[str, Any] = field(default_factory=dict)
    images: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    provider: Mapping[str, Any] = field(default_factory=dict)

    def all(self, type_: str) -> list[Resource]:
        """Return the resources of one type, by name."""
        found = (r for r in self.resources.values() if r.type == type_)
        return sorted(found, key=lambda r: r.name)


def has(tree: Path, stack: str) -> bool:
    """Tell whether a tree configures a stack."""
    return (tree / f"Pulumi.{stack}.yaml").is_file()


def take(trees: Mapping[str, Path], stack: str) -> list[Snapshot]:
    """Evaluate the programs of trees, all at once.

    Args:
        trees: by what to call them in messages.
        stack: one that at least one of them has.

    Raises:
        PlanError: a program cannot be evaluated, and why.
    """
    for name, tree in trees.items():
        if missing := [path for path in NEEDS if not (tree / path).is_file()]:
            raise PlanError(f"{name} cannot be evaluated: it has no {', no '.join(missing)}")
    key = secrets.token_hex(32)
    with ExitStack() as processes:
        running = [
            (
                name,
                processes.enter_context(_running(tree, stack, key)) if has(tree, stack) else None,
            )
            for name, tree in trees.items()
        ]
        return [_taken(name, process) if process else Snapshot() for name, process in running]


@contextmanager
def _running(tree: Path, stack: str, key: str) -> Iterator[subprocess.Popen[bytes]]:
    # Who is interrupted while a process starts does not know it yet, and would leave it behind.
    signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    process = subprocess.Popen(
        [sys.executable, "-P", str(EVALUATE), stack],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "PLAN_KEY": key},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTS)
            yield process
        finally:
            process.kill()
            process.wait()  # leaving `with` does not wait after Ctrl-C


def _taken(name: str, process: subprocess.Popen[bytes]) -> Snapshot:
    output, errors = process.communicate()
    if process.returncode:
        reason = errors.decode(errors="replace").strip()
        raise PlanError(f"the program of {name} cannot be evaluated:\n{reason}")
    found = json.loads(output)
    return Snapshot(**{**found, "resources": _by_key(found["resources"])})


def _by_key(found: Sequence[Mapping[str, Any]]) -> dict[Key, Resource]:
    resources = [Resource(**{**r, "parent": tuple(r["parent"])}) for r in found]
    return {resource.key: resource for resource in resources}
