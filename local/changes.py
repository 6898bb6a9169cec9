"""Decides how each resource that the program registers changes, and changes it.

The Pulumi engine's part: what is new is made, what changed is changed or replaced, what is gone is
deleted. A replacement is made before the old resource is deleted, as the engine does by default.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from botocore.exceptions import ClientError

from local.deployed import Resource
from local.errors import DeployFailed, LocalError
from local.resources import registry
from local.resources.registry import Counterpart
from local.resources.request import Request, ResourceState
from local.resources.target import Target


class Action(StrEnum):
    """What becomes of a resource."""

    KEEP = "kept"
    MAKE = "made"
    CHANGE = "changed"
    REPLACE = "replaced"
    REMOVE = "removed"


@dataclass(frozen=True)
class Change:
    """One resource that did not stay as it was; ``lost`` is what it held, if it was removed."""

    action: Action
    type: str
    name: str
    lost: str | None = None


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A resource as the program registers it, with those of its options that matter here."""

    urn: str
    type: str
    name: str
    inputs: Mapping[str, Any]
    dependencies: frozenset[str]
    ignore_changes: frozenset[str]
    retain: bool
    protect: bool


class Reconciler:
    """Brings the emulator's resources from what they are to what the program registers.

    Attributes:
        registered: the resources by URN, in the order in which they were made.
        changes: what was done, or would be done in a trial.
    """

    def __init__(
        self, target: Target, previous: Mapping[str, Resource], *, trial: bool = False
    ) -> None:
        """Prepare; a trial decides and refuses as always, and changes nothing."""
        self.registered: dict[str, Resource] = {}
        self.changes: list[Change] = []
        self._target = target
        self._previous = previous
        self.trial = trial
        self._renewed: set[str] = set()
        self._replaced: dict[str, Resource] = {}

    def register(self, given: Registration) -> tuple[str | None, Mapping[str, Any]]:
        """Make, change or keep a resource.

        Returns:
            Its id, and its outputs besides its inputs. In a trial, those of a new resource are
            unknown: None, and no outputs.

        Raises:
            LocalError: the type or one of its inputs has no local counterpart, or what changed
                cannot change.
        """
        old = self._previous.get(given.urn)
        request = self._request(given, old)
        counterpart = registry.counterpart(request)
        derived = counterpart.derived(request) if counterpart.derived else {}
        action = self._decide(counterpart, request, derived, given.dependencies)
        if action is not Action.KEEP:
            self.changes.append(Change(action, given.type, given.name))
        if self.trial and action in (Action.MAKE, Action.REPLACE):
            self.registered[given.urn] = _UNKNOWN
            return None, {}
        state, generation = self._do(action, counterpart, request)
        if counterpart.note:
            counterpart.note(request, state)
        self.registered[given.urn] = Resource(
            type=given.type,
            name=given.name,
            id=state.id,
            inputs=dict(request.inputs),
            outputs=dict(state.outputs),
            derived=derived,
            generation=generation,
            retain=given.retain,
            protect=given.protect,
        )
        return state.id, state.outputs

    def finish(self) -> None:
        """Delete what the program no longer registers, and what was replaced.

        Raises:
            DeployFailed: a resource is protected.
        """
        for urn, old in reversed(list(self._previous.items())):
            if urn in self.registered and urn not in self._replaced:
                continue
            if urn not in self.registered and not old.retain:
                if old.protect:
                    raise DeployFailed(
                        f"{old.type} {old.name!r} is protected (`protect=True`), and the program "
                        "no longer has it. Remove the protection first."
                    )
                holds = registry.RESOURCES[old.type].holds
                self.changes.append(Change(Action.REMOVE, old.type, old.name, holds))
            if not self.trial and not old.retain:
                self._delete(urn, old)
            self._replaced.pop(urn, None)

    def existed(self, urn: str) -> bool:
        """Return True if a resource was there before."""
        return urn in self._previous

    def existing(self) -> dict[str, Resource]:
        """Return the resources after a failure, including those that were not reached yet."""
        leftovers = {f"{urn}#{old.generation}": old for urn, old in self._replaced.items()}
        return {**self._previous, **self.registered, **leftovers}

    def _request(self, given: Registration, old: Resource | None) -> Request:
        inputs = dict(given.inputs)
        for path in given.ignore_changes if old else ():
            name = path.partition(".")[0].partition("[")[0]
            inputs[name] = old.inputs.get(name) if old else None
        return Request(
            type=given.type,
            name=given.name,
            urn=given.urn,
            inputs=inputs,
            target=self._target,
            generation=old.generation if old else 0,
            previous=old,
        )

    def _decide(
        self,
        counterpart: Counterpart,
        request: Request,
        derived: Mapping[str, Any],
        dependencies: frozenset[str],
    ) -> Action:
        old = request.previous
        if old is None:
            return Action.MAKE
        changed = {
            *(name for name in counterpart.passes if request.changed(name)),
            *(name for name, value in derived.items() if value != old.derived.get(name)),
        }
        if not changed:
            undone = counterpart.update is not None and dependencies & self._renewed
            return Action.CHANGE if undone else Action.KEEP
        if counterpart.update and not changed & counterpart.fixed:
            return Action.CHANGE
        if counterpart.holds:
            fixed = sorted(changed & counterpart.fixed or changed)
            names = ", ".join(f"`{name}`" for name in fixed)
            raise LocalError(
                f"{names} cannot change while it keeps {counterpart.holds}. Undo the edit, or "
                "start again without its content: app down, then app up"
            )
        return Action.REPLACE

    def _do(
        self, action: Action, counterpart: Counterpart, request: Request
    ) -> tuple[ResourceState, int]:
        """Return the resource after the action, and how often it was replaced."""
        if action is Action.KEEP or self.trial:
            return request.unchanged(), request.generation
        if action is Action.MAKE:
            return counterpart.create(request), 0
        if action is Action.CHANGE and counterpart.update:
            state = counterpart.update(request)
            if counterpart.resets or state.id != request.id:
                self._renewed.add(request.urn)
            return state, request.generation
        fresh = replace(request, previous=None, generation=request.generation + 1)
        state = counterpart.create(fresh)
        if request.previous:
            self._replaced[request.urn] = request.previous
        self._renewed.add(request.urn)
        return state, fresh.generation

    def _delete(self, urn: str, old: Resource) -> None:
        request = Request(
            type=old.type,
            name=old.name,
            urn=urn,
            inputs=old.inputs,
            target=self._target,
            generation=old.generation,
            previous=old,
        )
        try:
            registry.RESOURCES[old.type].delete(request)
        except ClientError as error:
            if not _is_gone(error):
                raise


_UNKNOWN = Resource(type="", name="", id="", inputs={}, outputs={})


def _is_gone(error: ClientError) -> bool:
    """Return True if a deletion failed because the resource is gone, such as with its parent."""
    code = error.response["Error"]["Code"]
    return any(word in code for word in ("NotFound", "NonExistent", "NoSuch"))
