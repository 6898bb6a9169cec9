"""What the console's answers are made from: the deployment's settings, its clients, the history."""

import os
from functools import cached_property
from pathlib import Path
from typing import Any

from local import credentials
from local.aws import Aws
from local.history import program
from local.history.store import History
from local.server.console import settings
from local.server.console.door import SETTINGS

_PROGRAM = Path(program.FILE).absolute()


class Stage:
    """One running local cloud, as the console sees it. Its clients call this process over HTTP."""

    @property
    def settings(self) -> settings.Settings:
        """The settings of the latest deployment."""
        return settings.read(SETTINGS)

    @cached_property
    def aws(self) -> Aws:
        """The root account's clients."""
        endpoint = f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"
        region = os.environ["MINISTACK_REGION"]
        return Aws(endpoint, region, credentials.read(SETTINGS.parent))

    @cached_property
    def history(self) -> History:
        """The causes of this local cloud and of earlier ones."""
        return History(Path(program.read(_PROGRAM).history))

    def client(self, service: str) -> Any:
        """Return the root account's client of a service."""
        return self.aws.client(service)
