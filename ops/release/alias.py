"""The alias of one function: all that a release knows is kept in it.

Its description says which release moves it, from which version to which, and whether alarms are
still to be watched: so whoever runs the command next, on whatever machine, can finish a release
that was killed, or take it back. What it says changes in the same call as where it points, which a
tag would not. Each change names the revision that it is made of, and AWS refuses it if there is a
newer one.
https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from ops.release.errors import ChangedMeanwhile, ReleaseError
from ops.release.functions import Function

_WATCHING = ", watching"
_RECORD = re.compile(rf"release (\S+): version (\d+) to (\d+)({_WATCHING})?")


@dataclass(frozen=True, kw_only=True)
class State:
    """What an alias says.

    Attributes:
        version: where it points; with ``weights``, what is left of the calls goes there.
        weights: the shares of other versions, from 0 to 1.
        release: which release moved it last, by the time when that began; None if none did.
        old: the version that the release moved from.
        new: the one that it moved to.
        watching: whether the release has not ended yet, or was killed before it had.
        revision: changes with every change.
    """

    version: str
    weights: Mapping[str, float]
    release: str | None
    old: str
    new: str
    watching: bool
    revision: str

    @property
    def released(self) -> bool:
        """Whether its release has moved it, and nothing has since.

        Weights are AWS's then: where concurrency is provisioned, the old version has some until
        the new one is warm.
        """
        return self.release is not None and self.version == self.new

    @property
    def affected(self) -> bool:
        """Whether its release sends all calls to the new version, or some."""
        return self.released or (self.watching and self.new in self.weights)

    @property
    def begun(self) -> bool:
        """Whether its release is to go on."""
        return self.watching and self.affected


class Alias:
    """A function's alias, by botocore's Lambda client.

    Needs ``lambda:GetAlias``, ``UpdateAlias``, ``ListVersionsByFunction`` and
    ``GetFunctionConfiguration`` on the function.
    """

    def __init__(self, client: Any, function: Function) -> None:
        self.function = function
        self._client = client
        self._of = {"FunctionName": function.function_name}

    def read(self) -> State:
        """Ask where it points."""
        return _state(self._client.get_alias(Name=self.function.alias, **self._of))

    def newest(self) -> str:
        """Return the newest published version."""
        pages = self._client.get_paginator("list_versions_by_function").paginate(**self._of)
        versions = [v["Version"] for page in pages for v in page["Versions"]]
        newest: str = max((v for v in versions if v != "$LATEST"), key=int)
        return newest

    def wait_until_ready(self, version: str) -> None:
        """Wait until a version can be invoked: AWS fetches its image, and takes a snapshot of it.

        Raises:
            ReleaseError: AWS could not get it ready.
        """
        configuration = self._client.get_function_configuration(Qualifier=version, **self._of)
        state = configuration.get("State")
        if state == "Failed":
            raise ReleaseError(
                f"{self.function.name}: version {version} cannot run: "
                f"{configuration.get('StateReason', state)}"
            )
        if state == "Pending":
            waiter = self._client.get_waiter("published_version_active")
            waiter.wait(Qualifier=version, **self._of)

    def shift(self, state: State, release: str, version: str, share: float) -> State:
        """Send a share of the calls, from 0 to 1, to a version.

        Raises:
            ChangedMeanwhile: the alias is not as ``state`` says any more.
        """
        return self._update(
            state,
            FunctionVersion=state.version,
            RoutingConfig={"AdditionalVersionWeights": {version: share}},
            Description=_record(release, _origin(state, release), version) + _WATCHING,
        )

    def move(self, state: State, release: str, version: str) -> State:
        """Send all calls to a version.

        Raises:
            ChangedMeanwhile: the alias is not as ``state`` says any more.
        """
        return self._update(
            state,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": {}},
            Description=_record(release, _origin(state, release), version) + _WATCHING,
        )

    def finish(self, release: str) -> State:
        """Record that alarms were watched to the end.

        It asks anew what is there: where concurrency is provisioned, AWS has changed the weights.

        Raises:
            ChangedMeanwhile: the alias is not where this release has moved it any more.
        """
        state = self.read()
        if state.release != release or not state.released:
            raise self._changed()
        if not state.watching:  # another command has watched as well, and ended before
            return state
        return self._update(state, Description=_record(release, state.old, state.new))

    def move_back(self, state: State) -> State:
        """Send all calls to the version that the release moved from; its record stays.

        Raises:
            ChangedMeanwhile: the alias is not as ``state`` says any more.
        """
        return self._update(
            state,
            FunctionVersion=state.old,
            RoutingConfig={"AdditionalVersionWeights": {}},
            Description=_record(state.release, state.old, state.new),
        )

    def _update(self, state: State, **changes: Any) -> State:
        try:
            answer = self._client.update_alias(
                Name=self.function.alias, RevisionId=state.revision, **self._of, **changes
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailedException":
                raise
            answer = self._client.get_alias(Name=self.function.alias, **self._of)
            # Where the first answer was lost and the call made again, nothing is left to change.
            if _state({**answer, **changes}) != _state(answer):
                raise self._changed() from None
        return _state(answer)

    def _changed(self) -> ChangedMeanwhile:
        return ChangedMeanwhile(
            f"{self.function.name}: somebody else has changed the alias {self.function.alias!r} "
            "meanwhile, and what is there now is theirs. Nothing was taken back; this command "
            "again, or `rollback`, begins with what it finds."
        )


def _record(release: str | None, old: str, new: str) -> str:
    return f"release {release}: version {old} to {new}"


def _origin(state: State, release: str) -> str:
    """Where a release moves from: its own earlier step, to a version meanwhile old, is none."""
    return state.old if state.begun and state.release == release else state.version


def _state(answer: Mapping[str, Any]) -> State:
    record = _RECORD.fullmatch(answer.get("Description", ""))
    release, old, new, watching = record.groups() if record else (None, "", "", None)
    return State(
        version=answer["FunctionVersion"],
        weights=answer.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}),
        release=release,
        old=old,
        new=new,
        watching=watching is not None,
        revision=answer["RevisionId"],
    )
