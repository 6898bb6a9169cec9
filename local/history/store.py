"""Keeps the history in a file that only this machine's user can read.

The emulator's process writes it. The console and `app events` read it, even while it is written
and after the local cloud has stopped. It contains personal data: what the API received and sent.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from local.history import document, search
from local.history.database import open_database
from local.history.interrupted import interrupted
from ops.events.model import Cause

FILE = "history.sqlite3"
MOST_CAUSES = 2_000
MOST_BYTES = 100_000_000
_PAGE = 100
_INSERT = (
    "INSERT OR REPLACE INTO causes VALUES "
    "(:id, :sequence, :time, :outcome, :functions, :size, :document)"
)
_UPDATE = (
    "UPDATE causes SET sequence = :sequence, time = :time, outcome = :outcome, "
    "functions = :functions, size = :size, document = :document WHERE id = :id"
)


class Changes(NamedTuple):
    """What changed after a sequence number: whole causes, the latest change last.

    ``sequence`` is the number to ask with next time. ``cleared``: the history was cleared since
    then, so forget all earlier causes.
    """

    sequence: int
    causes: list[Cause]
    cleared: bool


class History:
    """The causes in one file, the newest ``MOST_CAUSES``; threads may share it."""

    def __init__(
        self, path: Path, *, most_causes: int = MOST_CAUSES, most_bytes: int = MOST_BYTES
    ) -> None:
        """Open the file, and make it if it is missing.

        A file of another version, or one that is not a database, is renamed to ``….old``.
        """
        self._most = (most_causes, most_bytes)
        self._lock = threading.Lock()
        self._database = open_database(path)

    def causes(
        self,
        *,
        limit: int = _PAGE,
        before: str | None = None,
        function: str | None = None,
        outcome: str | None = None,
        text: str | None = None,
        since: float | None = None,
    ) -> list[Cause]:
        """Return causes, the newest first.

        Args:
            limit: how many at most.
            before: the id of a cause; only older ones are returned. For the next page.
            function: only those in which this function ran.
            outcome: only those that ended so.
            text: only those that contain it: an id, a name, an address, whatever was recorded.
            since: only those that began at this time or later.
        """
        conditions, values = _conditions(function, outcome, text, since)
        if before is not None:
            conditions.append("(time, id) < (SELECT time, id FROM causes WHERE id = ?)")
            values.append(before)
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        query = f"SELECT document FROM causes {where} ORDER BY time DESC, id DESC LIMIT ?"  # noqa: S608
        return [document.read(text) for (text,) in self._read(query, *values, limit)]

    def cause(self, id_: str) -> Cause | None:
        """Return one cause; None if there is none, or it was removed as too old."""
        found = self._read("SELECT document FROM causes WHERE id = ?", id_)
        return document.read(found[0][0]) if found else None

    def sequence(self) -> int:
        """Return the number of the latest change, to ask ``changes`` with."""
        return int(self._read("SELECT sequence FROM counter")[0][0])

    def changes(self, after: int, *, limit: int = _PAGE) -> Changes:
        """Return the causes that changed after a sequence number. This is cheap to ask often."""
        found = self._read(
            "SELECT sequence, document FROM causes WHERE sequence > ? ORDER BY sequence LIMIT ?",
            after,
            limit,
        )
        latest, cleared = self._read("SELECT sequence, cleared FROM counter")[0]
        sequence = found[-1][0] if found else max(after, cleared)
        # A number that is ahead is from a file that was set aside: begin again.
        return Changes(
            min(sequence, latest), [document.read(text) for _, text in found], cleared > after
        )

    def clear(self) -> None:
        """Remove every cause, also from the disk. Causes that still run do not come back."""
        with self._lock:
            with self._transaction():
                self._database.execute("DELETE FROM causes")
                self._database.execute(
                    "UPDATE counter SET sequence = sequence + 1, cleared = sequence + 1"
                )
            self._database.execute("VACUUM")
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def write(self, new: Iterable[Cause], changed: Iterable[Cause] = ()) -> None:
        """Keep new causes, and what became of known ones; one that was removed stays removed."""
        with self._lock, self._transaction():
            sequence = int(self._database.execute("SELECT sequence FROM counter").fetchone()[0])
            for statement, causes in ((_INSERT, new), (_UPDATE, changed)):
                for cause in causes:
                    sequence += 1
                    self._database.execute(statement, _row(cause, sequence))
            self._database.execute("UPDATE counter SET sequence = ?", (sequence,))
            self._remove_oldest()

    def end_unfinished(self) -> None:
        """End what was running when an earlier local cloud was stopped."""
        found = self._read("SELECT document FROM causes WHERE outcome = 'running'")
        if found:
            self.write([], [interrupted(document.read(text)) for (text,) in found])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _remove_oldest(self) -> None:
        most_causes, most_bytes = self._most
        count, size = self._database.execute("SELECT count(*), total(size) FROM causes").fetchone()
        if count <= most_causes and size <= most_bytes:
            return
        oldest = self._database.execute("SELECT id, size FROM causes ORDER BY time, id").fetchall()
        for id_, bytes_ in oldest:
            if count <= most_causes and size <= most_bytes:
                break
            self._database.execute("DELETE FROM causes WHERE id = ?", (id_,))
            count, size = count - 1, size - bytes_

    def _read(self, query: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._database.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        with self._database:  # commits, or rolls back
            yield


def _conditions(
    function: str | None, outcome: str | None, text: str | None, since: float | None
) -> tuple[list[str], list[Any]]:
    given: dict[str, Any] = {}
    if function is not None:
        given["functions LIKE ? ESCAPE '\\'"] = f"% {_literal(function)} %"
    if outcome is not None:
        given["outcome = ?"] = outcome
    if text is not None:
        text = text.encode(errors="replace").decode()
        given["document LIKE ?"] = search.like(text)
        if not search.is_plain(text):  # slower, and only of what is left
            given["holds(?, document)"] = text
    if since is not None:
        given["time >= ?"] = since
    return list(given), list(given.values())


def _literal(text: str) -> str:
    for special in "\\%_":
        text = text.replace(special, f"\\{special}")
    return text


def _row(cause: Cause, sequence: int) -> dict[str, Any]:
    text = document.write(cause)
    functions = {invocation.function for invocation in cause.invocations}
    return {
        "id": cause.id,
        "sequence": sequence,
        "time": cause.time,
        "outcome": cause.outcome,
        "functions": f" {' '.join(sorted(functions))} ",
        "size": len(text),
        "document": text.decode(),
    }
