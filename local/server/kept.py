"""Saves, with the emulator's state, what the emulator (1.5.33) would lose at a restart.

The emulator saves the position of each mapping in a table's stream, but not the stream. After a
restart, the first new records would seem to have been read already, and no function would get them.
The emulator does not save sent e-mails either.
"""

from types import ModuleType
from typing import Any

_MORE = {"dynamodb": ("_stream_records", "_stream_trimmed"), "ses": ("_sent_emails",)}


def apply(services: dict[str, ModuleType]) -> None:
    """Save and load more; ``services`` are the emulator's modules by the names above."""
    for name, stores in _MORE.items():
        _extend(services[name], stores)


def _extend(service: ModuleType, stores: tuple[str, ...]) -> None:
    get_state, load = service.get_state, service.load_persisted_state

    def get_more() -> dict[str, Any]:
        return {**get_state(), **{name: getattr(service, name) for name in stores}}

    def load_more(data: dict[str, Any]) -> None:
        load(data)
        for name in stores:
            getattr(service, name).update(data.get(name, {}))

    service.get_state, service.load_persisted_state = get_more, load_more  # type: ignore[attr-defined]
