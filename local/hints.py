"""What to try first with a new local cloud."""

import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def command() -> str:
    """Write how this program was started, as short as it can be typed here."""
    python = Path(sys.executable)
    if python.is_relative_to(Path.cwd()):
        python = python.relative_to(Path.cwd())
    return f"{shlex.quote(os.fspath(python))} -m local"


def hints(outputs: Mapping[str, Any], *, viewer: str | None = None) -> Iterator[tuple[str, str]]:
    """Yield titles and commands for what the stack has; ``viewer``: where its API is shown."""
    local = command()
    url = outputs.get("api_gateway_url")
    if url:
        key = outputs.get("api_key")
        header = f" -H 'x-api-key: {key}'" if key else ""
        if outputs.get("token_endpoint"):
            header = f' -H "Authorization: Bearer $({local} token)"'
        body = """'{"name": "Ada Lovelace", "email": "ada@example.com"}'"""
        yield (
            "Create a user",
            f"curl -s{header} -H 'Content-Type: application/json' -d {body} {url}/users",
        )
        yield "Read it (with the id from the answer)", f"curl -s{header} {url}/users/ID"
        yield "Read the welcome e-mail", f"{local} mail"
    if viewer:
        yield "Read what the API takes and try it out, in a browser", viewer
    if outputs.get("s3_bucket_name"):
        yield "Upload a picture", f"{local} upload tests/functions/process_upload/picture.jpg"
        yield "See what became of it", f"{local} files processed/"
    yield "Stop everything", f"{local} down"
