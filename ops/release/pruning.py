"""Deletes the versions that are neither live nor what a rollback leads to.

Each published version costs money as long as it exists if its function starts from snapshots.
"""

import sys
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from ops.release import messages
from ops.release.alias import Alias
from ops.release.errors import AwsError
from ops.release.signals import Interrupted, Interruptible


def prune(client: Any, aliases: Sequence[Alias]) -> None:
    """Delete what each function no longer needs, by botocore's Lambda client.

    It keeps the versions that any alias names, those of the recorded release, and all newer ones.
    Nothing that goes wrong here undoes a release: it is printed, and the next release tries again.

    Needs ``lambda:ListAliases`` on the functions, and ``DeleteFunction`` on their versions.
    """
    with Interruptible() as signals:
        for alias in aliases:
            deleted: list[str] = []
            try:
                for version in _unneeded(client, alias):
                    signals.check()
                    _delete(client, alias, version)
                    deleted.append(version)
            except Interrupted:
                return
            except AwsError as error:
                print(
                    f"note: {alias.function.name}: not all old versions were deleted: {error}. "
                    "What was released stays released; the next release tries again.",
                    file=sys.stderr,
                )
            finally:
                if deleted:
                    messages.say(f"{alias.function.name}: deleted version {', '.join(deleted)}")


def _unneeded(client: Any, alias: Alias) -> list[str]:
    """Return the versions that nobody needs. An alias that moves meanwhile moves to a newer one."""
    versions = alias.versions()
    state = alias.read()
    kept = {state.old, state.new}
    pages = client.get_paginator("list_aliases").paginate(FunctionName=alias.function.function_name)
    for page in pages:
        for named in page["Aliases"]:
            weights = named.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
            kept |= {named["FunctionVersion"], *weights}
    older = [version for version in versions if int(version) < int(state.version)]
    if state.release is None:  # `pulumi up` moves the alias: on-call may point it one version back
        kept |= set(older[-1:])
    return [version for version in older if version not in kept]


def _delete(client: Any, alias: Alias, version: str) -> None:
    """Delete a version; AWS refuses it if an alias names it."""
    try:
        client.delete_function(FunctionName=alias.function.function_name, Qualifier=version)
    except ClientError as error:
        # Another command, or a repeated call, has deleted it.
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
