"""Opens the file of the history: an SQLite database that only its owner can read."""

import contextlib
import os
import sqlite3
from pathlib import Path

from local.history import search

_VERSION = 2
"""Of the table below and of the structs in ``ops/events/model.py``: raise it when they change."""

_TABLES = """
CREATE TABLE causes (
  id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, time REAL NOT NULL, outcome TEXT NOT NULL,
  functions TEXT NOT NULL, size INTEGER NOT NULL, document TEXT NOT NULL);
CREATE INDEX by_time ON causes (time, id, size);
CREATE UNIQUE INDEX by_sequence ON causes (sequence);
CREATE TABLE counter (sequence INTEGER NOT NULL, cleared INTEGER NOT NULL);
INSERT INTO counter VALUES (0, 0);
"""


def open_database(path: Path) -> sqlite3.Connection:
    """Open the database, and make it if it is missing.

    A file of another version, or one that is not a database, is renamed to ``….old``.
    """
    # Never opened here if it exists: closing it would end this process's locks on it, and another
    # process would remove the log that is still written. https://sqlite.org/howtocorrupt.html
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        return _open(path)
    except _Other:
        path.replace(path.with_name(f"{path.name}.old"))
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        return open_database(path)


class _Other(Exception):
    """The file is of another version, or no database."""


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    try:
        _prepare(database)
    except sqlite3.OperationalError:  # locked, or the disk is full
        database.close()
        raise
    except (sqlite3.DatabaseError, _Other) as error:
        database.close()
        raise _Other from error
    return database


def _prepare(database: sqlite3.Connection) -> None:
    """Check the version, and make the tables of a new file."""
    database.execute("BEGIN IMMEDIATE")  # one of several that open a new file makes its tables
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version == 0 and not database.execute("SELECT 1 FROM sqlite_master").fetchone():
        for statement in _TABLES.split(";")[:-1]:
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {_VERSION}")
    elif version != _VERSION:
        raise _Other
    database.execute("COMMIT")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("PRAGMA secure_delete = ON")
    database.create_function("holds", 2, search.holds, deterministic=True)
