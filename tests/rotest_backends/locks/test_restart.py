"""What a restart of the host leaves of leases that are kept on disk."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from typing import NamedTuple

import attrs
import pytest

from rotest_backends.locks.file import open_files
from rotest_backends.locks.host import HostLocks
from rotest_backends.locks.sqlite import open_sqlite
from rotest_core.leasing import current_owner
from rotest_core.plugin.protocols.locks import LockStep, Owner
from rotest_core.testing import check_history
from rotest_core.testing.locks.claims import claim, key
from rotest_core.testing.locks.sessions import take


class Kind(NamedTuple):
    """A strategy, and how to make it believe that it was last used before the host was started."""

    open: Callable[[Path], HostLocks]
    age: Callable[[Path], None]


def age_sqlite(path: Path) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE meta SET value = 'before' WHERE component = 'locks' AND key = 'boot'")
        connection.execute("UPDATE lock_session SET boot = 'before'")
    connection.close()


def age_files(path: Path) -> None:
    file = path / "leases.json"
    state = json.loads(file.read_bytes())
    state["boot"] = "before"
    for session in state["sessions"]:
        session[4] = "before"
    temporary = path / "aged"
    temporary.write_text(json.dumps(state), encoding="utf-8")
    temporary.replace(file)


@pytest.fixture(params=[Kind(open_sqlite, age_sqlite), Kind(open_files, age_files)], ids=["sqlite", "file"])
def kind(request: pytest.FixtureRequest) -> Kind:
    assert isinstance(request.param, Kind)
    return request.param


class Remains(NamedTuple):
    """What a power failure left: the files, and the last token that was given out."""

    path: Path
    token: int


def fail_power(kind: Kind, directory: Path, owner: Owner) -> Remains:
    """Leave a reservation of C, a lease of A and a waiting claim behind."""
    strategy = kind.open(directory / "live" / "leases")
    session = strategy.open(owner, ttl=3600)
    session.hold(take(session, claim("C")).leases, name="debugging", duration=3600)
    (lease,) = take(session, claim("A")).leases
    assert session.submit(claim("A", "B")) is None
    copytree(directory / "live", directory / "remains")
    strategy.close()
    kind.age(directory / "remains" / "leases")
    return Remains(directory / "remains" / "leases", lease.token)


@pytest.fixture
def reopen(kind: Kind) -> Iterator[Callable[[Remains], HostLocks]]:
    opened: list[HostLocks] = []

    def opener(remains: Remains) -> HostLocks:
        opened.append(kind.open(remains.path))
        return opened[-1]

    yield opener
    for strategy in opened:
        strategy.close()


def test_frees_what_was_leased_and_keeps_what_was_reserved(
    kind: Kind, reopen: Callable[[Remains], HostLocks], tmp_path: Path
) -> None:
    strategy = reopen(fail_power(kind, tmp_path, current_owner("before")))
    status = strategy.status()
    assert [(held.lease.key, held.owner.run) for held in status.held] == [(key("C"), "debugging")]
    assert 3500 < status.held[0].until - status.time <= 3600
    assert status.waiting == ()
    (lost,) = [event for event in strategy.history() if event.step is LockStep.LOST and event.leases]
    assert lost.reason == "the host was started anew"


def test_what_was_leased_is_dirty_and_its_tokens_still_rise(
    kind: Kind, reopen: Callable[[Remains], HostLocks], tmp_path: Path
) -> None:
    remains = fail_power(kind, tmp_path, current_owner("before"))
    strategy = reopen(remains)
    (lease,) = take(strategy.open(current_owner("after"), ttl=60), claim("A")).leases
    assert lease.dirty
    assert lease.token >> 40 > remains.token >> 40
    assert check_history(strategy.history()) == []


def test_who_was_on_another_host_has_his_time_to_live(
    kind: Kind, reopen: Callable[[Remains], HostLocks], tmp_path: Path
) -> None:
    elsewhere = attrs.evolve(current_owner("elsewhere"), host="another host")
    strategy = reopen(fail_power(kind, tmp_path, elsewhere))
    assert {held.owner.run for held in strategy.status().held} == {"elsewhere", "debugging"}
