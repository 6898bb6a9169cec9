"""A stack's settings for single functions, which override the program's."""

from typing import Literal

from pydantic import Field, model_validator

from infra.config.function_names import FunctionName
from infra.config.section import Section

Architecture = Literal["arm64", "x86_64"]

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LEAST_MEMORY_MB, MOST_MEMORY_MB = 128, 10_240

_FREE_TMP_MB = 512
"""The size of `/tmp` that is free, and the largest that a snapshot supports."""


class FunctionSettings(Section):
    """Settings of one function in a stack."""

    memory_mb: int | None = Field(
        None,
        ge=LEAST_MEMORY_MB,
        le=MOST_MEMORY_MB,
        description="Memory in MB, in place of the program's; processor time grows with it.",
    )
    architecture: Architecture | None = Field(
        None, description="Processor of the function and its image, in place of the stack's."
    )
    tmp_mb: int = Field(
        _FREE_TMP_MB, ge=_FREE_TMP_MB, le=10_240, description="Size of `/tmp` in MB."
    )
    reserved_concurrency: int | None = Field(
        None,
        ge=1,
        description="Most invocations at once; no other function can use this share of the "
        "account's concurrency. A new account has a quota of 10, and 10 must stay unreserved: "
        "leave this out until your quota is raised.",
    )
    provisioned_concurrency: int | None = Field(
        None,
        ge=1,
        description="Execution environments that are kept initialized, paid by the hour; they are "
        "a part of `reservedConcurrency`, if that is set. Up to that many requests at once meet no "
        "cold start.",
    )
    snap_start: bool = Field(
        False,
        description="Start execution environments from a snapshot. Lambda takes it when a version "
        "is published, which takes minutes. Each version costs by the hour until it is deleted, "
        "and each start costs a little. Requires AWS's base image of Python 3.12 or later, a "
        f"`tmpMb` of {_FREE_TMP_MB}, and no `provisionedConcurrency`.",
    )

    @model_validator(mode="after")
    def _a_snapshot_suffices(self) -> "FunctionSettings":
        """Refuse what Lambda does not support with snapshots.

        https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html
        """
        if self.snap_start and self.provisioned_concurrency is not None:
            raise ValueError(
                f"provisionedConcurrency is {self.provisioned_concurrency}; must be left out if "
                "snapStart is true: Lambda does not support both for one version"
            )
        if self.snap_start and self.tmp_mb > _FREE_TMP_MB:
            raise ValueError(
                f"tmpMb is {self.tmp_mb}; must be {_FREE_TMP_MB} if snapStart is true: Lambda "
                "supports no larger /tmp with snapshots"
            )
        return self

    @model_validator(mode="after")
    def _those_that_wait_are_reserved(self) -> "FunctionSettings":
        """Refuse more started environments than the function may run.

        https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
        """
        provisioned, reserved = self.provisioned_concurrency, self.reserved_concurrency
        if provisioned is not None and reserved is not None and provisioned > reserved:
            raise ValueError(
                f"provisionedConcurrency is {provisioned}; must be at most reservedConcurrency "
                f"({reserved}), of which it is a part"
            )
        return self


Functions = dict[FunctionName, FunctionSettings]
