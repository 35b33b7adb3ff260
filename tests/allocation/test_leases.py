"""Leasing for the requests of a test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

from rotest_backends.locks.memory import MemoryLocks
from rotest_backends.stores.memory import MemoryStore
from rotest_core.allocation.inventory import Inventory
from rotest_core.allocation.leases import Allocation, ClaimWithdrawn, Leases
from rotest_core.allocation.owner import current_owner
from rotest_core.errors import ClaimTimeoutError, DeadlockError, NoSuchResourceError
from rotest_core.model.record import Record, RecordKey
from rotest_core.model.request import Request
from rotest_core.plugin.protocols.locks import LockStep
from tests.allocation.lighthouses import Foghorn, Lamp, LampData, Lighthouse

LAMP: Request[Lamp] = Lamp.request().bound("lamp")
SPARE: Request[Lamp] = Lamp.request().bound("spare")
BRIGHT: Request[Lamp] = Lamp.request(watts__gte=1000).bound("bright")


def lamp(name: str, watts: int = 100) -> Record:
    return Record(type="Lamp", name=name, fields={"watts": watts})


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    store.apply(put=[lamp("a"), lamp("b", 1000)])
    return store


@pytest.fixture
def strategy() -> Iterator[MemoryLocks]:
    strategy = MemoryLocks()
    yield strategy
    strategy.close()


OpenLeases = Callable[[str], Leases]


@pytest.fixture
def open_leases(store: MemoryStore, strategy: MemoryLocks) -> Iterator[OpenLeases]:
    opened: list[Leases] = []

    def opener(run: str) -> Leases:
        leases = Leases(Inventory(store, user="ann"), strategy, current_owner(run, user="ann"), ttl=30)
        opened.append(leases)
        return leases

    yield opener
    for leases in opened:
        leases.close()


class Waiter:
    """Acquire in a thread of its own, and tell what comes of it."""

    def __init__(self, leases: Leases, *requests: Request[Any], **options: Any) -> None:
        self.reasons: list[str] = []
        self.result: Allocation | BaseException | None = None
        self.waits = threading.Event()
        self._thread = threading.Thread(target=self._acquire, args=(leases, requests, options))
        self._thread.start()

    def _acquire(self, leases: Leases, requests: tuple[Request[Any], ...], options: dict[str, Any]) -> None:
        try:
            self.result = leases.acquire(requests, label="waiter", on_waiting=self._tell, **options)
        except BaseException as error:
            self.result = error

    def _tell(self, reason: str) -> None:
        self.reasons.append(reason)
        self.waits.set()

    def wait_until_it_waits(self) -> None:
        assert self.waits.wait(10)

    def get(self) -> Allocation:
        self._thread.join()
        assert isinstance(self.result, Allocation), self.result
        return self.result

    def error(self) -> BaseException:
        self._thread.join()
        assert isinstance(self.result, BaseException), self.result
        return self.result


def names(allocation: Allocation) -> list[str | None]:
    return [entry.record.name if entry.record else None for entry in allocation.entries]


def test_gives_records_and_typed_data_in_the_order_of_the_requests(open_leases: OpenLeases) -> None:
    allocation = open_leases("run").acquire([SPARE, BRIGHT], label="test")
    spare, bright = allocation.entries
    assert (spare.request, bright.request) == (SPARE, BRIGHT)
    assert names(allocation) == ["a", "b"]
    assert bright.data == LampData(name="b", watts=1000)
    assert bright.token > spare.token > 0
    assert not spare.dirty


def test_services_need_no_lease(open_leases: OpenLeases, strategy: MemoryLocks) -> None:
    horn: Request[Foghorn] = Foghorn.request().bound("horn")
    allocation = open_leases("run").acquire([horn, LAMP], label="test")
    assert names(allocation) == [None, "a"]
    assert allocation.entries[0].token == 0
    assert names(open_leases("other").acquire([horn], label="test", wait=0)) == [None]
    assert len(strategy.status().held) == 1


def test_parts_come_along_and_make_the_whole_dirty(open_leases: OpenLeases, store: MemoryStore) -> None:
    store.apply(put=[Record(type="Lighthouse", name="north", fields={"height": 9, "lamp": "a"})])
    leases = open_leases("run")
    leases.release(leases.acquire([Lamp.request(name="a").bound("lamp")], label="test"), dirty=True)
    (house,) = leases.acquire([Lighthouse.request().bound("house")], label="test").entries
    assert [part.key.name for part in house.parts] == ["a"]
    assert house.lease is not None
    assert not house.lease.dirty
    assert house.dirty


def test_a_request_that_nothing_could_serve_fails_at_once(
    open_leases: OpenLeases, strategy: MemoryLocks
) -> None:
    with pytest.raises(NoSuchResourceError, match="watts"):
        open_leases("run").acquire([LAMP, Lamp.request(watts__gt=5000).bound("sun")], label="test")
    assert strategy.status().held == ()


def test_more_requests_than_records_fail_at_once(open_leases: OpenLeases) -> None:
    third: Request[Lamp] = Lamp.request().bound("third")
    with pytest.raises(NoSuchResourceError, match=r"different records.*Lamp/a"):
        open_leases("run").acquire([LAMP, SPARE, third], label="test")


def test_a_record_that_is_taken_is_not_one_that_does_not_exist(open_leases: OpenLeases) -> None:
    open_leases("first").acquire([LAMP, SPARE], label="the long test")
    with pytest.raises(ClaimTimeoutError, match=r"cannot be had now.*ann@.*run first.*the long test"):
        open_leases("second").acquire([BRIGHT], label="test", wait=0)


def test_waits_tells_why_and_is_granted(open_leases: OpenLeases) -> None:
    first = open_leases("first")
    held = first.acquire([LAMP, SPARE], label="the long test")
    waiter = Waiter(open_leases("second"), BRIGHT)
    waiter.wait_until_it_waits()
    assert "bright: the only record that matches: b is held by ann@" in waiter.reasons[0]
    assert "for the long test since" in waiter.reasons[0]
    assert waiter.reasons[0].endswith("place 1 of 1 in the queue")
    first.release(held, names=["spare"])
    assert names(waiter.get()) == ["b"]
    assert waiter.get().waited > 0


def test_gives_up_when_the_time_is_up(open_leases: OpenLeases, strategy: MemoryLocks) -> None:
    open_leases("first").acquire([LAMP, SPARE], label="the long test")
    with pytest.raises(ClaimTimeoutError, match=r"bright not to be had within 0\.05 s: .*the long test"):
        open_leases("second").acquire([BRIGHT], label="test", wait=0.05)
    assert strategy.status().waiting == ()


def test_follows_the_inventory_while_it_waits(open_leases: OpenLeases, store: MemoryStore) -> None:
    open_leases("first").acquire([BRIGHT], label="test")
    waiter = Waiter(open_leases("second"), BRIGHT)
    waiter.wait_until_it_waits()
    store.apply(put=[lamp("c", 2000)])
    assert names(waiter.get()) == ["c"]


def test_fails_when_nothing_is_left_that_could_serve_it(open_leases: OpenLeases, store: MemoryStore) -> None:
    open_leases("first").acquire([BRIGHT], label="test")
    waiter = Waiter(open_leases("second"), BRIGHT)
    waiter.wait_until_it_waits()
    store.apply(put=[attrs.evolve(lamp("b", 1000), usable=False, unusable_reason="smoke", version=1)])
    assert isinstance(waiter.error(), NoSuchResourceError)
    assert "smoke" in str(waiter.error())


def test_a_claim_that_is_not_wanted_any_more_is_withdrawn(
    open_leases: OpenLeases, strategy: MemoryLocks
) -> None:
    open_leases("first").acquire([BRIGHT], label="test")
    waiter = Waiter(open_leases("second"), BRIGHT, wanted=lambda: False)
    assert isinstance(waiter.error(), ClaimWithdrawn)
    assert strategy.status().waiting == ()


def test_threads_that_wait_share_one_session(open_leases: OpenLeases) -> None:
    first, second = open_leases("first"), open_leases("second")
    held = first.acquire([LAMP, SPARE], label="test")
    waiters = [Waiter(second, Lamp.request(name=name).bound("lamp")) for name in ("a", "b")]
    for waiter in waiters:
        waiter.wait_until_it_waits()
    first.release(held)
    assert [names(waiter.get()) for waiter in waiters] == [["a"], ["b"]]


def test_asking_for_what_one_holds_is_refused(open_leases: OpenLeases) -> None:
    leases = open_leases("run")
    leases.acquire([BRIGHT], label="outer")
    with pytest.raises(DeadlockError, match="outer"):
        leases.acquire([BRIGHT], label="inner")


def test_two_who_hold_what_the_other_wants_are_not_left_waiting(open_leases: OpenLeases) -> None:
    first, second = open_leases("first"), open_leases("second")
    one = first.acquire([Lamp.request(name="a").bound("lamp")], label="one")
    two = second.acquire([BRIGHT], label="two")
    waiter = Waiter(first, BRIGHT, within=[one])
    waiter.wait_until_it_waits()
    with pytest.raises(DeadlockError, match=r"two wants lamp: Lamp/a is held by one"):
        second.acquire([Lamp.request(name="a").bound("lamp")], label="two", within=[two])
    second.release(two)
    assert names(waiter.get()) == ["b"]


def test_releasing_twice_is_harmless(open_leases: OpenLeases) -> None:
    first, second = open_leases("first"), open_leases("second")
    held = first.acquire([BRIGHT], label="test")
    first.release(held)
    second.acquire([BRIGHT], label="test", wait=0)
    first.release(held)
    with pytest.raises(ClaimTimeoutError):
        first.acquire([BRIGHT], label="test", wait=0)


def test_a_lease_ended_by_force_is_known_to_be_lost(open_leases: OpenLeases, strategy: MemoryLocks) -> None:
    leases = open_leases("run")
    held = leases.acquire([BRIGHT], label="test")
    assert not leases.lost
    strategy.end(RecordKey("Lamp", "b"), reason="the lamp moves")
    (lost,) = leases.lost
    assert (lost.lease, lost.reason) == (held.entries[0].lease, "the lamp moves")
    leases.release(held)
    assert len(leases.lost) == 1


def test_closing_gives_everything_back_dirty(open_leases: OpenLeases) -> None:
    leases = open_leases("first")
    leases.acquire([BRIGHT], label="test")
    leases.close()
    leases.close()
    assert open_leases("second").acquire([BRIGHT], label="test", wait=0).entries[0].dirty


def test_a_record_that_cannot_be_loaded_is_given_back(
    open_leases: OpenLeases, store: MemoryStore, strategy: MemoryLocks
) -> None:
    store.apply(put=[Record(type="Lamp", name="odd", fields={"watts": "many"})])
    with pytest.raises(Exception, match="watts"):
        open_leases("run").acquire([Lamp.request(name="odd").bound("lamp")], label="test")
    assert strategy.status().held == ()
    assert [event.step for event in strategy.history()][-2:] == [LockStep.GRANTED, LockStep.RELEASED]


def test_a_wait_that_is_interrupted_leaves_nothing_behind(
    open_leases: OpenLeases, strategy: MemoryLocks
) -> None:
    open_leases("first").acquire([BRIGHT], label="test")

    def interrupt(reason: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_leases("second").acquire([BRIGHT], label="test", on_waiting=interrupt)
    assert strategy.status().waiting == ()
