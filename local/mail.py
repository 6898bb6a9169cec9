"""The e-mails that the functions have sent: the emulator keeps them, nothing leaves."""

import http.client
import json
import time
from typing import Any

from local.aws import ACCOUNT_ID
from local.emulator_command import HOST
from local.errors import NotRunning


def sent(port: int) -> list[dict[str, Any]]:
    """Read what was sent, the oldest first, as the emulator keeps it."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/_ministack/ses/messages")
        messages = json.loads(connection.getresponse().read())["messages"]
    except OSError:
        raise NotRunning(f"Nothing answers on port {port}: the local cloud is gone.") from None
    finally:
        connection.close()
    return sorted(messages.get(ACCOUNT_ID, []), key=lambda message: message["Timestamp"])


def readable(message: dict[str, Any]) -> str:
    """Write one e-mail for people: its head and its text."""
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
