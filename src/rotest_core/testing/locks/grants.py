"""What every lock strategy must grant, and in which order."""

from __future__ import annotations

from rotest_core.testing.locks.claims import claim, key, names
from rotest_core.testing.locks.sessions import Opened, expect_expiry, expect_grant, expect_nothing, take


class GrantContract:
    """Prove who is granted what; part of `LockStrategyContract`."""

    def test_grants_a_free_record_at_once(self, opened: Opened) -> None:
        """A claim that can be had is had without waiting, with a lease for each want."""
        session = opened.session("a")
        asked = claim("A")
        grant = take(session, asked)
        (lease,) = grant.leases
        assert (grant.claim, lease.claim, lease.want, lease.key) == (asked.id, asked.id, "w0", key("A"))
        assert (lease.exclusive, lease.dirty, lease.part_of) == (True, False, None)

    def test_never_leases_a_record_twice(self, opened: Opened) -> None:
        """What one session holds no other gets, until it is given back."""
        first, second = opened.session("a"), opened.session("b")
        grant = take(first, claim("A"))
        assert second.submit(claim("A", wait=0)) is None
        first.release(grant.leases)
        assert names(second.submit(claim("A", wait=0))) == ["A"]

    def test_hands_a_record_on_to_who_waits(self, opened: Opened) -> None:
        """A release grants what waits for it; the waiter is told."""
        first, second = opened.session("a"), opened.session("b")
        grant = take(first, claim("A"))
        waiting = claim("A")
        assert second.submit(waiting) is None
        expect_nothing(second)
        first.release(grant.leases)
        assert names(expect_grant(second, waiting)) == ["A"]

    def test_grants_all_or_nothing(self, opened: Opened) -> None:
        """A claim that waits holds none of the records that it could have."""
        first, second = opened.session("a"), opened.session("b")
        grant = take(first, claim("A"))
        waiting = claim("A", "B")
        assert second.submit(waiting) is None
        assert [held.lease.key for held in opened.strategy().status().held] == [key("A")]
        first.release(grant.leases)
        assert names(expect_grant(second, waiting)) == ["A", "B"]

    def test_gives_each_want_a_different_record(self, opened: Opened) -> None:
        """Two wants of one claim never get the same record, even if both would share it."""
        session = opened.session("a")
        assert sorted(names(take(session, claim("A|B", "A|B")))) == ["A", "B"]
        assert session.submit(claim("~C", "~C", wait=0)) is None

    def test_finds_an_assignment_if_there_is_one(self, opened: Opened) -> None:
        """The first want makes way where a later one has no other choice."""
        session = opened.session("a")
        assert names(take(session, claim("A|B|C", "A|B", "A"))) == ["C", "B", "A"]

    def test_prefers_candidates_in_their_order(self, opened: Opened) -> None:
        """Of several free records the first named is granted."""
        session = opened.session("a")
        assert names(take(session, claim("C|A|B"))) == ["C"]
        assert names(take(session, claim("C|B|A"))) == ["B"]

    def test_leases_as_many_units_as_a_record_has(self, opened: Opened) -> None:
        """A record of capacity 2 serves two exclusive leases at once, and no third."""
        first, second = opened.session("a"), opened.session("b")
        grant = take(first, claim("A*2"))
        take(second, claim("A*2"))
        waiting = claim("A*2")
        assert second.submit(waiting) is None
        first.release(grant.leases)
        expect_grant(second, waiting)

    def test_follows_a_capacity_that_changes(self, opened: Opened) -> None:
        """What the newest claim says of a record's capacity counts."""
        session = opened.session("a")
        take(session, claim("A*2"))
        assert session.submit(claim("A*1", wait=0)) is None
        take(session, claim("A*2"))
        assert session.submit(claim("A*2", wait=0)) is None

    def test_shares_among_those_who_would_share(self, opened: Opened) -> None:
        """Any number may share a record; who wants it alone waits for the last of them."""
        first, second, third = opened.session("a"), opened.session("b"), opened.session("c")
        one, two = take(first, claim("~A")), take(second, claim("~A"))
        assert not one.leases[0].exclusive
        waiting = claim("A")
        assert third.submit(waiting) is None
        first.release(one.leases)
        expect_nothing(third)
        second.release(two.leases)
        expect_grant(third, waiting)

    def test_sharers_do_not_starve_who_wants_to_be_alone(self, opened: Opened) -> None:
        """Nobody comes to share a record for which an older claim waits."""
        first, second, third = opened.session("a"), opened.session("b"), opened.session("c")
        shared = take(first, claim("~A"))
        alone, late = claim("A"), claim("~A")
        assert second.submit(alone) is None
        assert third.submit(late) is None
        first.release(shared.leases)
        grant = expect_grant(second, alone)
        second.release(grant.leases)
        expect_grant(third, late)

    def test_leases_a_whole_with_its_parts(self, opened: Opened) -> None:
        """Parts are leased with their whole, and a part that is taken keeps the whole from others."""
        first, second = opened.session("a"), opened.session("b")
        grant = take(first, claim("R[P,Q]"))
        assert {(lease.key.name, lease.part_of) for lease in grant.leases} == {
            ("R", None),
            ("P", key("R")),
            ("Q", key("R")),
        }
        assert second.submit(claim("P", wait=0)) is None
        first.release(grant.leases)
        part = take(second, claim("P"))
        assert first.submit(claim("R[P,Q]", wait=0)) is None
        second.release(part.leases)
        take(first, claim("R[P,Q]"))

    def test_chooses_wholes_whose_parts_do_not_collide(self, opened: Opened) -> None:
        """Two wholes that need the same part are not granted together where others would do."""
        session = opened.session("a")
        assert names(take(session, claim("R1[P]|R2[P]|R3[Q]", "R1[P]"))) == ["R3", "R1"]

    def test_serves_equals_in_the_order_in_which_they_came(self, opened: Opened) -> None:
        """Of claims that want the same, the oldest is granted first."""
        holder = opened.session("holder")
        waiters = [opened.session(f"waiter{place}") for place in range(3)]
        grant = take(holder, claim("A"))
        asked = [claim("A") for _ in waiters]
        for waiter, wanted in zip(waiters, asked, strict=True):
            assert waiter.submit(wanted) is None
        for waiter, wanted in zip(waiters, asked, strict=True):
            holder.release(grant.leases)
            grant, holder = expect_grant(waiter, wanted), waiter

    def test_serves_higher_priority_first(self, opened: Opened) -> None:
        """A younger claim of higher priority goes before older ones."""
        first, second, third = opened.session("a"), opened.session("b"), opened.session("c")
        grant = take(first, claim("A"))
        low, high = claim("A"), claim("A", priority=1)
        assert second.submit(low) is None
        assert third.submit(high) is None
        first.release(grant.leases)
        grant = expect_grant(third, high)
        expect_nothing(second)
        third.release(grant.leases)
        expect_grant(second, low)

    def test_lets_a_claim_pass_that_is_in_nobodys_way(self, opened: Opened) -> None:
        """A younger claim overtakes one that waits for other records."""
        first, second, third = opened.session("a"), opened.session("b"), opened.session("c")
        take(first, claim("A"))
        assert second.submit(claim("A")) is None
        take(third, claim("A|B"))

    def test_keeps_a_free_record_for_an_older_claim(self, opened: Opened) -> None:
        """A younger claim does not get what an older one needs, though it is free."""
        first, second, third = opened.session("a"), opened.session("b"), opened.session("c")
        grant = take(first, claim("A"))
        older, younger = claim("A", "B"), claim("B")
        assert second.submit(older) is None
        assert third.submit(younger) is None
        first.release(grant.leases)
        grant = expect_grant(second, older)
        expect_nothing(third)
        second.release(grant.leases)
        expect_grant(third, younger)

    def test_lets_others_through_when_a_claim_leaves_the_queue(self, opened: Opened) -> None:
        """What was kept for a claim is free again when it is cancelled."""
        first, second, third = opened.session("a"), opened.session("b"), opened.session("c")
        take(first, claim("A"))
        older, younger = claim("A", "B"), claim("B")
        assert second.submit(older) is None
        assert third.submit(younger) is None
        assert second.cancel(older.id) is None
        expect_grant(third, younger)

    def test_tries_now_without_waiting(self, opened: Opened) -> None:
        """A claim that may not wait never stands in the queue."""
        first, second = opened.session("a"), opened.session("b")
        take(first, claim("A"))
        assert second.submit(claim("A", wait=0)) is None
        assert second.submit(claim("A", wait=0, priority=5)) is None
        assert opened.strategy().status().waiting == ()

    def test_ends_a_wait_in_time(self, opened: Opened) -> None:
        """A claim that has waited as long as it may is told so, and is never granted afterwards."""
        first, second = opened.session("a"), opened.session("b")
        grant = take(first, claim("A"))
        asked = claim("A", wait=0.05)
        assert second.submit(asked) is None
        expect_expiry(second, asked)
        first.release(grant.leases)
        expect_nothing(second)
        assert opened.strategy().status().held == ()

    def test_a_cancelled_claim_gives_back_the_grant_that_came_first(self, opened: Opened) -> None:
        """Who cancels too late learns what was granted meanwhile, so that it can be released."""
        first, second = opened.session("a"), opened.session("b")
        grant = take(first, claim("A"))
        asked = claim("A")
        assert second.submit(asked) is None
        first.release(grant.leases)
        late = second.cancel(asked.id)
        assert names(late) == ["A"]
        expect_nothing(second)
        assert late is not None
        second.release(late.leases)

    def test_a_waiting_claim_can_be_replaced_without_losing_its_place(self, opened: Opened) -> None:
        """Submitting again under the same id changes the wants and keeps the place."""
        first, second, third = opened.session("a"), opened.session("b"), opened.session("c")
        grant = take(first, claim("A", "B"))
        older = claim("A")
        assert second.submit(older) is None
        younger = claim("B")
        assert third.submit(younger) is None
        changed = claim("B", identifier=older.id)
        assert second.submit(changed) is None
        first.release(grant.leases)
        grant = expect_grant(second, changed)
        assert names(grant) == ["B"]
        expect_nothing(third)
        second.release(grant.leases)
        expect_grant(third, younger)

    def test_replacing_a_claim_may_grant_it_at_once(self, opened: Opened) -> None:
        """A record that has come into the inventory serves who waits."""
        first, second = opened.session("a"), opened.session("b")
        take(first, claim("A"))
        asked = claim("A")
        assert second.submit(asked) is None
        assert names(second.submit(claim("A|B", identifier=asked.id))) == ["B"]
        assert opened.strategy().status().waiting == ()
