"""Puts the API's document where the emulator's viewer finds it (``viewer.py``)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.viewer import DOCUMENT, PATH


def publish(
    document: Path, outputs: Mapping[str, Any], *, endpoint: str, directory: Path
) -> str | None:
    """Write a copy of the document that says where the API of this local cloud is.

    Args:
        document: the project's OpenAPI document.
        outputs: the stack's.
        endpoint: URL of the emulator.
        directory: the emulator's folder.

    Returns:
        The viewer's URL; None where the project has no document, or its API is not the emulator's
        to serve, for it has a domain of its own.
    """
    url = outputs.get("api_gateway_url")
    if not document.exists() or not isinstance(url, str) or not url.startswith(f"{endpoint}/"):
        return None
    # Without the host: the API is at the same one, by whichever name the page was asked for.
    servers = [{"url": url.removeprefix(endpoint), "description": "this local cloud"}]
    content = {**json.loads(document.read_text()), "servers": servers}
    (directory / DOCUMENT.name).write_text(json.dumps(content))
    return f"{endpoint}{PATH}"
