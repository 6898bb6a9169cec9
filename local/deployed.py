"""A deployment's outputs, functions and resources, for commands, tests and the next deployment."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from local.errors import unknown

_FUNCTION = "aws:lambda/function:Function"


class FunctionRef(BaseModel):
    """Where to find one deployed function."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Physical name, such as greet-3f2a91c.")
    log_group: str
    qualifier: str = Field("$LATEST", description="Alias that the triggers call, if there is one.")


class Resource(BaseModel):
    """A resource that was made in the emulator; names of properties are Pulumi's."""

    model_config = ConfigDict(extra="forbid")

    type: str
    name: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any] = Field(description="Those besides the inputs.")
    derived: dict[str, Any] = Field({}, description="What else decides whether it changed.")
    generation: int = Field(0, description="How often it was replaced; its name depends on it.")
    retain: bool = Field(False, description="Whether it stays when the program drops it.")
    protect: bool = Field(False, description="Whether it must not be removed.")


class Deployed(BaseModel):
    """The stack's outputs, its functions by logical name, and its resources by URN."""

    model_config = ConfigDict(extra="forbid")

    outputs: dict[str, Any] = {}
    functions: dict[str, FunctionRef] = {}
    resources: dict[str, Resource] = Field({}, description="In the order in which they were made.")

    @property
    def names(self) -> dict[str, str]:
        """The program's name of each physical name and id."""
        names: dict[str, str] = {}
        for each in self.resources.values():
            properties = {**each.inputs, **each.outputs}
            for physical in (properties.get("name"), properties.get("bucket"), each.id):
                if isinstance(physical, str):
                    names.setdefault(physical, each.name)
        return names | {ref.name: name for name, ref in self.functions.items()}

    @property
    def environments(self) -> dict[str, dict[str, str]]:
        """The environment variables of each function."""
        names = {ref.name: name for name, ref in self.functions.items()}
        functions = (each for each in self.resources.values() if each.type == _FUNCTION)
        return {
            names[each.outputs["name"]]: (each.inputs.get("environment") or {}).get("variables", {})
            for each in functions
            if each.outputs["name"] in names
        }

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
        found = (each for each in self.resources.values() if each.type == type_)
        return {each.name: each.id for each in sorted(found, key=lambda each: each.name)}
