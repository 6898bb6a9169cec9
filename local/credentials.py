"""Makes the root credentials of one local cloud, and keeps them in a file of its owner."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from local import private_file

_FILE = "credentials.json"


@dataclass(frozen=True)
class Credentials:
    """The credentials that sign AWS calls."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)

    def variables(self) -> dict[str, str]:
        """Return the environment variables from which SDKs read them."""
        token = {"AWS_SESSION_TOKEN": self.token} if self.token else {}
        key, secret = self.access_key, self.secret_key
        return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, **token}


def create(folder: Path) -> Credentials:
    """Write new random root credentials to an emulator's folder; only the owner can read them."""
    key = base64.b32encode(secrets.token_bytes(10)).decode()
    credentials = Credentials(f"AKIA{key}", secrets.token_urlsafe(30))
    private_file.write(folder / _FILE, json.dumps(asdict(credentials)).encode())
    return credentials


def read(folder: Path) -> Credentials:
    """Return the root credentials of the emulator that has this folder."""
    return Credentials(**json.loads((folder / _FILE).read_text()))
