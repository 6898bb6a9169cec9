"""A running ``probe.py``, which starts handlers when asked over HTTP."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checks.bench import BenchError

_SECONDS = 60


@dataclass(frozen=True)
class Probe:
    """A running ``probe.py``, which starts some handlers.

    Attributes:
        url: its address.
        process: its id on this machine.
        scripts: the folder ``bench`` as the probe sees it.
        layer_bytes: what the image adds to its base; None for workers.
    """

    url: str
    process: int
    scripts: str
    layer_bytes: int | None = None

    def measure(self, handler: str, event: Any, environment: Mapping[str, str]) -> dict[str, Any]:
        """Start a handler cold, and invoke it: see ``probe.measure``."""
        return self._ask("measure", handler=handler, event=event, environment=environment)

    def imported(self, handler: str, environment: Mapping[str, str]) -> dict[str, Any]:
        """Count what a handler imports: see ``imported_modules.py``."""
        arguments = [f"{self.scripts}/imported_modules.py", handler]
        return self._ask("run", arguments=arguments, environment=environment)

    def invoked(
        self, handler: str, count: int, event: Any, environment: Mapping[str, str]
    ) -> dict[str, Any]:
        """Time a handler's warm invocations: see ``warm_calls.py``."""
        arguments = [f"{self.scripts}/warm_calls.py", handler, str(count), json.dumps(event)]
        return self._ask("run", arguments=arguments, environment=environment)

    def _ask(self, action: str, **arguments: Any) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310  the probe's own address
            f"{self.url}/{action}", data=json.dumps(arguments).encode(), method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=2 * _SECONDS) as response:  # noqa: S310
                answer: dict[str, Any] = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            with error:
                raise BenchError(error.read().decode()) from None


@dataclass(frozen=True)
class Probes:
    """The probes that start each function, and the baselines.

    Attributes:
        description: where they run, in words.
        functions: by folder, such as ``count_users``.
        baselines: one for all.
    """

    description: str
    functions: Mapping[str, Probe]
    baselines: Probe


def wait(url: str) -> None:
    """Wait until a probe answers.

    Raises:
        BenchError: it does not.
    """
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            error.close()
            return  # it answers
        except OSError:
            time.sleep(0.05)
    raise BenchError(f"the probe at {url} does not answer")
