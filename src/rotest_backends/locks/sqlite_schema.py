"""The tables of the leases in an SQLite file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_TABLES = """
CREATE TABLE lock_record (
    number INTEGER PRIMARY KEY,          -- from 0, without gaps: a bit in the masks of the schedule
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    capacity INTEGER NOT NULL,
    dirty INTEGER NOT NULL DEFAULT 0,    -- the token above which a lease cleans the record by a clean release, or 0
    UNIQUE (type, name)
);
CREATE INDEX lock_record_dirty ON lock_record (number) WHERE dirty != 0;
CREATE INDEX lock_record_wide ON lock_record (number) WHERE capacity != 1;
CREATE TABLE lock_session (
    number INTEGER PRIMARY KEY,
    run TEXT NOT NULL, user TEXT NOT NULL, host TEXT NOT NULL, boot TEXT NOT NULL,
    pid INTEGER NOT NULL, started INTEGER NOT NULL,
    address TEXT NOT NULL,
    ttl REAL NOT NULL,
    beat REAL NOT NULL,
    reservation INTEGER NOT NULL
);
CREATE TABLE lock_pool (                 -- sets of candidates, kept once however many claims wait for them
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE,
    candidates TEXT NOT NULL
);
CREATE TABLE lock_claim (                -- the queue
    ticket INTEGER PRIMARY KEY,
    session INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    priority INTEGER NOT NULL,
    rank REAL NOT NULL,
    wait REAL,
    since REAL NOT NULL,
    deadline REAL,
    within TEXT NOT NULL,
    wants TEXT NOT NULL                  -- [[name, pool, exclusive], ...]
);
CREATE TABLE lock_lease (
    record INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    seat INTEGER NOT NULL,               -- 0 for an exclusive lease, the token for one of those that share the slot
    token INTEGER NOT NULL,
    session INTEGER NOT NULL,
    claim TEXT NOT NULL,
    want TEXT NOT NULL,
    label TEXT NOT NULL,
    dirty INTEGER NOT NULL,
    whole INTEGER,
    since REAL NOT NULL,
    PRIMARY KEY (record, slot, seat)     -- no unit twice, whatever a program gets wrong
) WITHOUT ROWID;
CREATE TABLE lock_event (
    number INTEGER PRIMARY KEY,
    time REAL NOT NULL,
    step TEXT NOT NULL,
    claim TEXT NOT NULL,
    run TEXT NOT NULL,
    label TEXT NOT NULL,
    wants TEXT NOT NULL,
    leases TEXT NOT NULL,
    dirty INTEGER NOT NULL,
    reason TEXT NOT NULL
);
CREATE TRIGGER lock_lease_fits BEFORE INSERT ON lock_lease WHEN
    NEW.slot >= (SELECT capacity FROM lock_record WHERE number = NEW.record)
    OR EXISTS (
        SELECT 1 FROM lock_lease
        WHERE record = NEW.record AND slot = NEW.slot AND (seat = 0 OR NEW.seat = 0)
    )
BEGIN
    SELECT RAISE(ABORT, 'the unit is leased already');
END;
"""


def create_tables(database: Database) -> None:
    """Create the first version of the tables."""
    # One statement at a time: executescript would commit first.
    statement = ""
    for line in _TABLES.splitlines():
        statement += line + "\n"
        if _is_complete(statement):
            database.execute(statement)
            statement = ""


def _is_complete(statement: str) -> bool:
    import sqlite3

    return bool(statement.strip()) and sqlite3.complete_statement(statement)
