"""The state of all leases, and every step that changes it: the rules of leasing, free of storage and of clocks.

Every lock strategy is this ledger plus a way to keep it: in memory, in a file, in tables. A strategy brings the ledger
up to date, calls one method in one transaction, writes down what `take_changes` gives, commits, and then tells the
winners that `take_news` names.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import TypeAlias

from rotest_core.allocation.assignment import Assignment, assign
from rotest_core.allocation.board import Board, Demand, numbers
from rotest_core.allocation.deadlock import find_cycle
from rotest_core.allocation.holdings import Holdings
from rotest_core.allocation.records import Records
from rotest_core.allocation.rows import Changes, ClaimRow, EventRow, LeaseRow, SessionRow
from rotest_core.allocation.schedule import Snapshot, Waiting, occupy, pin, rank, schedule
from rotest_core.errors import DeadlockError
from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import Claim, ClaimExpired, Grant, Lease, LockStep, Owner

News: TypeAlias = Grant | ClaimExpired

_COUNTER_BITS = 40

_in_order = attrgetter("order")


class Ledger:
    """Hold sessions, leases and the queue, and change them by whole steps.

    Moments are seconds of the strategy's clock, which never goes back.

    Attributes:
        records: the numbers of the records.
        sessions: by number.
        holdings: the leases.
        queue: the claims that wait, in order.
        counter: rises with every step; the number of the last event.
        epoch: the upper part of every token; a strategy raises it when it cannot be sure of the counter.
        offset: what must be added to a moment to have seconds since the epoch of the calendar.
    """

    def __init__(self) -> None:
        self.records = Records()
        self.sessions: dict[int, SessionRow] = {}
        self.holdings = Holdings(self.records)
        self.queue: list[ClaimRow] = []
        self.counter = 0
        self.epoch = 1
        self.offset = 0.0
        self._changes = Changes()
        self._news: list[tuple[int, News]] = []
        # What the board looks like to the next claim: None when it must be found out anew.
        self._outlook: Board | None = None
        # Bits of all records that somebody waits for.
        self._wanted = 0

    def load(
        self, sessions: Iterable[SessionRow], leases: Iterable[LeaseRow], queue: Iterable[ClaimRow]
    ) -> None:
        """Replace the state by what a strategy has read."""
        self.sessions = {session.number: session for session in sessions}
        self.holdings.replace(leases)
        self.queue = sorted(queue, key=_in_order)
        self._outlook = None

    def take_changes(self) -> Changes:
        """Return what changed since the last call."""
        changes, self._changes = self._changes, Changes()
        return changes

    def take_news(self) -> list[tuple[int, News]]:
        """Return what became of claims that had been waiting, each with its session, since the last call."""
        news, self._news = self._news, []
        return news

    # Sessions

    def open(
        self, owner: Owner, now: float, *, ttl: float, address: str = "", reservation: bool = False
    ) -> SessionRow:
        """Take a new session in."""
        session = SessionRow(self.counter + 1, owner, address, ttl, now, reservation)
        self._log(LockStep.OPENED, now, owner.run)
        self._put_session(session)
        return session

    def beat(self, session: int, now: float) -> bool:
        """Renew a session and with it its leases; return False if it is gone."""
        row = self.sessions.get(session)
        if row is None:
            return False
        self._put_session(row._replace(beat=now))
        return True

    def refresh(self, session: int, beat: float) -> None:
        """Know of a heartbeat that was written down elsewhere."""
        if session in self.sessions:
            self.sessions[session] = self.sessions[session]._replace(beat=beat)

    def overdue(self, now: float) -> list[SessionRow]:
        """Return the sessions whose time is up."""
        return [session for session in self.sessions.values() if session.until < now]

    def close(self, session: int, now: float) -> None:
        """End a session that leaves: its claims leave the queue, its leases end, and their records are dirty.

        Nothing happens if it is gone already.
        """
        self._close(session, LockStep.CANCELLED, LockStep.RELEASED, now, "")
        self._settle(now)

    def bury(self, sessions: Mapping[int, str], now: float) -> None:
        """End sessions that others have found dead.

        Args:
            sessions: what happened to each, by number; those that are gone already are passed over.
            now: the moment.
        """
        # All of them first: nothing must be granted to one that is dead as well.
        for session, reason in sessions.items():
            self._close(session, LockStep.LOST, LockStep.LOST, now, reason)
        self._settle(now)

    def _close(self, session: int, waited: LockStep, held: LockStep, now: float, reason: str) -> None:
        row = self.sessions.get(session)
        if row is None:
            return
        for waiting in [waiting for waiting in self.queue if waiting.session == session]:
            self._leave(waiting)
            self._log_claim(waited, now, waiting.claim, row, reason=reason)
        self._finish(self.holdings.of_session(session), held, now, row, dirty=True, reason=reason)
        self._log(LockStep.CLOSED, now, row.owner.run, reason=reason)
        del self.sessions[session]
        self._changes.sessions[session] = None

    # Claims

    def submit(self, session: int, claim: Claim, now: float) -> Grant | None:
        """Grant a claim, or let it wait; see `LockSession.submit`."""
        old = self._prepare(claim)
        outlook = self._view(now)
        row = self._row(session, claim, now, old)
        if self.queue and _in_order(row) < _in_order(self.queue[-1]):
            return self._submit_between(row, now)
        records = assign(row.waiting.demands, outlook)
        if records is not None:
            occupy(outlook, row.waiting.demands, records)
            return self._grant(row, records, now)
        if claim.wait != 0:
            self._enter(row, now)
            if row.waiting.pins:
                pin(outlook, row.waiting.demands)
        return None

    def cancel(self, session: int, claim: str, now: float) -> bool:
        """Take a waiting claim out of the queue; return False if it is not there."""
        row = next((row for row in self.queue if row.claim.id == claim and row.session == session), None)
        if row is None:
            return False
        self._leave(row)
        self._log_claim(LockStep.CANCELLED, now, row.claim, self.sessions[session])
        self._settle(now)
        return True

    def expire(self, now: float) -> None:
        """Take out of the queue what has waited as long as it may; `take_news` tells whose claims."""
        if self.overdue_claims(now):
            self._settle(now)

    def overdue_claims(self, now: float) -> list[ClaimRow]:
        """Return the claims that have waited as long as they may."""
        return [row for row in self.queue if row.deadline is not None and row.deadline <= now]

    def next_moment(self, session: int) -> float:
        """Return when time alone will next change something for a session: a claim or another's session runs out."""
        deadlines = [
            row.deadline for row in self.queue if row.session == session and row.deadline is not None
        ]
        return min((*deadlines, *(row.until for row in self.sessions.values())))

    def granted(self, session: int, claim: str) -> Grant | None:
        """Return the grant of a claim from the leases that stand, or None if there are none."""
        leases = [row.lease for row in self.holdings.of_session(session) if row.lease.claim == claim]
        return Grant(claim, tuple(leases)) if leases else None

    # Leases

    def release(
        self, session: int, leases: Sequence[Lease], now: float, *, dirty: bool = False
    ) -> list[Lease]:
        """Give leases back; return those that were no longer the session's."""
        rows, lost = self.holdings.owned(session, leases)
        if rows:
            self._finish(rows, LockStep.RELEASED, now, self.sessions[session], dirty=dirty)
            self._view(now)
        return lost

    def hold(
        self,
        session: int,
        leases: Sequence[Lease],
        now: float,
        *,
        name: str,
        duration: float,
        reason: str = "",
    ) -> list[Lease]:
        """Turn leases into a reservation; return those that were no longer the session's."""
        rows, lost = self.holdings.owned(session, leases)
        if rows:
            owner = self.sessions[session].owner
            held_by = Owner(run=name, user=owner.user, host=owner.host, boot=owner.boot, pid=0)
            keeper = self.open(held_by, now, ttl=duration, reservation=True)
            self._hand_over(rows, keeper, now, LockStep.HELD, label=reason or rows[0].label)
        return lost

    def adopt(self, session: int, name: str, now: float) -> Grant | None:
        """Take over the reservations of a name; return None if there are none."""
        keepers = [row for row in self.sessions.values() if row.reservation and row.owner.run == name]
        rows = [lease for keeper in keepers for lease in self.holdings.of_session(keeper.number)]
        if not rows:
            return None
        leases = self._hand_over(
            rows, self.sessions[session], now, LockStep.GRANTED, label=rows[0].label, claim=name
        )
        for keeper in keepers:
            self.close(keeper.number, now)
        return Grant(name, leases)

    def end(self, key: RecordKey, now: float, *, reason: str) -> list[LeaseRow]:
        """End all leases of a record, and those of parts that were leased with it, by force."""
        record = self.records.find(key)
        direct = [] if record is None else list(self.holdings.of_record(record))
        rows: list[LeaseRow] = []
        for lease in direct:
            if lease in rows:
                continue
            owner = self.sessions[lease.session]
            of_claim = [other for other in self.holdings.of_session(lease.session) if _belongs(other, lease)]
            self._finish(of_claim, LockStep.ENDED, now, owner, dirty=True, reason=reason)
            rows.extend(of_claim)
        self._view(now)
        return rows

    # How it is done

    def _prepare(self, claim: Claim) -> ClaimRow | None:
        """Learn what a claim tells of capacities, and take out of the queue what it replaces."""
        news = [self.records.learn(want.candidates) for want in claim.wants]
        if True in news:
            self.holdings.replace(list(self.holdings))
            self._outlook = None
        old = next((row for row in self.queue if row.claim.id == claim.id), None) if self.queue else None
        if old is not None:
            self._leave(old)
        return old

    def _row(self, session: int, claim: Claim, now: float, old: ClaimRow | None) -> ClaimRow:
        if old is not None:
            return self.claim_row(
                session, claim, old.waiting.ticket, old.waiting.rank, old.since, old.deadline
            )
        deadline = now + claim.wait if claim.wait else None
        return self.claim_row(session, claim, self.counter + 1, rank(now, claim.priority), now, deadline)

    def claim_row(
        self, session: int, claim: Claim, ticket: int, place: float, since: float, deadline: float | None
    ) -> ClaimRow:
        """Put a claim, and its place in the queue, into the shape in which the schedule asks for it."""
        demands = tuple(Demand(self.records.pool(want.candidates), want.exclusive) for want in claim.wants)
        # Pools are the same objects for the same candidates, and live as long as the row.
        shape = tuple((id(demand.pool), demand.exclusive) for demand in demands)
        reach = 0
        for demand in demands:
            reach |= demand.pool.reach
        waiting = Waiting(ticket, place, demands, shape, not claim.within)
        return ClaimRow(session, claim, waiting, reach, since, deadline)

    def _submit_between(self, row: ClaimRow, now: float) -> Grant | None:
        """Put a claim before some that wait and see what comes of it."""
        self._enter(row, now)
        self._outlook = None
        self._settle(now)
        for place, (_, grant) in enumerate(self._news):
            if isinstance(grant, Grant) and grant.claim == row.claim.id:
                del self._news[place]
                return grant
        if row.claim.wait == 0:
            self._leave(row)
            self._log_claim(LockStep.CANCELLED, now, row.claim, self.sessions[row.session])
            self._settle(now)
        return None

    def _enter(self, row: ClaimRow, now: float) -> None:
        if row.claim.within:
            cycle = find_cycle(row, self.queue, list(self.holdings), self.holdings.board)
            if cycle:
                raise DeadlockError(cycle)
        if row.waiting.ticket > self.counter:
            self._log_claim(LockStep.WAITING, now, row.claim, self.sessions[row.session])
        insort(self.queue, row, key=_in_order)
        self._wanted |= row.reach
        self._changes.claims[row.waiting.ticket] = row

    def _leave(self, row: ClaimRow) -> None:
        del self.queue[bisect_left(self.queue, _in_order(row), key=_in_order)]
        self._outlook = None
        self._changes.claims[row.waiting.ticket] = None

    def _view(self, now: float) -> Board:
        """Return what the board looks like to the next claim, after all grants that can be made were made."""
        return self._settle(now) if self._outlook is None else self._outlook

    def _settle(self, now: float) -> Board:
        for row in self.overdue_claims(now):
            self._leave(row)
            self._log_claim(LockStep.EXPIRED, now, row.claim, self.sessions[row.session])
            self._news.append((row.session, ClaimExpired(row.claim.id)))
        plan = schedule(Snapshot(self.holdings.board, [row.waiting for row in self.queue]))
        by_ticket = {row.waiting.ticket: row for row in self.queue} if plan.grants else {}
        for ticket, records in plan.grants:
            row = by_ticket[ticket]
            self._leave(row)
            self._news.append((row.session, self._grant(row, records, now)))
        self._wanted = 0
        for row in self.queue:
            self._wanted |= row.reach
        self._outlook = plan.outlook
        return plan.outlook

    def _grant(self, row: ClaimRow, records: Assignment, now: float) -> Grant:
        leases: list[Lease] = []
        for want, demand, record in zip(row.claim.wants, row.waiting.demands, records, strict=True):
            leases.append(self._begin(row, want.name, record, None, demand.exclusive, now))
            parts = demand.pool.parts.get(record, 0)
            if parts:
                whole = self.records.keys[record]
                leases.extend(
                    self._begin(row, want.name, part, whole, demand.exclusive, now) for part in numbers(parts)
                )
        granted = tuple(leases)
        self._log_claim(LockStep.GRANTED, now, row.claim, self.sessions[row.session], granted)
        return Grant(row.claim.id, granted)

    def _begin(
        self, row: ClaimRow, want: str, record: int, whole: RecordKey | None, exclusive: bool, now: float
    ) -> Lease:
        lease = Lease(
            claim=row.claim.id,
            want=want,
            key=self.records.keys[record],
            token=self._token(),
            dirty=record in self.holdings.dirty,
            part_of=whole,
            exclusive=exclusive,
        )
        slot = self.holdings.free_slot(record, exclusive)
        self._put_lease(LeaseRow(lease, record, slot, row.session, row.claim.label, now))
        return lease

    def _finish(
        self,
        rows: Sequence[LeaseRow],
        step: LockStep,
        now: float,
        owner: SessionRow,
        *,
        dirty: bool,
        reason: str = "",
    ) -> None:
        """End leases of one session, claim by claim."""
        ended: dict[str, list[LeaseRow]] = {}
        for row in rows:
            self._end(row)
            self._stain(row, dirty)
            ended.setdefault(row.lease.claim, []).append(row)
        for claim, of_claim in ended.items():
            self._log(
                step,
                now,
                owner.owner.run,
                claim,
                of_claim[0].label,
                leases=tuple([row.lease for row in of_claim]),
                dirty=dirty,
                reason=reason,
            )

    def _end(self, row: LeaseRow) -> None:
        self.holdings.remove(row)
        if self._changes.made.pop(row.lease.token, None) is None:
            self._changes.ended.append(row)
        if self._outlook is not None:
            if self._wanted >> row.record & 1:
                self._outlook = None
            else:
                self._outlook.give(row.record, row.exclusive)

    def _stain(self, row: LeaseRow, dirty: bool) -> None:
        """Mark a record dirty, or clean if the lease was granted after it became dirty."""
        stains = self.holdings.dirty
        if dirty:
            stains[row.record] = self._changes.dirty[row.record] = self._token()
        elif stains and row.lease.token > stains.get(row.record, row.lease.token):
            del stains[row.record]
            self._changes.dirty[row.record] = 0

    def _hand_over(
        self,
        rows: Sequence[LeaseRow],
        to: SessionRow,
        now: float,
        step: LockStep,
        *,
        label: str,
        claim: str = "",
    ) -> tuple[Lease, ...]:
        """Move leases to another session; new tokens fence the former holder off."""
        leases: list[Lease] = []
        for row in rows:
            lease = Lease(
                claim=claim or row.lease.claim,
                want=row.lease.want,
                key=row.lease.key,
                token=self._token(),
                dirty=row.record in self.holdings.dirty,
                part_of=row.lease.part_of,
                exclusive=row.exclusive,
            )
            self.holdings.remove(row)
            self._changes.ended.append(row)
            self._put_lease(row._replace(lease=lease, session=to.number, label=label, since=now))
            leases.append(lease)
        self._log(step, now, to.owner.run, leases[0].claim, label, leases=tuple(leases))
        return tuple(leases)

    def _put_session(self, session: SessionRow) -> None:
        self.sessions[session.number] = session
        self._changes.sessions[session.number] = session

    def _put_lease(self, row: LeaseRow) -> None:
        self.holdings.add(row)
        self._changes.made[row.lease.token] = row

    def _token(self) -> int:
        self.counter += 1
        return self.epoch << _COUNTER_BITS | self.counter

    def _log_claim(
        self,
        step: LockStep,
        now: float,
        claim: Claim,
        owner: SessionRow,
        leases: tuple[Lease, ...] = (),
        reason: str = "",
    ) -> None:
        asked = step is LockStep.WAITING or step is LockStep.GRANTED
        wants = tuple([want.name for want in claim.wants]) if asked else ()
        self._log(step, now, owner.owner.run, claim.id, claim.label, wants, leases, reason=reason)

    def _log(
        self,
        step: LockStep,
        now: float,
        run: str,
        claim: str = "",
        label: str = "",
        wants: tuple[str, ...] = (),
        leases: tuple[Lease, ...] = (),
        *,
        dirty: bool = False,
        reason: str = "",
    ) -> None:
        self.counter += 1
        self._changes.events.append(
            EventRow(self.counter, now + self.offset, step, claim, run, label, wants, leases, dirty, reason)
        )


def _belongs(other: LeaseRow, lease: LeaseRow) -> bool:
    """Tell whether a lease is this one, or was taken along with it as a part."""
    return other.lease.token == lease.lease.token or (
        other.lease.part_of == lease.lease.key
        and other.lease.claim == lease.lease.claim
        and other.lease.want == lease.lease.want
    )
