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
    seat INTEGER NOT NULL,
    units INTEGER NOT NULL,              -- of the record, when it was leased
    token INTEGER NOT NULL,
    session INTEGER NOT NULL,
    claim TEXT NOT NULL,
    want TEXT NOT NULL,
    label TEXT NOT NULL,
    dirty INTEGER NOT NULL,
    whole INTEGER,
    since REAL NOT NULL,
    -- No unit twice, whatever a program gets wrong. An exclusive lease has seat 0 of its slot; of those that share one
    -- each has its token for a seat, and seat 0 is taken by a row that is nobody's lease.
    PRIMARY KEY (record, slot, seat),
    CHECK (slot < units)
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
"""


def create_tables(database: Database) -> None:
    """Create the first version of the tables."""
    import sqlite3

    # One statement at a time: a script would commit first.
    statement = ""
    for line in _TABLES.splitlines():
        statement += f"{line}\n"
        if statement.strip() and sqlite3.complete_statement(statement):
            database.conn.execute(statement)
            statement = ""
