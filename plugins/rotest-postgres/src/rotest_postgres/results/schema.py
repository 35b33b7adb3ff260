"""The tables of the results."""

from __future__ import annotations

_TABLES = """
CREATE TABLE rotest.run (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    name text COLLATE "C" NOT NULL,
    started double precision NOT NULL,
    state text NOT NULL,
    duration double precision NOT NULL,
    status integer,
    total bigint NOT NULL,
    counts text NOT NULL,
    flaky bigint NOT NULL,
    directory text NOT NULL,
    root text NOT NULL,
    command text NOT NULL,
    environment text NOT NULL,
    owner text NOT NULL,
    seen double precision NOT NULL
);
CREATE INDEX run_started ON rotest.run (started);
CREATE TABLE rotest.test (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE
);
CREATE TABLE rotest.result (
    run bigint NOT NULL REFERENCES rotest.run ON DELETE CASCADE,
    number bigint NOT NULL,
    attempt integer NOT NULL,
    test bigint NOT NULL,       -- of rotest.test, which forgets only what no result names
    started double precision NOT NULL,
    duration double precision NOT NULL,
    outcome smallint,
    final boolean NOT NULL,
    parent bigint,
    cause text,
    name text NOT NULL,
    kind text NOT NULL,
    around text NOT NULL,
    tags text NOT NULL,
    worker text NOT NULL,
    summary text NOT NULL,
    signature text COLLATE "C" NOT NULL,
    waited double precision NOT NULL,
    log text NOT NULL,
    PRIMARY KEY (run, number, attempt)
);
CREATE INDEX result_of_test ON rotest.result (test, started) INCLUDE (run, outcome, duration, attempt)
    WHERE final AND parent IS NULL;
CREATE INDEX result_failed ON rotest.result (started) WHERE outcome >= 4;
CREATE INDEX result_signature ON rotest.result (signature, started) WHERE signature <> '';
CREATE TABLE rotest.detail (
    run bigint NOT NULL REFERENCES rotest.run ON DELETE CASCADE,
    number bigint NOT NULL,
    attempt integer NOT NULL,
    content text NOT NULL,
    PRIMARY KEY (run, number, attempt)
);
CREATE TABLE rotest.resource_use (
    run bigint NOT NULL REFERENCES rotest.run ON DELETE CASCADE,
    number bigint NOT NULL,
    attempt integer NOT NULL,
    place integer NOT NULL,
    test bigint NOT NULL,
    type text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    outcome smallint,
    infrastructure boolean NOT NULL,
    held double precision NOT NULL,
    waited double precision NOT NULL,
    error boolean NOT NULL,
    PRIMARY KEY (run, number, attempt, place)
);
CREATE INDEX resource_use_of_type ON rotest.resource_use (type, name, test);
CREATE TABLE rotest.event_log (
    run bigint NOT NULL REFERENCES rotest.run ON DELETE CASCADE,
    part bigint NOT NULL,
    content bytea NOT NULL,     -- lines, compressed by zlib
    PRIMARY KEY (run, part)
);
CREATE TABLE rotest.signature (
    id text COLLATE "C" PRIMARY KEY,
    pattern text NOT NULL,
    name text NOT NULL,
    link text NOT NULL,
    cause text NOT NULL,
    expires double precision,
    expected_until double precision,
    created double precision NOT NULL
)
"""

STEPS = (_TABLES,)
