"""The tables of the leases."""

from __future__ import annotations

_TURN = 0x526F7465_7374_0002
"""The advisory lock that whoever takes a turn holds until it is over; it lets processes in as they came."""

_TABLES = f"""
CREATE TABLE rotest.lock_state (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    turn bigint NOT NULL DEFAULT 0,              -- rises with every turn that changes something
    counter bigint NOT NULL DEFAULT 0,           -- the number of the last event or token
    epoch bigint NOT NULL DEFAULT 0,             -- the upper part of tokens
    started float8 NOT NULL DEFAULT 0,           -- start of the server that the epoch belongs to
    moment float8 NOT NULL DEFAULT 0,            -- of the last turn: the clock may be set back
    pools bigint NOT NULL DEFAULT 0              -- rises when the table lock_pool is emptied
) WITH (fillfactor = 10);
INSERT INTO rotest.lock_state DEFAULT VALUES;
CREATE TABLE rotest.lock_record (
    number integer PRIMARY KEY,                  -- from 0, without gaps: a bit in the masks of the schedule
    type text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    capacity integer NOT NULL,
    dirty bigint NOT NULL DEFAULT 0,             -- the token above which a lease cleans the record, or 0
    UNIQUE (type, name)
);
CREATE INDEX lock_record_wide ON rotest.lock_record (number) WHERE capacity <> 1;
CREATE INDEX lock_record_dirty ON rotest.lock_record (number) WHERE dirty <> 0;
CREATE TABLE rotest.lock_session (
    number bigint PRIMARY KEY,
    run text NOT NULL,
    "user" text NOT NULL,
    host text NOT NULL,
    boot text NOT NULL,
    pid bigint NOT NULL,
    started bigint NOT NULL,
    address text NOT NULL,                       -- the channel on which its process listens
    ttl float8 NOT NULL,
    beat float8 NOT NULL,
    reservation boolean NOT NULL
);
CREATE INDEX lock_session_boot ON rotest.lock_session (boot) WHERE NOT reservation;
CREATE TABLE rotest.lock_pool (                  -- sets of candidates, kept once however many claims wait for them
    digest text COLLATE "C" PRIMARY KEY,
    candidates json NOT NULL
);
CREATE TABLE rotest.lock_claim (                 -- the queue
    place bigint PRIMARY KEY,
    shape text COLLATE "C" NOT NULL,             -- equal for claims that want the same
    pins boolean NOT NULL,
    session bigint NOT NULL,
    id text COLLATE "C" NOT NULL UNIQUE,
    label text NOT NULL,
    priority integer NOT NULL,
    wait float8,
    since float8 NOT NULL,
    deadline float8,
    within json NOT NULL,
    wants json NOT NULL                          -- [[name, pool, exclusive], ...]
);
CREATE INDEX lock_claim_session ON rotest.lock_claim (session);
CREATE TABLE rotest.lock_lease (
    record integer NOT NULL,
    slot integer NOT NULL,
    seat bigint NOT NULL,                        -- 0 for an exclusive lease, the token for one of those that share
    token bigint NOT NULL UNIQUE,
    session bigint NOT NULL,
    claim text NOT NULL,
    want text NOT NULL,
    label text NOT NULL,
    dirty boolean NOT NULL,
    whole integer,
    since float8 NOT NULL,
    PRIMARY KEY (record, slot, seat)             -- no unit twice, whatever a program gets wrong
);
CREATE INDEX lock_lease_session ON rotest.lock_lease (session);
CREATE TABLE rotest.lock_event (
    number bigint PRIMARY KEY,
    time float8 NOT NULL,
    step text NOT NULL,
    claim text NOT NULL,
    run text NOT NULL,
    label text NOT NULL,
    wants json NOT NULL,
    leases json NOT NULL,
    dirty boolean NOT NULL,
    reason text NOT NULL,
    mark text NOT NULL                           -- of the turn: tells whether it came about
);
CREATE FUNCTION rotest.lock_enter(known_turn bigint, known_records integer, own bigint[]) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
    state rotest.lock_state;
    moment float8;
    news json;
BEGIN
    PERFORM pg_advisory_xact_lock({_TURN});
    SELECT * INTO state FROM rotest.lock_state;
    -- The clock is read, and so is all that follows, after the turn was waited for.
    moment := greatest(state.moment, extract(epoch FROM clock_timestamp())::float8);
    IF state.turn <> known_turn THEN
        WITH line AS (
            SELECT shape, array_agg(place ORDER BY place) AS places, min(deadline) AS first
            FROM rotest.lock_claim GROUP BY shape
        ), head AS (                             -- of each shape who is granted next, and who is next after that
            SELECT claim.* FROM line JOIN rotest.lock_claim AS claim ON claim.place = ANY(line.places[1:2])
        )
        SELECT json_build_array(
            (SELECT json_agg(json_build_array(type, name) ORDER BY number) FROM rotest.lock_record
                WHERE number >= known_records),
            (SELECT json_agg(json_build_array(number, capacity)) FROM rotest.lock_record WHERE capacity <> 1),
            (SELECT json_agg(json_build_array(number, dirty)) FROM rotest.lock_record WHERE dirty <> 0),
            (SELECT json_agg(json_build_array(
                record, slot, token, session, claim, want, label, dirty, whole, since, seat = 0))
                FROM rotest.lock_lease),
            (SELECT json_agg(json_build_array(shape, places, first)) FROM line),
            (SELECT json_agg(json_build_array(
                place, shape, pins, session, id, label, priority, wait, since, deadline, within, wants)) FROM head),
            (SELECT json_agg(json_build_array(
                number, run, "user", host, boot, pid, started, address, ttl, beat, reservation))
                FROM rotest.lock_session WHERE number = ANY(own) OR number IN (SELECT session FROM head))
        ) INTO news;
    END IF;
    RETURN json_build_array(
        state.turn, state.counter, state.epoch, state.started,
        extract(epoch FROM pg_postmaster_start_time())::float8, moment, state.pools, news
    );
END $$;
CREATE FUNCTION rotest.lock_tidy(pools_kept integer, events_kept integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock({_TURN});
    DELETE FROM rotest.lock_event WHERE number < (SELECT counter FROM rotest.lock_state) - events_kept;
    IF (SELECT count(*) FROM rotest.lock_pool) > pools_kept AND NOT EXISTS (SELECT FROM rotest.lock_claim) THEN
        DELETE FROM rotest.lock_pool;
        UPDATE rotest.lock_state SET pools = pools + 1;
    END IF;
END $$;
CREATE FUNCTION rotest.lock_lease_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.slot >= (SELECT capacity FROM rotest.lock_record WHERE number = NEW.record) OR EXISTS (
        SELECT FROM rotest.lock_lease
        WHERE record = NEW.record AND slot = NEW.slot AND (seat = 0 OR NEW.seat = 0)
    ) THEN
        RAISE EXCEPTION 'the unit is leased already: record %, slot %', NEW.record, NEW.slot;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER lock_lease_fits BEFORE INSERT ON rotest.lock_lease
    FOR EACH ROW EXECUTE FUNCTION rotest.lock_lease_fits()
"""

STEPS = (_TABLES,)
