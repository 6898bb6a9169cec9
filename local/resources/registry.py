"""Maps Pulumi's resource types to the functions that make them in the emulator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from local.errors import LocalError
from local.resources.request import Request, ResourceState
from local.resources.target import Target

Creator = Callable[[Request], ResourceState]
Deleter = Callable[[Request], object]
Deriver = Callable[[Request], dict[str, Any]]
Note = Callable[[Request, ResourceState], None]
Invoke = Callable[[Target, Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Counterpart:
    """How one type is made, changed and deleted, and which inputs reach the emulator.

    See `resource` for the attributes.
    """

    create: Creator
    update: Creator | None
    delete: Deleter
    passes: frozenset[str]
    ignores: frozenset[str]
    fixed: frozenset[str]
    holds: str | None
    resets: bool
    derived: Deriver | None
    note: Note | None


RESOURCES: dict[str, Counterpart] = {}
INVOKES: dict[str, Invoke] = {}

EVERYWHERE = frozenset({"region", "tags", "tagsAll"})
"""Ignored for every type: there is one region, and nothing reads tags."""

PUT = "put"
"""Updates by a second call of the function that makes the resource."""

ANEW = "anew"
"""Updates by deleting the resource and making it again, with the same name."""


def resource(
    type_: str,
    *,
    passes: str,
    delete: Deleter,
    ignores: str = "",
    update: Creator | str | None = None,
    fixed: str = "",
    holds: str | None = None,
    resets: bool = False,
    derived: Deriver | None = None,
    note: Note | None = None,
) -> Callable[[Creator], Creator]:
    """Register the function that makes resources of a type.

    Args:
        type_: Pulumi's token, such as ``aws:sqs/queue:Queue``.
        passes: names of the inputs that reach the emulator, separated by blanks.
        delete: deletes the resource.
        ignores: names of those that have no meaning on a laptop. Any other input is refused.
        update: changes the resource in place to its new inputs: a function, `PUT` or `ANEW`.
            Without it, another resource is made, and the old one is then deleted.
        fixed: names of the inputs that cannot change in place.
        holds: what would be lost in a replacement, which is therefore refused.
        resets: an update, or the deletion, undoes what other resources have set: those that depend
            on it are updated too.
        derived: returns more properties whose change counts, such as the code of a function.
        note: is called with each resource in each deployment, even if nothing has changed.
    """

    def register(create: Creator) -> Creator:
        def anew(request: Request) -> ResourceState:
            delete(replace(request, inputs=request.previous.inputs if request.previous else {}))
            return create(request)

        RESOURCES[type_] = Counterpart(
            create=create,
            update=update if callable(update) else {PUT: create, ANEW: anew, None: None}[update],
            delete=delete,
            passes=frozenset(passes.split()),
            ignores=frozenset(ignores.split()),
            fixed=frozenset(fixed.split()),
            holds=holds,
            resets=resets,
            derived=derived,
            note=note,
        )
        return create

    return register


def invoke(token: str) -> Callable[[Invoke], Invoke]:
    """Register the function that answers a provider's function, such as ``getRegion``."""

    def register(answer: Invoke) -> Invoke:
        INVOKES[token] = answer
        return answer

    return register


def counterpart(request: Request) -> Counterpart:
    """Return how a resource is made.

    Raises:
        LocalError: the type or one of its inputs has no local counterpart.
    """
    found = RESOURCES.get(request.type)
    if found is None:
        raise LocalError(
            f"The resource type {request.type} has no local counterpart. Add a function for it "
            f'in local/resources/, marked @resource("{request.type}", …).'
        )
    given = {name for name, value in request.inputs.items() if value is not None}
    unknown = sorted(given - found.passes - found.ignores - EVERYWHERE)
    if unknown:
        raise LocalError(
            f"The local cloud does not know what to do with {', '.join(f'`{n}`' for n in unknown)} "
            f"of {request.type}. In local/resources/, pass it on to the emulator or list it under "
            "`ignores`."
        )
    return found


def answer(token: str, target: Target, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a call of a provider's function.

    Raises:
        LocalError: the function has no local counterpart.
    """
    if token not in INVOKES:
        raise LocalError(
            f"The function {token} has no local counterpart. Add one in "
            f'local/resources/invokes.py, marked @invoke("{token}").'
        )
    return INVOKES[token](target, arguments)
