"""The tables of the inventory."""

from __future__ import annotations

_TABLES = """
CREATE TABLE rotest.record (
    type text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    "group" text NOT NULL,
    comment text NOT NULL,
    usable boolean NOT NULL,
    unusable_reason text NOT NULL,
    reserved_for text NOT NULL,
    reserved_until timestamptz,
    capacity bigint NOT NULL CHECK (capacity >= 1),
    origin text NOT NULL,
    version bigint NOT NULL,
    fields json NOT NULL,       -- as given, to the digit
    search jsonb NOT NULL,      -- what lookups look at; made from the other columns
    folded jsonb NOT NULL,      -- the same without regard to case, texts only
    PRIMARY KEY (type, name)
);
CREATE INDEX record_search ON rotest.record USING gin (search jsonb_path_ops) WITH (fastupdate = off);
CREATE INDEX record_folded ON rotest.record USING gin (folded jsonb_path_ops) WITH (fastupdate = off);
CREATE TABLE rotest.note (
    name text COLLATE "C" PRIMARY KEY,
    text text NOT NULL
);
CREATE TABLE rotest.inventory (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    revision bigint NOT NULL
);
INSERT INTO rotest.inventory (revision) VALUES (0);
CREATE TABLE rotest.inventory_change (  -- tells who lost the connection while committing whether it was done
    mark text PRIMARY KEY,
    revision bigint NOT NULL,
    moment timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX inventory_change_moment ON rotest.inventory_change (moment)
"""

STEPS = (_TABLES,)
