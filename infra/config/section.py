"""Sections of a configuration, and the form of a text in one."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema


class Section(BaseModel):
    """A group of keys; unknown ones are refused."""

    # Strict: true is not a number, and "7" is not one either.
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", alias_generator=to_camel)


@dataclass(frozen=True)
class Form:
    """The form of a text.

    Attributes:
        pattern: a regular expression for the whole text; the JSON schema passes it to editors.
        allowed: what the text must be, with an example; follows "must be" in an error.
    """

    pattern: str
    allowed: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check the text after its type."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Add the pattern."""
        return {**handler(schema), "pattern": f"^({self.pattern})$"}

    def check(self, text: str) -> str:
        """Return the text unchanged.

        Raises:
            ValueError: the text does not match the pattern.
        """
        if not re.fullmatch(self.pattern, text):
            raise ValueError(f"must be {self.allowed}")
        return text
