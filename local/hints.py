"""What to try first with a new local cloud."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def command() -> str:
    """Return how to type ``app`` here: its name if it is on the PATH, or else its path."""
    app = Path(sys.executable).with_name("app")
    if shutil.which("app") == os.fspath(app):
        return "app"
    if app.is_relative_to(Path.cwd()):
        app = app.relative_to(Path.cwd())
    return shlex.quote(os.fspath(app))


def hints(outputs: Mapping[str, Any], *, viewer: str | None = None) -> Iterator[tuple[str, str]]:
    """Yield titles and commands for what the stack has.

    ``viewer``: URL of a page that shows the API, if there is one.
    """
    app = command()
    url = outputs.get("api_gateway_url")
    if url:
        key = outputs.get("api_key")
        header = f" -H 'x-api-key: {key}'" if key else ""
        if outputs.get("token_endpoint"):
            header = f' -H "Authorization: Bearer $({app} token)"'
        body = """'{"name": "Ada Lovelace", "email": "ada@example.com"}'"""
        yield (
            "Create a user",
            f"curl -s{header} -H 'Content-Type: application/json' -d {body} {url}/users",
        )
        yield "Read it (with the id from the answer)", f"curl -s{header} {url}/users/ID"
        yield "Read the welcome e-mail", f"{app} mail"
    if viewer:
        yield "Browse and try the API", viewer
    if outputs.get("s3_bucket_name"):
        picture = next(Path().glob("tests/functions/*/picture.jpg"), "FILE")
        yield "Upload a picture", f"{app} upload {picture}"
        yield "See what the functions made of it", f"{app} files processed/"
    yield "Stop everything", f"{app} down"
