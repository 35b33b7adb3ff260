"""Read the tables of the leases without taking a turn, and beat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rotest_core.leasing import boot_identifier, unpack_candidates, unpack_lease, unpack_owner
from rotest_core.plugin import (
    Claim,
    HeldLease,
    Lease,
    LockEvent,
    LockStatus,
    LockStep,
    Owner,
    WaitingClaim,
    Want,
)
from rotest_postgres.database import Link, Row

_NOW = "(SELECT greatest(moment, extract(epoch FROM clock_timestamp())::float8) FROM rotest.lock_state)"
"""The moment by the clock of the leases, which never goes back."""

_LEASE = "l.claim, l.want, r.type, r.name, l.token, l.dirty, l.seat = 0, w.type, w.name"
"""What `unpack_lease` takes, of the tables in _LEASES."""

_LEASES = """
rotest.lock_lease AS l JOIN rotest.lock_record AS r ON r.number = l.record
LEFT JOIN rotest.lock_record AS w ON w.number = l.whole
"""

_OWNER = 's.run, s."user", s.host, s.boot, s.pid, s.started'

_LOOK = f"""
SELECT
    EXISTS (SELECT FROM rotest.lock_session WHERE number = %(session)s),
    (SELECT coalesce(json_agg(json_build_array({_LEASE}) ORDER BY l.token), '[]') FROM {_LEASES}
        WHERE l.session = %(session)s),
    (SELECT coalesce(json_agg(id), '[]') FROM rotest.lock_claim WHERE session = %(session)s),
    (SELECT count(*) FROM rotest.lock_claim),
    EXISTS (SELECT FROM rotest.lock_session WHERE beat + ttl < {_NOW}),
    (SELECT coalesce(min(beat + ttl) - {_NOW}, 'infinity') FROM rotest.lock_session WHERE reservation),
    (SELECT coalesce(json_agg(json_build_array(s.number, {_OWNER})), '[]') FROM rotest.lock_session AS s
        WHERE boot = %(boot)s AND NOT reservation AND number <> %(session)s
        AND EXISTS (SELECT FROM rotest.lock_lease WHERE session = s.number))
"""

_SUSPECTS = f"""
SELECT s.number, {_OWNER} FROM rotest.lock_session AS s WHERE boot = %s AND NOT reservation
"""

_BEAT = """
UPDATE rotest.lock_session AS s
SET beat = greatest(s.beat, extract(epoch FROM clock_timestamp())::float8, (SELECT moment FROM rotest.lock_state))
WHERE number = ANY(%s)
RETURNING
    number,
    ARRAY(SELECT token FROM rotest.lock_lease WHERE session = s.number),
    EXISTS (SELECT FROM rotest.lock_claim WHERE session <> s.number)
"""

_HELD = f"""
SELECT {_LEASE}, {_OWNER}, l.label, l.since, s.beat + s.ttl FROM {_LEASES}
JOIN rotest.lock_session AS s ON s.number = l.session
ORDER BY r.type, r.name, l.slot, l.token
"""

_WAITING = f"""
SELECT c.id, c.wants, c.label, c.priority, c.wait, c.within, c.since, {_OWNER}
FROM rotest.lock_claim AS c JOIN rotest.lock_session AS s ON s.number = c.session
ORDER BY c.pins, c.place
"""

_POOLS = "SELECT digest, candidates FROM rotest.lock_pool WHERE digest = ANY(%s)"

_HISTORY = """
SELECT number, time, step, claim, run, label, wants, leases, dirty, reason FROM rotest.lock_event
WHERE number > %s ORDER BY number
"""

_ENDINGS = """
SELECT reason, leases FROM rotest.lock_event WHERE claim = %s AND step IN ('ended', 'lost') ORDER BY number DESC
"""

_EVENTS_KEPT = 100_000
_POOLS_KEPT = 1_000


class Look(NamedTuple):
    """What a session that waits finds out by itself.

    Args:
        here: whether the database knows the session.
        leases: those that it holds.
        waiting: ids of its claims in the queue.
        queue: how many claims of all sessions wait.
        overdue: whether the time of some session is up.
        ends: seconds until the first reservation ends.
        rivals: the other sessions of this host that hold something.
    """

    here: bool
    leases: tuple[Lease, ...]
    waiting: frozenset[str]
    queue: int
    overdue: bool
    ends: float
    rivals: Mapping[int, Owner]


class Standing(NamedTuple):
    """How a session stood when it beat.

    Args:
        tokens: of its leases.
        others_wait: whether others wait for something, whatever it is.
    """

    tokens: frozenset[int]
    others_wait: bool


def look(link: Link, session: int) -> Look:
    """Find out how a session stands."""
    ((here, leases, waiting, queue, overdue, ends, rivals),) = link.execute(
        _LOOK, {"session": session, "boot": boot_identifier()}, prepare=True
    ).fetchall()
    return Look(
        here,
        tuple(map(unpack_lease, leases)),
        frozenset(waiting),
        queue,
        overdue,
        ends,
        {number: unpack_owner(owner) for number, *owner in rivals},
    )


def suspects(link: Link) -> tuple[bool, Mapping[int, Owner]]:
    """Return whether the time of some session is up, and the sessions of this host."""
    ((overdue,),) = link.execute(
        f"SELECT EXISTS (SELECT FROM rotest.lock_session WHERE beat + ttl < {_NOW})"
    ).fetchall()
    rows = link.execute(_SUSPECTS, (boot_identifier(),)).fetchall()
    return overdue, {number: unpack_owner(owner) for number, *owner in rows}


def why_lost(link: Link, lease: Lease) -> str:
    """Find out from the history why a lease ended."""
    for reason, leases in link.execute(_ENDINGS, (lease.claim,)).fetchall():
        if lease in map(unpack_lease, leases):
            return str(reason)
    return "the database no longer knows of it"


def beat(link: Link, sessions: Sequence[int]) -> Mapping[int, Standing]:
    """Renew sessions; return how each stands, but for those that are gone."""
    rows = link.execute(_BEAT, (list(sessions),)).fetchall()
    return {number: Standing(frozenset(tokens), others_wait) for number, tokens, others_wait in rows}


def tidy(link: Link) -> None:
    """Let go of the oldest part of the history, and of sets of candidates that nobody waits for."""
    link.execute("SELECT rotest.lock_tidy(%s, %s)", (_POOLS_KEPT, _EVENTS_KEPT))


def status(link: Link) -> LockStatus:
    """Return who holds what and who waits."""
    with link.transaction():
        link.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        ((now,),) = link.execute(f"SELECT {_NOW}").fetchall()
        held = link.execute(_HELD).fetchall()
        waiting = link.execute(_WAITING).fetchall()
        digests = {digest for row in waiting for _, digest, _ in row[1]}
        pools = link.execute(_POOLS, (list(digests),)).fetchall()
    candidates = {digest: unpack_candidates(packed) for digest, packed in pools}
    shown: list[WaitingClaim] = []
    for position, row in enumerate(waiting, 1):
        identifier, wants, label, priority, wait, within, since, *owner = row
        claim = Claim(
            id=identifier,
            wants=tuple(Want(name, candidates[digest], exclusive) for name, digest, exclusive in wants),
            label=label,
            priority=priority,
            wait=wait,
            within=tuple(within),
        )
        shown.append(WaitingClaim(claim=claim, owner=unpack_owner(owner), position=position, since=since))
    return LockStatus(now, tuple(map(_held, held)), tuple(shown))


def history(link: Link, after: int) -> Sequence[LockEvent]:
    """Return the events above a number."""
    return [_event(row) for row in link.execute(_HISTORY, (after,)).fetchall()]


def _held(row: Row) -> HeldLease:
    *owner, label, since, until = row[9:]
    return HeldLease(
        lease=unpack_lease(list(row[:9])), owner=unpack_owner(owner), label=label, since=since, until=until
    )


def _event(row: Row) -> LockEvent:
    number, moment, step, claim, run, label, wants, leases, dirty, reason = row
    return LockEvent(
        number=number,
        time=moment,
        step=LockStep(step),
        claim=claim,
        run=run,
        label=label,
        wants=tuple(wants),
        leases=tuple(map(unpack_lease, leases)),
        dirty=dirty,
        reason=reason,
    )
