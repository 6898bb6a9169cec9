"""The alias of one function: all that a release knows is kept in it.

Its description says which release moves it, from which version to which: so whoever runs the
command next, on whatever machine, can finish a release that was killed, or take it back. What it
says changes in the same call as where it points, which a tag would not. Each change names the
revision that it is made of, and AWS refuses it if there is a newer one.
https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from release.errors import ChangedMeanwhile, ReleaseError
from release.functions import Function

_RECORD = re.compile(r"release (\S+): version (\d+) to (\d+)")


@dataclass(frozen=True, kw_only=True)
class State:
    """What an alias says.

    Attributes:
        version: where it points; with ``weights``, what is left of the calls goes there.
        weights: the shares of other versions, from 0 to 1.
        release: which release moved it last, by the time when that began; None if none did.
        old: the version that the release moved from.
        new: the one that it moved to.
        revision: changes with every change.
    """

    version: str
    weights: Mapping[str, float]
    release: str | None
    old: str
    new: str
    revision: str

    @property
    def shifting(self) -> bool:
        """Whether its release is under way: some calls go to the new version."""
        return self.release is not None and self.version == self.old and self.new in self.weights

    @property
    def released(self) -> bool:
        """Whether its release has moved it, and nothing has since.

        Weights are AWS's then: where concurrency is provisioned, the old version has some until
        the new one is warm.
        """
        return self.release is not None and self.version == self.new


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
        """Give the newest published version."""
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
            Description=f"release {release}: version {state.version} to {version}",
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
            Description=f"release {release}: version {state.version} to {version}",
        )

    def move_back(self, state: State) -> State:
        """Send all calls to the version that the release moved from; its record stays.

        Raises:
            ChangedMeanwhile: the alias is not as ``state`` says any more.
        """
        return self._update(
            state,
            FunctionVersion=state.old,
            RoutingConfig={"AdditionalVersionWeights": {}},
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
                raise ChangedMeanwhile(
                    f"{self.function.name}: somebody else has changed the alias "
                    f"{self.function.alias!r} meanwhile, and what is there now is theirs. Nothing "
                    "was taken back; this command again, or `rollback`, begins with what it finds."
                ) from None
        return _state(answer)


def _state(answer: Mapping[str, Any]) -> State:
    record = _RECORD.fullmatch(answer.get("Description", ""))
    release, old, new = record.groups() if record else (None, "", "")
    return State(
        version=answer["FunctionVersion"],
        weights=answer.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}),
        release=release,
        old=old,
        new=new,
        revision=answer["RevisionId"],
    )
