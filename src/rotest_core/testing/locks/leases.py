"""What every lock strategy must do with leases that stand, end, and are lost."""

from __future__ import annotations

import threading
import time

import pytest

from rotest_core.errors import DeadlockError, LeaseError, LeaseLostError
from rotest_core.plugin.protocols.locks import Grant, LockSession, LockStep
from rotest_core.testing.locks.claims import claim, key, names
from rotest_core.testing.locks.history import check_history, held_at_end
from rotest_core.testing.locks.machine import check_against_model
from rotest_core.testing.locks.sessions import (
    Opened,
    expect_grant,
    expect_loss,
    expect_nothing,
    patience,
    take,
)


class LeaseContract:
    """Prove what becomes of leases; part of `LockStrategyContract`."""

    def test_tokens_rise_with_every_grant(self, opened: Opened) -> None:
        """Each lease of a record has a higher token than all before it, in whatever session."""
        first, second = opened.session("a"), opened.session("b")
        tokens: list[int] = []
        for session in (first, second, first):
            grant = take(session, claim("A", "B"))
            tokens += [lease.token for lease in grant.leases]
            session.release(grant.leases)
        assert tokens == sorted(set(tokens))

    def test_a_record_given_back_in_doubt_is_dirty(self, opened: Opened) -> None:
        """It stays dirty until somebody has given it back clean."""
        session = opened.session("a")
        session.release(take(session, claim("A")).leases, dirty=True)
        again = take(session, claim("A"))
        assert again.leases[0].dirty
        session.release(again.leases)
        assert not take(session, claim("A")).leases[0].dirty

    def test_leaving_makes_dirty_what_is_still_held(self, opened: Opened) -> None:
        """A session that closes gives back its leases, dirty, and its claims leave the queue."""
        first, second = opened.session("a"), opened.session("b")
        take(first, claim("A"))
        assert first.submit(claim("A", "B")) is None
        waiting = claim("A")
        assert second.submit(waiting) is None
        first.close()
        first.close()
        assert expect_grant(second, waiting).leases[0].dirty
        assert opened.strategy().status().waiting == ()

    def test_a_closed_session_takes_no_claims(self, opened: Opened) -> None:
        """Using it again is an error, not a lease that nobody holds."""
        session = opened.session("a")
        session.close()
        with pytest.raises(LeaseError):
            session.submit(claim("A"))
        assert opened.strategy().status().held == ()

    def test_a_lease_ended_by_force_is_told_to_its_holder(self, opened: Opened) -> None:
        """The holder learns the reason; who waits gets the record, dirty."""
        first, second = opened.session("a"), opened.session("b")
        grant = take(first, claim("A", label="slow test"))
        waiting = claim("A")
        assert second.submit(waiting) is None
        (ended,) = opened.strategy().end(key("A"), reason="the rack moves")
        assert (ended.lease, ended.owner.run, ended.label) == (grant.leases[0], "a", "slow test")
        lost = expect_loss(first)
        assert (lost.lease, lost.reason) == (grant.leases[0], "the rack moves")
        assert expect_grant(second, waiting).leases[0].dirty

    def test_a_holder_that_gives_back_too_late_learns_why(self, opened: Opened) -> None:
        """Whoever comes to know of the loss by the refusal is told the reason as well."""
        session = opened.session("a")
        grant = take(session, claim("A"))
        opened.strategy().end(key("A"), reason="the rack moves")
        with pytest.raises(LeaseLostError):
            session.release(grant.leases)
        assert expect_loss(session).reason == "the rack moves"

    def test_ending_a_whole_ends_its_parts(self, opened: Opened) -> None:
        """All that was leased with a record goes with it; other leases of the claim stay."""
        session = opened.session("a")
        take(session, claim("R[P]", "A"))
        ended = opened.strategy().end(key("R"), reason="broken")
        assert {held.lease.key.name for held in ended} == {"R", "P"}
        assert [held.lease.key.name for held in opened.strategy().status().held] == ["A"]

    def test_ending_what_nobody_holds_does_nothing(self, opened: Opened) -> None:
        """Neither for a record that is free nor for one that nobody ever named."""
        session = opened.session("a")
        session.release(take(session, claim("A")).leases)
        strategy = opened.strategy()
        assert list(strategy.end(key("A"), reason="")) == []
        assert list(strategy.end(key("never heard of"), reason="")) == []

    def test_releasing_what_was_lost_is_refused_and_harmless(self, opened: Opened) -> None:
        """A former holder cannot give back what is another's now."""
        first, second = opened.session("a"), opened.session("b")
        stale = take(first, claim("A", "B"))
        opened.strategy().end(key("A"), reason="broken")
        grant = take(second, claim("A"))
        with pytest.raises(LeaseLostError, match="A"):
            first.release(stale.leases)
        held = {lease.lease.key.name: lease.lease for lease in opened.strategy().status().held}
        assert held == {"A": grant.leases[0]}

    def test_releasing_twice_is_refused_and_harmless(self, opened: Opened) -> None:
        """The second time the lease is no longer the session's."""
        first, second = opened.session("a"), opened.session("b")
        grant = take(first, claim("A"))
        first.release(grant.leases)
        take(second, claim("A"))
        with pytest.raises(LeaseLostError):
            first.release(grant.leases)
        assert second.submit(claim("A", wait=0)) is None

    def test_nobody_releases_what_is_anothers(self, opened: Opened) -> None:
        """A lease belongs to the session that it was granted to."""
        first, second = opened.session("a"), opened.session("b")
        grant = take(first, claim("A"))
        with pytest.raises(LeaseLostError):
            second.release(grant.leases)
        assert second.submit(claim("A", wait=0)) is None

    def test_a_claim_that_would_wait_for_itself_is_refused(self, opened: Opened) -> None:
        """Two who hold what the other wants are told, and not left waiting; the refused one can go on."""
        first, second = opened.session("a"), opened.session("b")
        one, two = take(first, claim("A", label="one")), take(second, claim("B", label="two"))
        waiting = claim("B", label="one", within=(one,))
        assert first.submit(waiting) is None
        with pytest.raises(DeadlockError, match=r"A.*one"):
            second.submit(claim("A", label="two", within=(two,)))
        second.release(two.leases)
        assert names(expect_grant(first, waiting)) == ["B"]

    def test_a_claim_for_what_one_holds_oneself_is_refused(self, opened: Opened) -> None:
        """Nobody waits for himself."""
        session = opened.session("a")
        grant = take(session, claim("A"))
        with pytest.raises(DeadlockError):
            session.submit(claim("A", within=(grant,)))

    def test_a_way_out_is_no_deadlock(self, opened: Opened) -> None:
        """A claim waits if some candidate is held by somebody who will give it back."""
        first, second, third = opened.session("a"), opened.session("b"), opened.session("c")
        one, two = take(first, claim("A")), take(second, claim("B"))
        free = take(third, claim("C"))
        assert first.submit(claim("B", within=(one,))) is None
        waiting = claim("A|C", within=(two,))
        assert second.submit(waiting) is None
        third.release(free.leases)
        assert names(expect_grant(second, waiting)) == ["C"]

    def test_who_holds_something_goes_before_who_holds_nothing(self, opened: Opened) -> None:
        """A claim of a running test does not wait behind tests that have not begun, which may want what it holds."""
        first, second, third = opened.session("a"), opened.session("b"), opened.session("c")
        one = take(first, claim("A"))
        other = take(third, claim("B"))
        whole = claim("A", "B")
        assert second.submit(whole) is None
        more = claim("B", within=(one,))
        assert first.submit(more) is None
        third.release(other.leases)
        two = expect_grant(first, more)
        expect_nothing(second)
        first.release([*one.leases, *two.leases])
        assert names(expect_grant(second, whole)) == ["A", "B"]

    def test_a_hold_outlives_its_session(self, opened: Opened) -> None:
        """Leases become a reservation under a name, with new tokens; the former holder is fenced off."""
        first, second = opened.session("a"), opened.session("b")
        grant = take(first, claim("A"))
        first.hold(grant.leases, name="debugging", duration=3600, reason="look at the log")
        with pytest.raises(LeaseLostError):
            first.release(grant.leases)
        first.close()
        assert second.submit(claim("A", wait=0)) is None
        (held,) = opened.strategy().status().held
        assert (held.owner.run, held.label) == ("debugging", "look at the log")
        assert held.lease.token > grant.leases[0].token
        assert 3500 < held.until - opened.strategy().status().time <= 3600

    def test_a_hold_ends_by_itself(self, opened: Opened) -> None:
        """When its time is up the record goes to who waits, dirty."""
        first, second = opened.session("a"), opened.session("b")
        first.hold(take(first, claim("A")).leases, name="debugging", duration=0.05)
        waiting = claim("A")
        second.submit(waiting)
        assert expect_grant(second, waiting).leases[0].dirty

    def test_a_hold_can_be_ended(self, opened: Opened) -> None:
        """Whoever ends the lease ends the reservation."""
        first, second = opened.session("a"), opened.session("b")
        first.hold(take(first, claim("A")).leases, name="debugging", duration=3600)
        assert len(opened.strategy().end(key("A"), reason="enough")) == 1
        take(second, claim("A"))

    def test_a_hold_can_be_taken_over(self, opened: Opened) -> None:
        """Another session adopts the leases of a name; nobody else could have had them in between."""
        first, second = opened.session("a"), opened.session("b")
        first.hold(take(first, claim("A", "R[P]")).leases, name="debugging", duration=3600)
        assert second.adopt("something else") is None
        grant = second.adopt("debugging")
        assert grant is not None
        assert {lease.key.name for lease in grant.leases} == {"A", "R", "P"}
        assert first.adopt("debugging") is None
        second.release(grant.leases)
        assert opened.strategy().status().held == ()

    def test_shows_who_holds_and_who_waits(self, opened: Opened) -> None:
        """The status names the owners, what for, since when and until when, and the places in the queue."""
        first, second, third = opened.session("a"), opened.session("b"), opened.session("c")
        grant = take(first, claim("A", label="test one"))
        asked = [claim("A", label="test two"), claim("A", label="test three")]
        assert second.submit(asked[0]) is None
        assert third.submit(asked[1]) is None
        status = opened.strategy().status()
        (held,) = status.held
        assert (held.lease, held.owner.run, held.label) == (grant.leases[0], "a", "test one")
        assert held.since <= status.time < held.until
        shown = [(waiting.claim, waiting.owner.run, waiting.position) for waiting in status.waiting]
        assert shown == [(asked[0], "b", 1), (asked[1], "c", 2)]
        assert all(held.since <= waiting.since <= status.time for waiting in status.waiting)

    def test_keeps_a_history(self, opened: Opened) -> None:
        """Every step is written down with its reason, and can be read from some point on."""
        first, second = opened.session("a"), opened.session("b")
        grant = take(first, claim("A", label="one"))
        asked = claim("A", label="two")
        second.submit(asked)
        opened.strategy().end(key("A"), reason="broken")
        second.release(expect_grant(second, asked).leases, dirty=True)
        events = opened.strategy().history()
        told = [(event.step, event.run, event.label) for event in events if event.claim]
        assert told == [
            (LockStep.GRANTED, "a", "one"),
            (LockStep.WAITING, "b", "two"),
            (LockStep.ENDED, "a", "one"),
            (LockStep.GRANTED, "b", "two"),
            (LockStep.RELEASED, "b", "two"),
        ]
        ended = next(event for event in events if event.step is LockStep.ENDED)
        assert (ended.reason, ended.leases) == ("broken", grant.leases)
        assert list(opened.strategy().history(after=ended.number)) == list(events[events.index(ended) + 1 :])
        assert check_history(events) == []
        assert held_at_end(events) == []

    def test_does_what_the_model_says(self, opened: Opened) -> None:
        """Whatever is done in whatever order, what is granted and shown is what a plain model of leases says."""
        check_against_model(opened)

    def test_serves_many_threads_of_one_session(self, opened: Opened) -> None:
        """Threads that share a session get what is theirs, and the history is without fault."""
        session = opened.session("a")
        failures: list[BaseException] = []
        rounds = 15

        def work(name: str) -> None:
            try:
                for _ in range(rounds):
                    grant = session.submit(claim(name, wait=0))
                    if grant is not None:
                        session.release(grant.leases)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(name,)) for name in ("A", "A", "B", "A|B")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert check_history(opened.strategy().history()) == []
        assert opened.strategy().status().held == ()

    def test_a_thread_that_waits_does_not_keep_others_from_working(self, opened: Opened) -> None:
        """While one thread waits for news of the session, another claims and releases through it."""
        first, second = opened.session("a"), opened.session("b")
        grant = take(first, claim("A"))
        asked = claim("A")
        assert second.submit(asked) is None
        won: list[Grant] = []
        thread = threading.Thread(target=_wait_for_grant, args=(second, won, patience()))
        thread.start()
        try:
            second.release(take(second, claim("B")).leases)
        finally:
            first.release(grant.leases)
            thread.join()
        assert [grant.claim for grant in won] == [asked.id]


def _wait_for_grant(session: LockSession, won: list[Grant], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not won and time.monotonic() < deadline:
        won += [notice for notice in session.wait(1) if isinstance(notice, Grant)]
