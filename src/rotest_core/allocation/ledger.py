"""The state of all leases, and every step that changes it: the rules of leasing, free of storage and of clocks.

Every lock strategy is this ledger plus a way to keep it: in memory, in a file, in tables. A strategy brings the ledger
up to date, calls one method in one transaction, writes down what `take_changes` gives, commits, and then tells those
whom `take_news` names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from rotest_core.allocation.assignment import assign
from rotest_core.allocation.board import Board
from rotest_core.allocation.deadlock import find_cycle
from rotest_core.allocation.ledger_state import LedgerState
from rotest_core.allocation.queue import Queue
from rotest_core.allocation.rows import Changes, ClaimRow, LeaseRow, SessionRow
from rotest_core.allocation.schedule import Snapshot, occupy, pin, place_of, schedule
from rotest_core.allocation.sessions import Sessions
from rotest_core.errors import DeadlockError
from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import (
    Claim,
    ClaimExpired,
    Grant,
    Lease,
    LeaseWanted,
    LockStep,
    Owner,
)

_BRIEF = 1.0
"""Seconds; who waits for something that is held for no longer than this looks at its holder by himself in time."""


class NextInLine(NamedTuple):
    """Tell a session that it is next to have something that another now holds: it had better watch it."""

    holder: SessionRow


News: TypeAlias = Grant | ClaimExpired | LeaseWanted | NextInLine


class Ledger(LedgerState):
    """Hold sessions, leases and the queue, and change them by whole steps.

    Moments are seconds of the strategy's clock, which never goes back.

    Args:
        queue: the claims that wait; by default in memory.
        sessions: those that are open; by default in memory.
    """

    def __init__(self, queue: Queue | None = None, sessions: Sessions | None = None) -> None:
        super().__init__(queue, sessions)
        self._news: list[tuple[SessionRow, News]] = []
        # What the board looks like to the next claim, the board itself while nobody waits; None when it must be found
        # out anew.
        self._outlook: Board | None = None

    def take_changes(self) -> Changes:
        """Return what changed in the leases since the last call."""
        changes, self.book.changes = self.book.changes, Changes()
        return changes

    def take_news(self) -> list[tuple[SessionRow, News]]:
        """Return whom to tell what, since the last call: what became of claims, and for what somebody waits."""
        news, self._news = self._news, []
        return news

    def forget_outlook(self) -> None:
        """Find out anew who can have what: something was changed from outside."""
        self._outlook = None

    # Sessions

    def open(
        self, owner: Owner, now: float, *, ttl: float, address: str = "", reservation: bool = False
    ) -> SessionRow:
        """Take a new session in."""
        session = SessionRow(self.book.counter + 1, owner, address, ttl, now, reservation)
        self.book.log(LockStep.OPENED, now, session)
        self.sessions.add(session)
        return session

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

    def reap(self, dead: Mapping[int, str], now: float) -> None:
        """End sessions that were found dead, and those whose time is up by now.

        Args:
            dead: what happened to each, by number. They are dead for good; who had fallen silent when he was looked for
                may have beaten meanwhile.
            now: the moment.
        """
        overdue = self.sessions.overdue(now)
        if not overdue and not dead:  # nearly always
            return
        gone = {
            row.number: "its time was up" if row.reservation else "its heartbeat stopped" for row in overdue
        }
        gone |= {number: reason for number, reason in dead.items() if self.sessions.get(number) is not None}
        if gone:
            self.bury(gone, now)

    # Claims

    def submit(self, session: int, claim: Claim, now: float, *, again: bool = True) -> Grant | None:
        """Grant a claim, or let it wait; see `LockSession.submit`.

        Args:
            session: who asks.
            claim: what for.
            now: the moment.
            again: whether the claim may be waiting already.
        """
        owner = self._session(session)
        learned = self._learn(claim)
        old = self.queue.find(claim.id) if again else None
        if old is not None:
            self._leave(old)
        if self._outlook is None and not learned and old is None:
            row = self._row(session, claim, now, None)
            if self._must_queue(row):
                self._enter(row, owner, now, known=False)
                return None
        outlook = self._view(now)
        row = self._row(session, claim, now, old)
        last = self.queue.last()
        if old is not None or claim.within or (last is not None and row.place < last):
            return self._submit_between(row, owner, now, known=old is not None)
        records = assign(row.demands, outlook)
        if records is not None:
            if outlook is not self.book.holdings.board:
                occupy(outlook, row.demands, records)
            return self.book.begin(row, owner, records, now)
        if claim.wait != 0:
            self._enter(row, owner, now, known=False)
            if outlook is self.book.holdings.board:
                outlook = self._outlook = outlook.copy()
            pin(outlook, row.demands)
        elif learned:
            # What was learned of records must not go without a trace.
            self.book.log_claim(LockStep.EXPIRED, now, claim, owner)
        return None

    def cancel(self, session: int, claim: str, now: float) -> bool:
        """Take a waiting claim out of the queue; return False if it is not there."""
        row = self.queue.find(claim)
        if row is None or row.session != session:
            return False
        self._leave(row)
        self.book.log_claim(LockStep.CANCELLED, now, row.claim, self._session(session))
        self._settle(now)
        return True

    def withdraw(self, session: int, claim: str, now: float) -> Grant | None:
        """Take a claim out of the queue that is not wanted any more; return its grant if that came first."""
        self.expire(now)
        self.cancel(session, claim, now)
        return self.granted(session, claim)

    def expire(self, now: float) -> None:
        """Take out of the queue what has waited as long as it may; `take_news` tells whose claims."""
        if self.queue.overdue(now):
            self._settle(now)

    # Leases

    def release(
        self, session: int, leases: Sequence[Lease], now: float, *, dirty: bool = False
    ) -> list[Lease]:
        """Give leases back; return those that were no longer the session's."""
        rows, lost = self.book.holdings.owned(session, leases)
        if rows:
            self._finish(rows, LockStep.RELEASED, self._session(session), now, dirty=dirty)
            if self._outlook is None:
                self._settle(now, watch=any(now - row.since > _BRIEF for row in rows))
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
        rows, lost = self.book.holdings.owned(session, leases)
        if rows:
            owner = self._session(session).owner
            held_by = Owner(run=name, user=owner.user, host=owner.host, boot=owner.boot, pid=0)
            keeper = self.open(held_by, now, ttl=duration, reservation=True)
            self.book.hand_over(rows, keeper, LockStep.HELD, now, label=reason or rows[0].label)
        return lost

    def adopt(self, session: int, name: str, now: float) -> Grant | None:
        """Take over the reservations of a name; return None if there are none."""
        keepers = [row for row in self.sessions.rows() if row.reservation and row.owner.run == name]
        rows = [lease for keeper in keepers for lease in self.book.holdings.of_session(keeper.number)]
        if not rows:
            return None
        to = self._session(session)
        leases = self.book.hand_over(rows, to, LockStep.ADOPTED, now, label=rows[0].label, claim=name)
        for keeper in keepers:
            self.close(keeper.number, now)
        return Grant(name, leases)

    def end(self, key: RecordKey, now: float, *, reason: str) -> list[tuple[SessionRow, LeaseRow]]:
        """End all leases of a record, and those of parts that were leased with it, by force.

        Returns:
            The leases, each with the session that held it.
        """
        record = self.records.find(key)
        ended: list[tuple[SessionRow, LeaseRow]] = []
        while record is not None and (standing := self.book.holdings.of_record(record)):
            lease = standing[0]
            owner = self._session(lease.session)
            rows = [row for row in self.book.holdings.of_session(lease.session) if _belongs(row, lease)]
            self._finish(rows, LockStep.ENDED, owner, now, dirty=True, reason=reason)
            ended += [(owner, row) for row in rows]
        self._view(now)
        return ended

    # How it is done

    def _learn(self, claim: Claim) -> bool:
        """Take over what a claim tells of records; return whether there was anything new."""
        records = self.records
        known, revision = len(records.keys), records.revision
        for want in claim.wants:
            records.learn(want.candidates)
        if records.revision != revision:
            self.book.holdings.weigh_again()
            self._outlook = None
        return len(records.keys) != known or records.revision != revision

    def _row(self, session: int, claim: Claim, now: float, old: ClaimRow | None) -> ClaimRow:
        if old is not None:
            return ClaimRow.of(self.records, session, claim, old.place, old.since, old.deadline)
        place = place_of(now, claim.priority, self.book.counter + 1)
        deadline = now + claim.wait if claim.wait else None
        return ClaimRow.of(self.records, session, claim, place, now, deadline)

    def _must_queue(self, row: ClaimRow) -> bool:
        """Tell whether a claim has to wait, as others do already that want the same and come first."""
        return bool(row.claim.wait != 0 and row.pins) and any(
            line.pins and line.demands == row.demands and next(iter(line.places)) < row.place
            for line in self.queue.lines()
        )

    def _submit_between(self, row: ClaimRow, owner: SessionRow, now: float, *, known: bool) -> Grant | None:
        """Put a claim before some that wait and see what comes of it."""
        self._enter(row, owner, now, known=known)
        self._settle(now)
        for number, (_, grant) in enumerate(self._news):
            if isinstance(grant, Grant) and grant.claim == row.claim.id:
                del self._news[number]
                return grant
        if row.claim.wait == 0:
            self._leave(row)
            self.book.log_claim(LockStep.CANCELLED, now, row.claim, owner)
            self._settle(now)
        return None

    def _enter(self, row: ClaimRow, owner: SessionRow, now: float, *, known: bool) -> None:
        if row.claim.within and row.claim.wait != 0:  # who only tries waits for nobody
            cycle = find_cycle(row, self.queue.nested(), list(self.book.holdings), self.book.holdings.board)
            if cycle:
                raise DeadlockError(cycle)
        if not known:
            self.book.log_claim(LockStep.WAITING, now, row.claim, owner)
        # For what others wait already its holders were told.
        news = row.reach & ~self.queue.reach() if row.claim.wait != 0 else 0
        self.queue.add(row)
        if news:
            self._tell_holders(row, news)

    def _leave(self, row: ClaimRow) -> None:
        self.queue.remove(row)
        self._outlook = None

    def _close(self, session: int, waited: LockStep, held: LockStep, now: float, reason: str) -> None:
        row = self.sessions.get(session)
        if row is None:
            return
        for waiting in self.queue.of_session(session):
            self._leave(waiting)
            self.book.log_claim(waited, now, waiting.claim, row, reason=reason)
        self._finish(self.book.holdings.of_session(session), held, row, now, dirty=True, reason=reason)
        self.book.log(LockStep.CLOSED, now, row, reason=reason)
        self.sessions.remove(session)

    def _finish(
        self,
        rows: Sequence[LeaseRow],
        step: LockStep,
        owner: SessionRow,
        now: float,
        *,
        dirty: bool,
        reason: str = "",
    ) -> None:
        self.book.finish(rows, step, owner, now, dirty=dirty, reason=reason)
        outlook = self._outlook
        if outlook is None or outlook is self.book.holdings.board:
            return
        wanted = self.queue.reach()
        for row in rows:
            if wanted >> row.record & 1:
                self._outlook = None
                return
            outlook.give(row.record, row.exclusive)

    def _view(self, now: float) -> Board:
        """Return what the board looks like to the next claim, after all grants that can be made were made."""
        return self._settle(now) if self._outlook is None else self._outlook

    def _settle(self, now: float, *, watch: bool = True) -> Board:
        """Grant what can be granted.

        Args:
            now: the moment.
            watch: whether to tell who is next in line; where records change hands in quick succession he had better
                sleep.
        """
        for row in self.queue.overdue(now):
            self._leave(row)
            owner = self._session(row.session)
            self.book.log_claim(LockStep.EXPIRED, now, row.claim, owner)
            self._news.append((owner, ClaimExpired(row.claim.id)))
        lines = self.queue.lines()
        if not lines:
            self._outlook = self.book.holdings.board
            return self._outlook
        plan = schedule(Snapshot(self.book.holdings.board, lines))
        fresh: list[tuple[int, SessionRow, Grant]] = []
        for place, records in plan.grants:
            row = self.queue.at(place)
            self._leave(row)
            owner = self._session(row.session)
            grant = self.book.begin(row, owner, records, now)
            self._news.append((owner, grant))
            footprint = 0
            for demand, record in zip(row.demands, records, strict=True):
                footprint |= demand.footprint(record)
            fresh.append((footprint, owner, grant))
        for place, bits in plan.heirs:
            heir = self._session(self.queue.at(place).session)
            self._tell_both(heir, [new for new in fresh if new[0] & bits and new[1] is not heir], bits, watch)
        self._outlook = plan.outlook
        return plan.outlook

    def _tell_holders(self, row: ClaimRow, bits: int) -> None:
        """Tell others who hold something that a claim waits for it."""
        for standing in self.book.holdings.among(bits):
            holder = self._session(standing.session)
            if standing.session != row.session and not holder.reservation:
                self._news.append((holder, LeaseWanted(standing.lease)))

    def _tell_both(
        self, heir: SessionRow, fresh: Sequence[tuple[int, SessionRow, Grant]], bits: int, watch: bool
    ) -> None:
        """Tell who is next in line whom to watch, and whoever just got what he waits for that he does."""
        find = self.records.find
        for _, holder, grant in fresh:
            self._news += [
                (holder, LeaseWanted(lease))
                for lease in grant.leases
                if (record := find(lease.key)) is not None and bits >> record & 1
            ]
        if watch:
            watched = {holder.number: holder for _, holder, _ in fresh}
            self._news += [(heir, NextInLine(holder)) for holder in watched.values()]


def _belongs(other: LeaseRow, lease: LeaseRow) -> bool:
    """Tell whether a lease is this one, or was taken along with it as a part."""
    return other.lease.token == lease.lease.token or (
        other.lease.part_of == lease.lease.key
        and other.lease.claim == lease.lease.claim
        and other.lease.want == lease.lease.want
    )
