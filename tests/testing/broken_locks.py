"""Lock strategies that each break one promise of the contract."""

from __future__ import annotations

import random
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import attrs

from rotest_backends.locks.casualties import Casualties
from rotest_backends.locks.host import HostLocks
from rotest_backends.locks.memory import MemoryLocks, MemorySession
from rotest_backends.locks.sqlite import SqliteBooks
from rotest_core.allocation.board import Board
from rotest_core.allocation.ledger import Ledger, News
from rotest_core.allocation.queue import MemoryQueue
from rotest_core.allocation.rows import ClaimRow, LeaseRow, SessionRow
from rotest_core.allocation.schedule import Line
from rotest_core.errors import DeadlockError
from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import (
    Candidate,
    Claim,
    ClaimExpired,
    Grant,
    HeldLease,
    Lease,
    LeaseWanted,
    LockEvent,
    LockStatus,
    LockStep,
    Notice,
    Owner,
    Want,
)

# Ledgers that decide wrongly


class ChangesClaims(Ledger):
    """Do something else than what was asked for."""

    def change(self, claim: Claim) -> Claim:
        return claim

    def submit(self, session: int, claim: Claim, now: float, *, again: bool = True) -> Grant | None:
        return super().submit(session, self.change(claim), now, again=again)


class ChangesCandidates(ChangesClaims):
    def change(self, claim: Claim) -> Claim:
        wants = [attrs.evolve(want, candidates=self.candidates(want.candidates)) for want in claim.wants]
        return attrs.evolve(claim, wants=tuple(map(self.want, wants)))

    def candidates(self, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        return candidates

    def want(self, want: Want) -> Want:
        return want


class ReversesCandidates(ChangesCandidates):
    def candidates(self, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        return candidates[::-1]


class IgnoresCapacity(ChangesCandidates):
    def candidates(self, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        return tuple(attrs.evolve(candidate, capacity=1) for candidate in candidates)


class ForgetsParts(ChangesCandidates):
    def candidates(self, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        return tuple(attrs.evolve(candidate, parts=()) for candidate in candidates)


class SharesNothing(ChangesCandidates):
    def want(self, want: Want) -> Want:
        return attrs.evolve(want, exclusive=True)


class IgnoresPriority(ChangesClaims):
    def change(self, claim: Claim) -> Claim:
        return attrs.evolve(claim, priority=0)


class QueuesTries(ChangesClaims):
    def change(self, claim: Claim) -> Claim:
        return attrs.evolve(claim, wait=None) if claim.wait == 0 else claim


class NeverExpires(ChangesClaims):
    def change(self, claim: Claim) -> Claim:
        return attrs.evolve(claim, wait=None) if claim.wait else claim


class LetsCyclesWait(ChangesClaims):
    def change(self, claim: Claim) -> Claim:
        return attrs.evolve(claim, within=())


class RefusesToNest(Ledger):
    def submit(self, session: int, claim: Claim, now: float, *, again: bool = True) -> Grant | None:
        grant = super().submit(session, claim, now, again=again)
        if grant is None and claim.within:
            raise DeadlockError("it might come to a cycle")
        return grant


class FirstCapacityCounts(Ledger):
    def __init__(self) -> None:
        super().__init__()
        self.told: dict[RecordKey, int] = {}

    def submit(self, session: int, claim: Claim, now: float, *, again: bool = True) -> Grant | None:
        def first(candidate: Candidate) -> Candidate:
            capacity = self.told.setdefault(candidate.key, candidate.capacity)
            return attrs.evolve(candidate, capacity=capacity)

        wants = [attrs.evolve(want, candidates=tuple(map(first, want.candidates))) for want in claim.wants]
        return super().submit(session, attrs.evolve(claim, wants=tuple(wants)), now, again=again)


class Bottomless(Board):
    def take(self, record: int, exclusive: bool) -> bool:
        return False

    def give(self, record: int, exclusive: bool) -> None:
        pass

    def copy(self) -> Board:
        return self


class IgnoresBusy(Ledger):
    def submit(self, session: int, claim: Claim, now: float, *, again: bool = True) -> Grant | None:
        self.book.holdings.board = Bottomless({})
        self.forget_outlook()
        return super().submit(session, claim, now, again=again)


class OneByOne(Ledger):
    """Serve the wants of a claim one after the other, first come, first served."""

    def submit(self, session: int, claim: Claim, now: float, *, again: bool = True) -> Grant | None:
        leases: list[Lease] = []
        for want in claim.wants:
            grant = super().submit(session, attrs.evolve(claim, wants=(want,), wait=0), now)
            if grant is not None:
                leases += grant.leases
        if len([lease for lease in leases if lease.part_of is None]) == len(claim.wants):
            return Grant(claim.id, tuple(leases))
        self.fail(session, leases, now)
        return None

    def fail(self, session: int, leases: list[Lease], now: float) -> None:
        self.release(session, leases, now)


class HoldsAndWaits(OneByOne):
    def fail(self, session: int, leases: list[Lease], now: float) -> None:
        pass


class NothingPinned(MemoryQueue):
    def lines(self) -> Sequence[Line]:
        return [line._replace(pins=False) for line in super().lines()]


class KeepsNothing(Ledger):
    def __init__(self) -> None:
        super().__init__(queue=NothingPinned())

    def submit(self, session: int, claim: Claim, now: float, *, again: bool = True) -> Grant | None:
        self.forget_outlook()
        return super().submit(session, claim, now, again=again)


class LastComeFirstServed(Ledger):
    def _row(self, session: int, claim: Claim, now: float, old: ClaimRow | None) -> ClaimRow:
        row = super()._row(session, claim, now, old)
        return row._replace(place=-row.place)


class StrictOrder(Ledger):
    def submit(self, session: int, claim: Claim, now: float, *, again: bool = True) -> Grant | None:
        return None if self.queue.rows() else super().submit(session, claim, now, again=again)


class CancelsOnly(Ledger):
    def cancel(self, session: int, claim: str, now: float) -> bool:
        row = self.queue.find(claim)
        if row is not None:
            self.queue.remove(row)
        return row is not None


class LosesPlaces(Ledger):
    def submit(self, session: int, claim: Claim, now: float, *, again: bool = True) -> Grant | None:
        self.cancel(session, claim.id, now)
        return super().submit(session, claim, now, again=again)


class KeepsOldWants(Ledger):
    def submit(self, session: int, claim: Claim, now: float, *, again: bool = True) -> Grant | None:
        if self.queue.find(claim.id) is not None:
            return None
        return super().submit(session, claim, now, again=again)


class WakesNobody(Ledger):
    def take_news(self) -> list[tuple[SessionRow, News]]:
        super().take_news()
        return []


class FallingTokens(Ledger):
    def submit(self, session: int, claim: Claim, now: float, *, again: bool = True) -> Grant | None:
        self.book.epoch -= 1
        return super().submit(session, claim, now, again=again)


class ForgetsDirt(Ledger):
    def release(
        self, session: int, leases: Sequence[Lease], now: float, *, dirty: bool = False
    ) -> list[Lease]:
        return super().release(session, leases, now)


class LeavesClean(Ledger):
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
        super()._finish(rows, step, owner, now, dirty=False, reason=reason)


class EndsWholesOnly(Ledger):
    def end(self, key: RecordKey, now: float, *, reason: str) -> list[tuple[SessionRow, LeaseRow]]:
        return super().end(key, now, reason=reason)[:1]


class EndsHeldOnly(Ledger):
    def end(self, key: RecordKey, now: float, *, reason: str) -> list[tuple[SessionRow, LeaseRow]]:
        ended = super().end(key, now, reason=reason)
        if not ended:
            raise KeyError(key)
        return ended


class EndsNoHolds(Ledger):
    def end(self, key: RecordKey, now: float, *, reason: str) -> list[tuple[SessionRow, LeaseRow]]:
        if any(session.reservation for session in self.sessions.rows()):
            return []
        return super().end(key, now, reason=reason)


class ReleasesByName(Ledger):
    """Free a record whoever has it now, and by whatever token."""

    def release(
        self, session: int, leases: Sequence[Lease], now: float, *, dirty: bool = False
    ) -> list[Lease]:
        lost: list[Lease] = []
        for lease in leases:
            record = self.records.find(lease.key)
            standing = [] if record is None else list(self.book.holdings.of_record(record))
            for row in standing:
                lost += super().release(row.session, [row.lease], now, dirty=dirty)
        return lost


class ForgivesReleases(Ledger):
    def release(
        self, session: int, leases: Sequence[Lease], now: float, *, dirty: bool = False
    ) -> list[Lease]:
        super().release(session, leases, now, dirty=dirty)
        return []


class HoldsNothing(Ledger):
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
        return []


class HoldsForEver(Ledger):
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
        return super().hold(session, leases, now, name=name, duration=float("inf"), reason=reason)


class TellsNoHolder(Ledger):
    def take_news(self) -> list[tuple[SessionRow, News]]:
        return [(session, news) for session, news in super().take_news() if not isinstance(news, LeaseWanted)]

    def wanted(self, session: int) -> list[Lease]:
        return []


class TellsOfAllLeases(Ledger):
    def wanted(self, session: int) -> list[Lease]:
        return [row.lease for row in self.book.holdings.of_session(session)]


class NeverHandsOver(Ledger):
    def adopt(self, session: int, name: str, now: float) -> Grant | None:
        return None


# Strategies and sessions that behave wrongly


class BrokenSession(MemorySession):
    """Stand for a session of a broken strategy."""


class BrokenStrategy(MemoryLocks):
    session_type: type[MemorySession] = BrokenSession

    def open(self, owner: Owner, *, ttl: float) -> MemorySession:
        session = super().open(owner, ttl=ttl)
        session.__class__ = self.session_type
        return session


class AnswersLate(BrokenSession):
    def submit(self, claim: Claim) -> Grant | None:
        grant = super().submit(claim)
        if grant is not None:
            self._notices.append(grant)
        return None


class LosesLateGrants(BrokenSession):
    def cancel(self, claim: str) -> Grant | None:
        super().cancel(claim)
        return None


class WorksWhenClosed(BrokenSession):
    def submit(self, claim: Claim) -> Grant | None:
        if self._ledger.sessions.get(self._number) is None:
            return None
        return super().submit(claim)


class OneThreadOnly(BrokenSession):
    thread: threading.Thread | None = None

    def submit(self, claim: Claim) -> Grant | None:
        if self.thread is None:
            self.thread = threading.current_thread()
        if self.thread is not threading.current_thread():
            raise RuntimeError("used in another thread")
        return super().submit(claim)


class OneCallAtATime(BrokenSession):
    waiting = False

    def wait(self, timeout: float) -> Sequence[Notice]:
        self.waiting = True
        try:
            return super().wait(timeout)
        finally:
            self.waiting = False

    def submit(self, claim: Claim) -> Grant | None:
        if claim.wants[0].candidates[0].key.name == "B":
            while not self.waiting:
                threading.Event().wait(0.001)
            raise RuntimeError("another thread waits")
        return super().submit(claim)


class ExpiresUntold(BrokenSession):
    def wait(self, timeout: float) -> Sequence[Notice]:
        return [notice for notice in super().wait(timeout) if not isinstance(notice, ClaimExpired)]


class EndsSilently(BrokenStrategy):
    def end(self, key: RecordKey, *, reason: str) -> Sequence[HeldLease]:
        ended = super().end(key, reason=reason)
        for session in self._sessions.values():
            session._notices.clear()
        return ended


class ShowsHoldersOnly(BrokenStrategy):
    def status(self) -> LockStatus:
        return attrs.evolve(super().status(), waiting=())


class RemembersNothing(BrokenStrategy):
    def history(self, *, after: int = 0) -> Sequence[LockEvent]:
        return []


# Strategies of several processes


class NeverReaps(HostLocks):
    def reap(self, suspects: Collection[int] | None = None) -> bool:
        return False

    def bury(self, casualties: Casualties) -> bool:
        return False


class NeverBeats(HostLocks):
    def _beat_once(self) -> None:
        pass


class ReapsTheLiving(HostLocks):
    """Take a living process for dead now and then."""

    def bury(self, casualties: Casualties) -> bool:
        if random.random() < 0.5:
            numbers = self.look(lambda ledger: [row.number for row in ledger.sessions.rows()])
            casualties = (
                Casualties(False, {random.choice(numbers): "it looked dead"}) if numbers else casualties
            )
        return super().bury(casualties)


class ReapsEarly(HostLocks):
    def bury(self, casualties: Casualties) -> bool:
        def silent(ledger: Ledger) -> Mapping[int, str]:
            rows: Iterable[SessionRow] = ledger.sessions.overdue(_now() + 1.0)
            return {row.number: "it beat long ago" for row in rows}

        return super().bury(Casualties(False, {**self.look(silent), **casualties.dead}))


def _now() -> float:
    import time

    return time.monotonic()


def open_never_reaping(path: Path) -> HostLocks:
    return NeverReaps(SqliteBooks(path))


def open_never_beating(path: Path) -> HostLocks:
    return NeverBeats(SqliteBooks(path))


def open_reaping_the_living(path: Path) -> HostLocks:
    return ReapsTheLiving(SqliteBooks(path))


def open_reaping_early(path: Path) -> HostLocks:
    return ReapsEarly(SqliteBooks(path))


def open_memory(path: Path) -> MemoryLocks:
    return MemoryLocks()
