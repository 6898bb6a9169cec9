"""Uploads in GraphQL: requesting, reading and listing them.

Outcomes: ``found`` (with the number of uploads or users), ``listed``, ``linked``, ``requested``,
``replayed``, ``not_found``, ``invalid``, ``too_large``, ``key_reused``; and those of ``resolver``.

What an upload is resolved to has, beside the fields of the schema, what its own fields need:
``user_id``, ``key`` and ``output_names``. AppSync passes them on, and shows them to nobody.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from handlers.domain import upload_page
from handlers.domain.upload_creation import Parts, request
from handlers.domain.upload_outputs import outputs
from handlers.domain.upload_store import Stored
from handlers.runtime.log import outcome
from handlers.runtime.refused import Refused
from handlers.runtime.resolver import MOST_AT_ONCE, Asked, Field, one_by_one

NO_USER = Refused(404, "not_found", "User not found")
NO_UPLOAD = Refused(404, "not_found", "Upload not found")


def fields(parts: Parts, now: Callable[[], float] = time.time) -> dict[str, Field]:
    """Return how each field is resolved.

    Args:
        parts: what uploads are made and read with.
        now: returns the time in epoch seconds.
    """

    def upload(asked: Sequence[Asked]) -> list[object]:
        users = parts.users.get_many([(each.arguments["user"], each.caller) for each in asked])
        answers: list[object] = [
            NO_USER if user is None else _found(parts, user.id, each.arguments["id"])
            for user, each in zip(users, asked, strict=True)
        ]
        outcome("found", count=sum(not isinstance(each, Refused) for each in answers))
        return answers

    def uploads(asked: Sequence[Asked]) -> list[object]:
        users = parts.users.get_many([(each.arguments["user"], each.caller) for each in asked])
        return [
            NO_USER if user is None else _page(parts, user.id, each.arguments)
            for user, each in zip(users, asked, strict=True)
        ]

    def uploads_of_user(asked: Asked) -> object:
        return _page(parts, asked.source["id"], asked.arguments)  # the parent was shown to them

    def user_of_upload(asked: Sequence[Asked]) -> list[object]:
        found = parts.users.get_many([(each.source["user_id"], each.caller) for each in asked])
        outcome("found", count=sum(each is not None for each in found))
        return [NO_USER if user is None else msgspec.to_builtins(user) for user in found]

    def outputs_of_upload(asked: Sequence[Asked]) -> list[object]:
        outcome("linked", count=len(asked))
        return [
            msgspec.to_builtins(
                outputs(each.source["key"], each.source["output_names"], parts.presigner, now())
            )
            for each in asked
        ]

    def request_upload(asked: Asked) -> dict[str, Any]:
        stored, form = request(
            asked.arguments["user"],
            msgspec.json.encode(asked.arguments["input"]),
            key=asked.arguments.get("idempotencyKey"),
            caller=asked.caller,
            parts=parts,
        )
        outcome(
            "replayed" if stored.replayed else "requested",
            status=201,
            user_id=stored.upload.user,
            upload_id=stored.upload.id,
        )
        form_fields = [{"name": name, "value": value} for name, value in form.fields.items()]
        return {
            "upload": _shown(stored),
            "form": {"url": form.url, "fields": form_fields, "expires": form.expires},
            "replayed": stored.replayed,
        }

    read, listing = "Failed to get the upload", "Failed to list uploads"
    return {
        "Query.upload": Field("uploads.read", read, upload, most=MOST_AT_ONCE),
        "Query.uploads": Field("uploads.read", listing, uploads, most=MOST_AT_ONCE),
        "User.uploads": Field("uploads.read", listing, one_by_one(uploads_of_user)),
        "Upload.user": Field("users.read", "Failed to get user", user_of_upload, most=MOST_AT_ONCE),
        "Upload.outputs": Field("uploads.read", read, outputs_of_upload, most=MOST_AT_ONCE),
        "Mutation.requestUpload": Field(
            "uploads.write", "Failed to request an upload", one_by_one(request_upload)
        ),
    }


def _found(parts: Parts, user_id: str, upload_id: str) -> object:
    stored = parts.uploads.get(user_id, upload_id)
    return NO_UPLOAD if stored is None else _shown(stored)


def _page(parts: Parts, user_id: str, arguments: dict[str, Any]) -> object:
    """Return a connection, or why there is none."""
    first = arguments.get("first")
    try:
        limit = upload_page.limit("first", None if first is None else str(first))
        before = upload_page.position("after", arguments.get("after"))
    except Refused as refused:
        return refused
    page, more = parts.uploads.page(user_id, before=before, limit=limit)
    outcome("listed", status=200, user_id=user_id, count=len(page))
    edges = [
        {"cursor": upload_page.cursor(stored.upload.id), "node": _shown(stored)} for stored in page
    ]
    return {
        "edges": edges,
        "pageInfo": {"hasNextPage": more, "endCursor": edges[-1]["cursor"] if edges else None},
    }


def _shown(stored: Stored) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(stored.upload)
    user_id = shown.pop("user")
    return {**shown, "user_id": user_id, "key": stored.key, "output_names": [*stored.outputs]}
