"""Writes the API's document to the place where the emulator's viewer reads it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.server.viewer import DOCUMENT, PATH


def publish(
    document: Path, outputs: Mapping[str, Any], *, endpoint: str, directory: Path
) -> str | None:
    """Write a copy of the document with the URL of this local cloud's API.

    Nothing is written if the project has no document, or its API has a custom domain, which the
    emulator does not serve.

    Args:
        document: the project's OpenAPI document.
        outputs: the stack's.
        endpoint: URL of the emulator.
        directory: the emulator's folder.

    Returns:
        The viewer's URL, if there is one.
    """
    url, copy = outputs.get("api_gateway_url"), directory / DOCUMENT.name
    if not document.exists() or not isinstance(url, str) or not url.startswith(f"{endpoint}/"):
        copy.unlink(missing_ok=True)
        return None
    # Without the host, so that it works under any name of the host.
    servers = [{"url": url.removeprefix(endpoint), "description": "this local cloud"}]
    copy.write_text(json.dumps({**json.loads(document.read_text()), "servers": servers}))
    return viewer_of(directory, endpoint)


def viewer_of(directory: Path, endpoint: str) -> str | None:
    """Return the viewer's URL; None if there is no document to show."""
    return f"{endpoint}{PATH}" if (directory / DOCUMENT.name).exists() else None
