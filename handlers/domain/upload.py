"""Uploads by callers, as requests and responses describe them."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from handlers.domain.ulid import PATTERN
from handlers.domain.user import CONTROL_CHARACTERS, UserId

FORM_SECONDS = 900
"""How long a form may be used."""

MOST_BYTES = 5 * 1024**3
"""Largest file that S3 accepts by a form."""

MAX_FILENAME_LENGTH = 255
FILENAME_PATTERN = f"^[^{CONTROL_CHARACTERS}]+$"

_TOKEN = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"  # noqa: S105  RFC 6838: restricted-name
CONTENT_TYPE_PATTERN = rf"^{_TOKEN}/{_TOKEN}(; ?charset=[A-Za-z0-9][A-Za-z0-9_.:+-]{{0,39}})?$"

Filename = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=MAX_FILENAME_LENGTH,
        pattern=FILENAME_PATTERN,
        description=(
            "The file's name, for people to read. It may have any characters except control "
            "characters, marks that change the direction of text, and noncharacters. It never "
            "becomes part of a key or a header."
        ),
        examples=["holiday in Åre.jpg"],
    ),
]
ContentType = Annotated[
    str,
    msgspec.Meta(
        pattern=CONTENT_TYPE_PATTERN,
        description=(
            "The file's media type, without parameters other than a charset. S3 refuses the form "
            "with another media type. A picture or document whose content is of another type is "
            "rejected."
        ),
        examples=["image/jpeg"],
    ),
]
Size = Annotated[
    int,
    msgspec.Meta(
        ge=1,
        le=MOST_BYTES,
        description=(
            "The file's size in bytes. S3 refuses a file of any other size. A stack has a lower "
            "limit of its own (`uploads.maxRequestMb`)."
        ),
        examples=[48213],
    ),
]
UploadId = Annotated[
    str,
    msgspec.Meta(
        pattern=f"^upload_{PATTERN}$",
        description="`upload_` and a ULID: unguessable, sorting by the time of creation.",
        examples=["upload_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"],
    ),
]
Time = Annotated[
    str,
    msgspec.Meta(
        description="RFC 3339, UTC, to the second.",
        examples=["2026-11-23T03:28:47Z"],
        extra_json_schema={"format": "date-time"},
    ),
]
State = Annotated[
    Literal["waiting", "processing", "done", "rejected", "failed", "expired"],
    msgspec.Meta(
        description=(
            "`waiting`: S3 has not reported a file yet. `processing`. `done`: `outputs` has links. "
            "`rejected`: the file cannot be processed; `reason` says why. `failed`: an attempt "
            "failed, and the file is not the cause; it is tried again, and may still become "
            "`done`. `expired`: no file arrived while the form could be used; one that S3 accepted "
            "in the last second is still processed. A file that replaces another one under the "
            "same form is processed again."
        ),
        examples=["waiting"],
    ),
]


class NewUpload(msgspec.Struct, frozen=True):
    """What a caller sends to request an upload."""

    filename: Filename
    content_type: ContentType
    size: Size


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """An upload."""

    id: UploadId
    user: UserId
    filename: Annotated[str, msgspec.Meta(examples=["holiday in Åre.jpg"])]
    content_type: Annotated[str, msgspec.Meta(examples=["image/jpeg"])]
    size: Annotated[int, msgspec.Meta(examples=[48213])]
    created: Time
    expires: Annotated[Time, msgspec.Meta(description="When the form stops working.")]
    state: State
    version: Annotated[
        int,
        msgspec.Meta(
            ge=0,
            description="Of two responses for one upload, the newer has the larger version.",
            examples=[2],
        ),
    ]
    reason: (
        Annotated[
            str,
            msgspec.Meta(
                description="Why the file was rejected: one of the codes in docs/uploads.md.",
                examples=["content_mismatch"],
            ),
        ]
        | UnsetType
    ) = UNSET


class Form(msgspec.Struct, frozen=True):
    """What to send to S3: a POST of ``multipart/form-data`` with the fields, then ``file``."""

    url: Annotated[str, msgspec.Meta(extra_json_schema={"format": "uri"})]
    fields: Annotated[
        dict[str, str],
        msgspec.Meta(description="Send all of them unchanged, before the field `file`."),
    ]
    expires: Time


class UploadRequested(msgspec.Struct, frozen=True):
    """The answer to the request of an upload."""

    upload: Upload
    form: Form


class Output(msgspec.Struct, frozen=True):
    """An output: a file that was made from the upload."""

    name: Annotated[str, msgspec.Meta(examples=["resized.jpg"])]
    url: Annotated[
        str,
        msgspec.Meta(
            description="A link for anybody who has it, until it expires. Ask again for a new one.",
            extra_json_schema={"format": "uri"},
        ),
    ]
    expires: Time


class FoundUpload(Upload, frozen=True, kw_only=True):
    """An upload with its outputs, which are empty unless it is done."""

    outputs: list[Output]


class UploadPage(msgspec.Struct, frozen=True):
    """A page of a user's uploads, the newest first."""

    uploads: list[Upload]
    cursor: (
        Annotated[
            str,
            msgspec.Meta(description="Send it as `cursor` for the next page; absent on the last."),
        ]
        | UnsetType
    ) = UNSET
