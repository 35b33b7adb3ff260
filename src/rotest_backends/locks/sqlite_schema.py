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
    capacity INTEGER NOT NULL DEFAULT 1,
    UNIQUE (type, name)
);
CREATE INDEX lock_record_wide ON lock_record (number) WHERE capacity != 1;
CREATE TABLE lock_dirty (
    record INTEGER PRIMARY KEY,
    token INTEGER NOT NULL               -- a lease with a higher one cleans the record by a clean release
);
CREATE TABLE lock_session (
    number INTEGER PRIMARY KEY,
    run TEXT NOT NULL, user TEXT NOT NULL, host TEXT NOT NULL, boot TEXT NOT NULL,
    pid INTEGER NOT NULL, started INTEGER NOT NULL,
    address TEXT NOT NULL,
    ttl REAL NOT NULL,
    beat REAL NOT NULL,
    reservation INTEGER NOT NULL
);
CREATE TABLE lock_shape (                -- what claims want, kept once however many wait for the same
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE,
    pins INTEGER NOT NULL,
    wants TEXT NOT NULL                  -- [[exclusive, [candidate, ...]], ...]
);
CREATE TABLE lock_claim (                -- the queue
    place INTEGER PRIMARY KEY,
    shape INTEGER NOT NULL,
    session INTEGER NOT NULL,
    id TEXT NOT NULL,
    label TEXT NOT NULL,
    priority INTEGER NOT NULL,
    wants TEXT NOT NULL,                 -- their names, each with a unit separator after it
    wait REAL,
    within TEXT NOT NULL,                -- ids of claims, likewise
    since REAL NOT NULL,
    deadline REAL
);
CREATE INDEX lock_claim_line ON lock_claim (shape, place, deadline);
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
    session INTEGER NOT NULL,
    run TEXT NOT NULL,
    claim TEXT NOT NULL,
    label TEXT NOT NULL,
    wants TEXT NOT NULL,                 -- names of wants, each with a unit separator after it
    leases TEXT NOT NULL,                -- record token want dirty exclusive whole, with unit separators between leases
    dirty INTEGER NOT NULL,
    reason TEXT NOT NULL
);
CREATE TRIGGER lock_lease_beyond BEFORE INSERT ON lock_lease WHEN NEW.slot != 0 AND
    NEW.slot >= (SELECT capacity FROM lock_record WHERE number = NEW.record)
BEGIN
    SELECT RAISE(ABORT, 'the record has no such unit');
END;
CREATE TRIGGER lock_lease_mixed BEFORE INSERT ON lock_lease WHEN EXISTS (
    SELECT 1 FROM lock_lease
    WHERE record = NEW.record AND slot = NEW.slot AND (seat = 0) != (NEW.seat = 0)
)
BEGIN
    SELECT RAISE(ABORT, 'the unit is leased already');
END;
"""


def create_tables(database: Database) -> None:
    """Create the first version of the tables."""
    import sqlite3

    # One statement at a time: a script would commit first.
    statement = ""
    for line in _TABLES.splitlines():
        statement += f"{line}\n"
        if statement.strip() and sqlite3.complete_statement(statement):
            database.execute(statement)
            statement = ""
