"""The erasure of a user, as responses describe it, and its id."""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from handlers.domain.ulid import PATTERN
from handlers.domain.upload import Time
from handlers.domain.user import UserId

KEEP_SECONDS = 90 * 86_400
"""How long an erasure can be read after it is done."""

_PREFIX = "erasure_"
_ID = re.compile(f"{_PREFIX}{PATTERN}")

ErasureId = Annotated[
    str,
    msgspec.Meta(
        pattern=f"^{_PREFIX}{PATTERN}$",
        description="`erasure_` and the user's ULID: a user has one erasure.",
        examples=["erasure_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"],
    ),
]
State = Annotated[
    Literal["running", "done", "failed"],
    msgspec.Meta(
        description=(
            "`running`: it may wait until the forms of the user's latest uploads have expired. "
            "`done`: nothing of the user is left. `failed`: a step failed after all retries; send "
            "the `DELETE` again to start it again."
        ),
        examples=["running"],
    ),
]


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """The erasure of a user, and how far it is."""

    id: ErasureId
    user: UserId
    state: State
    objects: Annotated[
        int,
        msgspec.Meta(
            description="About how many versions of the user's files were deleted so far.",
            examples=[12],
        ),
    ]
    requested: Time
    done: Time | UnsetType = UNSET


def erasure_id(user_id: str) -> str:
    """Return the id of a user's erasure: two requests for one user mean the same one."""
    return _PREFIX + user_id.rpartition("_")[2]


def user_of(id_: str) -> str:
    """Return the id of the user whom an erasure erases."""
    return "user_" + id_.removeprefix(_PREFIX)


def is_erasure_id(text: str) -> bool:
    """Check that a text has the form of an erasure's id."""
    return _ID.fullmatch(text) is not None
