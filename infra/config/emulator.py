"""An AWS emulator that a stack is deployed to in place of AWS."""

from typing import Annotated

import pulumi
from pydantic import AfterValidator, Field

from infra.config.origins import check_port
from infra.config.section import Form, Section

EmulatorUrl = Annotated[
    str,
    Form(
        r"http://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?",
        "the http:// URL of an emulator, such as http://localhost:4566, without a path",
    ),
    AfterValidator(check_port),
]


class Emulator(Section):
    """An AWS emulator in place of AWS."""

    url: EmulatorUrl = Field(
        description="URL of the emulator, such as http://localhost:4566. All calls and images go "
        "there, with the credentials `test` and `test`, and outputs have its address. No policy "
        "refuses calls without TLS, because the emulator serves plain HTTP only."
    )
    in_production: bool = Field(
        False,
        description="Accept the emulator if `environment` is production, to test a production "
        "stack.",
    )


def emulator_url() -> str | None:
    """Return the URL of this stack's emulator; None if the stack is deployed to AWS."""
    section = pulumi.Config().get_object("emulator")
    return str(section["url"]) if section else None
