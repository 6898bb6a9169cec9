"""Stands in for the Pulumi engine: makes each resource that a program registers."""

import threading
from typing import Any

from pulumi.runtime import mocks

from blueprint.runner import plain
from local.aws import AwsError, explain
from local.changes import Reconciler, Registration
from local.errors import DeployFailed, LocalError
from local.resources import registry
from local.resources.target import Target


class Monitor(mocks.MockMonitor):
    """Makes each resource, refuses what the engine would refuse, and keeps the first failure."""

    def __init__(self, target: Target, reconciler: Reconciler) -> None:
        self._current = threading.local()
        self._reconciler = reconciler
        super().__init__(_Mocks(target, reconciler, self._current))
        self.failure: DeployFailed | None = None
        self._urns: set[str] = set()
        self._lock = threading.Lock()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 (the engine's name)
        """Make a resource, unless another one has failed already."""
        urn = self.make_urn(request.parent, request.type, request.name)
        with self._lock:
            if self.failure:
                raise self.failure
            if urn in self._urns:
                raise self._failed(urn, "Another resource has its type and name (duplicate URN).")
            self._urns.add(urn)
        self._current.request, self._current.urn = request, urn
        try:
            return super().RegisterResource(request)  # type: ignore[no-untyped-call]
        except AwsError as error:
            problem = explain(error)
        except LocalError as error:
            problem = str(error)
        with self._lock:
            raise self._failed(urn, problem)

    def Invoke(self, request: Any) -> Any:  # noqa: N802 (the engine's name)
        """Call one of the provider's functions."""
        try:
            return super().Invoke(request)  # type: ignore[no-untyped-call]
        except LocalError as error:
            self.failure = self.failure or DeployFailed(str(error))
            raise self.failure from None

    def ReadResource(self, request: Any) -> Any:  # noqa: N802 (the engine's name)
        """Refuse to read an existing resource: a new local cloud has none."""
        with self._lock:
            urn = self.make_urn(request.parent, request.type, request.name)
            raise self._failed(urn, "`get` reads an existing resource; a new local cloud has none.")

    def _failed(self, urn: str, problem: str) -> DeployFailed:
        verb = "changed" if self._reconciler.existed(urn) else "made"
        # The engine leaves the stack out of the type of what has no other parent.
        urn = urn.replace("pulumi:pulumi:Stack$", "")
        kind, name = urn.split("::")[2:4]
        failure = DeployFailed(
            f"{kind.split('$')[-1]} {name!r} could not be {verb}.\n  {problem}\n  URN: {urn}"
        )
        self.failure = self.failure or failure
        return self.failure


class _Mocks(mocks.Mocks):
    """Makes custom resources; components and providers need nothing in the emulator."""

    def __init__(self, target: Target, reconciler: Reconciler, current: threading.local) -> None:
        self._target = target
        self._reconciler = reconciler
        self._current = current

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Make one resource; the runner calls this in its threads."""
        if not args.custom or args.typ.startswith("pulumi:"):
            return args.name, plain(args.inputs)
        request = self._current.request
        id_, outputs = self._reconciler.register(
            Registration(
                urn=self._current.urn,
                type=args.typ,
                name=args.name,
                inputs=plain(args.inputs),
                dependencies=frozenset(request.dependencies),
                ignore_changes=frozenset(request.ignoreChanges),
                retain=request.retainOnDelete,
                protect=bool(request.protect),
            )
        )
        return id_, {**args.inputs, **outputs}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """Answer one of the provider's functions."""
        return registry.answer(args.token, self._target, plain(args.args)), []
