"""Reads the e-mails that the functions sent. The emulator stores them; nothing leaves."""

import http.client
import time
from typing import Any

from local.aws import ACCOUNT_ID, Aws
from local.errors import NotRunning


def sent(aws: Aws) -> list[dict[str, Any]]:
    """Return the e-mails as the emulator stores them, the oldest first."""
    try:
        messages = aws.ask("GET", "/_ministack/ses/messages")["messages"]
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        raise NotRunning(
            f"The local cloud does not answer at {aws.endpoint}. Start it again: app up"
        ) from None
    return sorted(messages.get(ACCOUNT_ID, []), key=lambda message: message["Timestamp"])


def readable(message: dict[str, Any]) -> str:
    """Return one e-mail as text: its headers and its body."""
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(float(message["Timestamp"])))
    return "\n".join(
        [
            f"Date:    {moment} UTC",
            f"From:    {message['Source']}",
            f"To:      {', '.join(message['To'])}",
            f"Subject: {message['Subject']}",
            "",
            (message.get("BodyText") or "(HTML only; see --json)").strip(),
        ]
    )
