"""A deployment's outputs and functions, for the commands and the tests."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class FunctionRef(BaseModel):
    """Where to find one deployed function."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Physical name, such as greet-3f2a91c.")
    log_group: str
    qualifier: str = Field("$LATEST", description="Alias that the triggers call, if there is one.")


class Deployed(BaseModel):
    """The stack's outputs, and its functions by logical name, such as count-users."""

    model_config = ConfigDict(extra="forbid")

    outputs: dict[str, Any] = {}
    functions: dict[str, FunctionRef] = {}
    names: dict[str, str] = Field({}, description="The program's name of each physical name.")
