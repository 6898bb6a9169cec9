"""Writes the API's document to where the emulator's viewer reads it (``server/viewer.py``)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.server.viewer import DOCUMENT, PATH


def publish(
    document: Path, outputs: Mapping[str, Any], *, endpoint: str, directory: Path
) -> str | None:
    """Write a copy of the document with the URL of this local cloud's API.

    Args:
        document: the project's OpenAPI document.
        outputs: the stack's.
        endpoint: URL of the emulator.
        directory: the emulator's folder.

    Returns:
        The viewer's URL; None if the project has no document, or its API has a custom domain,
        which the emulator does not serve.
    """
    url = outputs.get("api_gateway_url")
    if not document.exists() or not isinstance(url, str) or not url.startswith(f"{endpoint}/"):
        return None
    # Without the host, so that it works under any name of the host.
    servers = [{"url": url.removeprefix(endpoint), "description": "this local cloud"}]
    content = {**json.loads(document.read_text()), "servers": servers}
    (directory / DOCUMENT.name).write_text(json.dumps(content))
    return f"{endpoint}{PATH}"
