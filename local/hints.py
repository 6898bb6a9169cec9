"""What to try first with a new local cloud."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from local.deployed import Deployed
from local.files import OUTPUT, UPLOADS, unprocessed

_METHOD = "aws:apigateway/method:Method"
_PATH = "aws:apigateway/resource:Resource"


def command() -> str:
    """Return how to type ``app`` here: its name if it is on the PATH, or else its path."""
    app = Path(sys.executable).with_name("app")
    if shutil.which("app") == os.fspath(app):
        return "app"
    if app.is_relative_to(Path.cwd()):
        app = app.relative_to(Path.cwd())
    return shlex.quote(os.fspath(app))


def hints(deployed: Deployed, *, viewer: str | None = None) -> Iterator[tuple[str, str]]:
    """Yield titles and commands for what the stack has.

    ``viewer``: URL of a page that shows the API, if there is one.
    """
    app, outputs, routes = command(), deployed.outputs, _routes(deployed)
    url, key = outputs.get("api_gateway_url"), outputs.get("api_key")
    header = f" -H 'x-api-key: {key}'" if key else ""
    if outputs.get("token_endpoint"):
        header = f' -H "Authorization: Bearer $({app} token)"'
    if url and "POST /users" in routes:
        body = """'{"name": "Ada Lovelace", "email": "ada@example.com"}'"""
        yield (
            "Create a user",
            f"curl -s{header} -H 'Content-Type: application/json' -d {body} {url}/users",
        )
        if "GET /users/{id}" in routes:
            yield "Read it (with the id from the answer)", f"curl -s{header} {url}/users/ID"
        yield "Read the welcome e-mail", f"{app} mail"
    if viewer:
        yield "Browse and try the API", viewer
    picture = next(Path().glob("tests/functions/*/picture.jpg"), "FILE")
    if outputs.get(OUTPUT) and not unprocessed(deployed, f"{UPLOADS}picture.jpg"):
        yield "Upload a picture", f"{app} upload {picture}"
        yield "See what the functions made of it", f"{app} files"
    yield "Stop everything", f"{app} down"


def _routes(deployed: Deployed) -> set[str]:
    """Return the routes of the stack's APIs, such as ``POST /users``."""
    resources = deployed.resources.values()
    paths = {each.id: each.outputs["path"] for each in resources if each.type == _PATH}
    methods = [each.inputs for each in resources if each.type == _METHOD]
    return {f"{each['httpMethod']} {paths.get(each['resourceId'], '/')}" for each in methods}
