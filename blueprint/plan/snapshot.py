"""Snapshots of a stack: what a tree's program registers, evaluated in a process of its own."""

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
from blueprint.project import ROOT, has_stack
from blueprint.recording import Key

EVALUATE = Path(__file__).with_name("evaluate.py")
INTERRUPTS = (signal.SIGINT, signal.SIGTERM)
NEEDS = ("__main__.py", "Pulumi.yaml")
WRONG_CONFIGURATION = 2
"""Exit code of `EVALUATE`."""


class WrongConfiguration(PlanError):
    """This tree's program refuses its configuration."""

    exit_code = 2


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A registered resource.

    Its inputs hold references (``${type::name::output}``) in place of other resources' outputs, and
    placeholders (``secret:…``) in place of secrets.
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
    """A stack as one tree's program describes it; empty if the tree has no such stack.

    Attributes:
        resources: by type and name.
        outputs: by name; placeholders in place of secrets.
        openapi: the document of its API, which all stacks share; empty if the tree has none.
        images: by logical name, the SHA-256 of each file of the build context, by path.
        provider: the stack's configuration of the AWS provider.
    """

    resources: Mapping[Key, Resource] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    openapi: Mapping[str, Any] = field(default_factory=dict)
    images: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    provider: Mapping[str, Any] = field(default_factory=dict)

    @property
    def emulator(self) -> str | None:
        """URL of the emulator that the stack is deployed to; None for AWS."""
        provider = self.resources.get(("pulumi:providers:aws", "emulator"))
        return str(json.loads(provider.inputs["endpoints"])[0]["sts"]) if provider else None

    def all(self, type_: str) -> list[Resource]:
        """Return the resources of one type, by name."""
        found = (r for r in self.resources.values() if r.type == type_)
        return sorted(found, key=lambda r: r.name)


def take_snapshots(trees: Mapping[str, Path], stack: str) -> list[Snapshot]:
    """Evaluate the programs of several trees at once.

    Args:
        trees: folders by the names that messages use for them.
        stack: a stack that at least one of them configures.

    Raises:
        WrongConfiguration: this tree's is refused; the message says why.
        PlanError: a program cannot be evaluated for another reason.
    """
    for name, tree in trees.items():
        if missing := [path for path in NEEDS if not (tree / path).is_file()]:
            raise PlanError(f"{name} cannot be evaluated: it has no {', no '.join(missing)}.")
    key = secrets.token_hex(32)
    with ExitStack() as processes:
        running = [
            (
                name,
                processes.enter_context(_running(tree, stack, key))
                if has_stack(tree, stack)
                else None,
            )
            for name, tree in trees.items()
        ]
        return [
            _taken(name, process, here=trees[name] == ROOT) if process else Snapshot()
            for name, process in running
        ]


@contextmanager
def _running(tree: Path, stack: str, key: str) -> Iterator[subprocess.Popen[bytes]]:
    # An interrupt while the process starts would leave it behind, not yet known here.
    signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    process = subprocess.Popen(
        [sys.executable, "-P", str(EVALUATE), stack],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PLAN_KEY": key},
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


def _taken(name: str, process: subprocess.Popen[bytes], *, here: bool) -> Snapshot:
    output, errors = process.communicate()
    if process.returncode:
        reason = errors.decode(errors="replace").strip()
        wrong = here and process.returncode == WRONG_CONFIGURATION
        error = WrongConfiguration if wrong else PlanError
        raise error(f"The program of {name} cannot be evaluated:\n{reason}")
    found = json.loads(output)
    return Snapshot(**{**found, "resources": _by_key(found["resources"])})


def _by_key(found: Sequence[Mapping[str, Any]]) -> dict[Key, Resource]:
    resources = [Resource(**{**r, "parent": tuple(r["parent"])}) for r in found]
    return {resource.key: resource for resource in resources}
