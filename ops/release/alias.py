"""Reads and moves the alias of one function, which stores the state of a release.

The alias's description records the release that moves it, the old and the new version, and whether
alarms are still being watched. So the command can finish or roll back a killed release, on any
machine. The description changes in the same call as the version, which a tag would not. Each
change names the revision it is based on, and AWS refuses it if there is a newer one.
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
    """The state of an alias.

    Attributes:
        version: its version, which gets the calls that ``weights`` leave.
        weights: the shares of other versions, from 0 to 1.
        release: the last release that moved it, by its start time; None if none did.
        old: the version that the release moved from.
        new: the version that it moved to.
        watching: whether the release has not ended, or was killed before its end.
        revision: AWS's id of this state.
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
        """True if its release moved it, and nothing moved it since.

        There may still be weights: with provisioned concurrency, AWS leaves some calls to the old
        version until the new one is warm.
        """
        return self.release is not None and self.version == self.new

    @property
    def affected(self) -> bool:
        """True if its release sends some or all calls to the new version."""
        return self.released or (self.watching and self.new in self.weights)

    @property
    def begun(self) -> bool:
        """True if its release must be resumed."""
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
        """Return the current state."""
        return _state(self._client.get_alias(Name=self.function.alias, **self._of))

    def versions(self) -> list[str]:
        """Return the published versions, the newest last."""
        pages = self._client.get_paginator("list_versions_by_function").paginate(**self._of)
        versions = [v["Version"] for page in pages for v in page["Versions"]]
        return sorted((v for v in versions if v != "$LATEST"), key=int)

    def wait_until_ready(self, version: str) -> None:
        """Wait until a version can be invoked: AWS fetches its image, and may take a snapshot.

        Raises:
            ReleaseError: AWS failed to prepare it.
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
            ChangedMeanwhile: the alias is no longer in this state.
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
            ChangedMeanwhile: the alias is no longer in this state.
        """
        return self._update(
            state,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": {}},
            Description=_record(release, _origin(state, release), version) + _WATCHING,
        )

    def finish(self, release: str) -> State:
        """Record that alarms were watched to the end.

        It reads the alias again: with provisioned concurrency, AWS has changed the weights.

        Raises:
            ChangedMeanwhile: the alias is no longer where this release moved it.
        """
        state = self.read()
        if state.release != release or not state.released:
            raise self._changed()
        if not state.watching:  # another command watched too, and ended first
            return state
        return self._update(state, Description=_record(release, state.old, state.new))

    def move_back(self, state: State) -> State:
        """Send all calls to the old version, and keep the record of the release.

        Raises:
            ChangedMeanwhile: the alias is no longer in this state.
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
            # If the first answer was lost and the call repeated, nothing is left to change.
            if _state({**answer, **changes}) != _state(answer):
                raise self._changed() from None
        return _state(answer)

    def _changed(self) -> ChangedMeanwhile:
        return ChangedMeanwhile(
            f"{self.function.name}: somebody else has changed the alias {self.function.alias!r} "
            "meanwhile. Nothing was rolled back. Run `app release` again to go on from there, or "
            "`app rollback`."
        )


def _record(release: str | None, old: str, new: str) -> str:
    return f"release {release}: version {old} to {new}"


def _origin(state: State, release: str) -> str:
    """Return the version a release moves from; an earlier step of the same release has it."""
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
