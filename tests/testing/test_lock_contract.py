"""The lock contract catches strategies that break it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis.errors import Flaky

from rotest_backends.locks.memory import MemoryLocks, MemorySession
from rotest_core.allocation.ledger import Ledger
from rotest_core.errors import LeaseLostError
from rotest_core.plugin.protocols.locks import LockStrategy
from rotest_core.testing import LockStrategyContract, SharedLockStrategyContract
from rotest_core.testing.locks.actor import Actor
from rotest_core.testing.locks.machine import check_against_model
from rotest_core.testing.locks.processes import SHORT_TTL
from rotest_core.testing.locks.sessions import TTL, Opened, OpenStrategy, with_patience
from tests.testing import broken_locks as broken

CHECKS = sorted(name for name in dir(LockStrategyContract) if name.startswith("test_"))
PROCESS_CHECKS = sorted(
    {name for name in dir(SharedLockStrategyContract) if name.startswith("test_")} - {*CHECKS}
)


def with_ledger(ledger_type: type[Ledger]) -> Callable[[], LockStrategy]:
    return lambda: MemoryLocks(ledger_type())


def with_session(session_type: type[MemorySession]) -> Callable[[], LockStrategy]:
    def make() -> LockStrategy:
        strategy = broken.BrokenStrategy()
        strategy.session_type = session_type
        return strategy

    return make


def failure(check: str, strategy: LockStrategy) -> BaseException | None:
    """Run one check of the contract and return what it found."""
    opened = Opened(lambda: strategy)
    try:
        with with_patience(0.05):
            getattr(LockStrategyContract(), check)(opened)
    except (Exception, pytest.fail.Exception) as found:
        return found
    finally:
        opened.close()
    return None


@pytest.mark.parametrize("check", CHECKS)
def test_a_good_strategy_passes(check: str) -> None:
    assert failure(check, broken.BrokenStrategy()) is None


@pytest.mark.parametrize(
    ("check", "make"),
    [
        ("test_grants_a_free_record_at_once", with_session(broken.AnswersLate)),
        ("test_never_leases_a_record_twice", with_ledger(broken.IgnoresBusy)),
        ("test_hands_a_record_on_to_who_waits", with_ledger(broken.WakesNobody)),
        ("test_grants_all_or_nothing", with_ledger(broken.HoldsAndWaits)),
        ("test_gives_each_want_a_different_record", with_ledger(broken.OneByOne)),
        ("test_finds_an_assignment_if_there_is_one", with_ledger(broken.OneByOne)),
        ("test_prefers_candidates_in_their_order", with_ledger(broken.ReversesCandidates)),
        ("test_leases_as_many_units_as_a_record_has", with_ledger(broken.IgnoresCapacity)),
        ("test_follows_a_capacity_that_changes", with_ledger(broken.FirstCapacityCounts)),
        ("test_shares_among_those_who_would_share", with_ledger(broken.SharesNothing)),
        ("test_sharers_do_not_starve_who_wants_to_be_alone", with_ledger(broken.KeepsNothing)),
        ("test_leases_a_whole_with_its_parts", with_ledger(broken.ForgetsParts)),
        ("test_chooses_wholes_whose_parts_do_not_collide", with_ledger(broken.OneByOne)),
        ("test_serves_equals_in_the_order_in_which_they_came", with_ledger(broken.LastComeFirstServed)),
        ("test_serves_higher_priority_first", with_ledger(broken.IgnoresPriority)),
        ("test_lets_a_claim_pass_that_is_in_nobodys_way", with_ledger(broken.StrictOrder)),
        ("test_keeps_a_free_record_for_an_older_claim", with_ledger(broken.KeepsNothing)),
        ("test_lets_others_through_when_a_claim_leaves_the_queue", with_ledger(broken.CancelsOnly)),
        ("test_tries_now_without_waiting", with_ledger(broken.QueuesTries)),
        ("test_ends_a_wait_in_time", with_ledger(broken.NeverExpires)),
        ("test_ends_a_wait_in_time", with_session(broken.ExpiresUntold)),
        ("test_a_cancelled_claim_gives_back_the_grant_that_came_first", with_session(broken.LosesLateGrants)),
        ("test_a_waiting_claim_can_be_replaced_without_losing_its_place", with_ledger(broken.LosesPlaces)),
        ("test_replacing_a_claim_may_grant_it_at_once", with_ledger(broken.KeepsOldWants)),
        ("test_tokens_rise_with_every_grant", with_ledger(broken.FallingTokens)),
        ("test_a_record_given_back_in_doubt_is_dirty", with_ledger(broken.ForgetsDirt)),
        ("test_leaving_makes_dirty_what_is_still_held", with_ledger(broken.LeavesClean)),
        ("test_a_closed_session_takes_no_claims", with_session(broken.WorksWhenClosed)),
        ("test_a_lease_ended_by_force_is_told_to_its_holder", broken.EndsSilently),
        ("test_a_holder_that_gives_back_too_late_learns_why", broken.EndsSilently),
        ("test_ending_a_whole_ends_its_parts", with_ledger(broken.EndsWholesOnly)),
        ("test_ending_what_nobody_holds_does_nothing", with_ledger(broken.EndsHeldOnly)),
        ("test_releasing_what_was_lost_is_refused_and_harmless", with_ledger(broken.ReleasesByName)),
        ("test_releasing_twice_is_refused_and_harmless", with_ledger(broken.ForgivesReleases)),
        ("test_nobody_releases_what_is_anothers", with_ledger(broken.ReleasesByName)),
        ("test_a_claim_that_would_wait_for_itself_is_refused", with_ledger(broken.LetsCyclesWait)),
        ("test_a_claim_for_what_one_holds_oneself_is_refused", with_ledger(broken.LetsCyclesWait)),
        ("test_a_way_out_is_no_deadlock", with_ledger(broken.RefusesToNest)),
        ("test_who_holds_something_goes_before_who_holds_nothing", with_ledger(broken.LetsCyclesWait)),
        ("test_a_hold_outlives_its_session", with_ledger(broken.HoldsNothing)),
        ("test_a_hold_ends_by_itself", with_ledger(broken.HoldsForEver)),
        ("test_a_hold_can_be_ended", with_ledger(broken.EndsNoHolds)),
        ("test_a_hold_can_be_taken_over", with_ledger(broken.NeverHandsOver)),
        ("test_shows_who_holds_and_who_waits", broken.ShowsHoldersOnly),
        ("test_keeps_a_history", broken.RemembersNothing),
        ("test_tells_a_holder_that_somebody_waits", with_ledger(broken.TellsNoHolder)),
        ("test_tells_a_holder_that_somebody_waits", with_ledger(broken.TellsOfAllLeases)),
        ("test_tells_a_new_holder_that_others_wait_still", with_ledger(broken.TellsNoHolder)),
        ("test_tells_nobody_that_he_waits_himself", with_ledger(broken.TellsOfAllLeases)),
        ("test_tells_a_holder_with_its_next_heartbeat", with_ledger(broken.TellsNoHolder)),
        ("test_a_wanted_lease_is_still_its_holders", with_ledger(broken.TellsNoHolder)),
        ("test_serves_many_threads_of_one_session", with_session(broken.OneThreadOnly)),
        ("test_a_thread_that_waits_does_not_keep_others_from_working", with_session(broken.OneCallAtATime)),
    ],
)
def test_a_broken_strategy_is_caught(check: str, make: Callable[[], LockStrategy]) -> None:
    found = failure(check, make())
    assert found is not None
    assert not isinstance(found, NameError | TypeError)


@pytest.mark.parametrize(
    "ledger_type",
    [
        broken.IgnoresBusy,
        broken.WakesNobody,
        broken.HoldsAndWaits,
        broken.OneByOne,
        broken.ForgetsParts,
        broken.KeepsNothing,
        broken.LastComeFirstServed,
        broken.IgnoresPriority,
        broken.StrictOrder,
        broken.CancelsOnly,
        broken.FallingTokens,
        broken.ForgetsDirt,
        broken.EndsWholesOnly,
        broken.NeverHandsOver,
    ],
)
def test_the_model_contradicts_a_broken_strategy(ledger_type: type[Ledger]) -> None:
    strategy = MemoryLocks(ledger_type())
    with pytest.raises((AssertionError, LeaseLostError, Flaky)):
        check_against_model(Opened(lambda: strategy), examples=300, shrink=False)
    strategy.close()


def test_every_check_is_shown_to_catch_something() -> None:
    assert _checks_of(test_a_broken_strategy_is_caught) == {*CHECKS} - {"test_does_what_the_model_says"}


def process_failure(check: str, open_strategy: OpenStrategy, directory: Path) -> BaseException | None:
    """Run one check of the contract for several processes and return what it found."""
    actors: list[Actor] = []

    def open_actor(run: str = "actor", *, ttl: float = TTL) -> Actor:
        actors.append(Actor(open_strategy, run, ttl=ttl))
        return actors[-1]

    opened = Opened(open_strategy)
    given = {
        "opened": opened,
        "open_actor": open_actor,
        "open_strategy": open_strategy,
        "tmp_path": directory,
    }
    function = getattr(SharedLockStrategyContract(), check)
    try:
        with with_patience(SHORT_TTL if "silent" in check else 0.3):
            function(**{name: given[name] for name in inspect.signature(function).parameters})
    except (Exception, pytest.fail.Exception) as found:
        return found
    finally:
        for actor in actors:
            actor.close()
        opened.close()
    return None


@pytest.mark.parametrize(
    ("check", "open_strategy"),
    [
        ("test_hands_over_between_processes", broken.open_memory),
        ("test_a_dead_holder_is_replaced_while_somebody_waits", broken.open_never_reaping),
        ("test_a_holder_that_died_before_anybody_waited_is_replaced", broken.open_never_reaping),
        ("test_a_dead_waiter_is_passed_over", broken.open_never_reaping),
        ("test_a_holder_that_fell_silent_is_replaced_in_time_and_fenced_off", broken.open_never_reaping),
        ("test_a_holder_that_fell_silent_is_replaced_in_time_and_fenced_off", broken.open_reaping_early),
        ("test_a_busy_holder_keeps_its_lease", broken.open_never_beating),
        ("test_survives_the_death_of_any_process_at_any_moment", broken.open_reaping_the_living),
    ],
)
def test_a_broken_strategy_of_several_processes_is_caught(
    check: str, open_strategy: Callable[[Path], LockStrategy], tmp_path: Path
) -> None:
    assert process_failure(check, partial(open_strategy, tmp_path / "leases"), tmp_path) is not None


def test_every_check_of_several_processes_is_shown_to_catch_something() -> None:
    assert _checks_of(test_a_broken_strategy_of_several_processes_is_caught) == set(PROCESS_CHECKS)


def _checks_of(test: Callable[..., None]) -> set[str]:
    (mark,) = test.pytestmark  # type: ignore[attr-defined]
    return {check for check, _ in mark.args[1]}
