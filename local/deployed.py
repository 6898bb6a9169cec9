"""A deployment's outputs and functions, for the commands and the tests."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from local.errors import unknown


class FunctionRef(BaseModel):
    """Where to find one deployed function."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Physical name, such as greet-3f2a91c.")
    log_group: str
    qualifier: str = Field("$LATEST", description="Alias that the triggers call, if there is one.")


class Resource(BaseModel):
    """A resource that was made in the emulator."""

    model_config = ConfigDict(extra="forbid")

    type: str
    name: str
    id: str


class Deployed(BaseModel):
    """The stack's outputs, its functions by logical name, such as count-users, and its resources.

    Each resource is under a key of its own.
    """

    model_config = ConfigDict(extra="forbid")

    outputs: dict[str, Any] = {}
    functions: dict[str, FunctionRef] = {}
    names: dict[str, str] = Field({}, description="The program's name of each physical name.")
    resources: dict[str, Resource] = {}

    def function(self, name: str) -> FunctionRef:
        """Return a function by its logical name.

        Raises:
            LocalError: there is no such function; the message lists those that exist.
        """
        if name not in self.functions:
            raise unknown("function", name, self.functions)
        return self.functions[name]

    def ids(self, type_: str) -> dict[str, str]:
        """Return the ids of a type's resources, by the names that the program gives them."""
        found = (made for made in self.resources.values() if made.type == type_)
        return {made.name: made.id for made in sorted(found, key=lambda made: made.name)}
