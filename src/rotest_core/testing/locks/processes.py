"""What a lock strategy must do that serves several processes, of which any may die at any time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from rotest_core.errors import LeaseLostError
from rotest_core.plugin.protocols.locks import Grant, LeaseLost
from rotest_core.testing.locks.actor import Actor
from rotest_core.testing.locks.chaos import Chaos, run_chaos
from rotest_core.testing.locks.claims import claim, names
from rotest_core.testing.locks.sessions import (
    TTL,
    Opened,
    OpenStrategy,
    expect_grant,
    expect_nothing,
    listen,
    patience,
    take,
)

OpenActor: TypeAlias = Callable[..., Actor]

SHORT_TTL = 1.5
"""Time to live of sessions that are to expire during a test, in seconds."""


class ProcessContract:
    """Prove what happens among processes; part of `SharedLockStrategyContract`."""

    @pytest.fixture
    def open_actor(self, open_strategy: OpenStrategy) -> Iterator[OpenActor]:
        """Open sessions in other processes, and end these after the test."""
        actors: list[Actor] = []

        def opener(run: str = "actor", *, ttl: float = TTL) -> Actor:
            actors.append(Actor(open_strategy, run, ttl=ttl))
            return actors[-1]

        yield opener
        for actor in actors:
            actor.close()

    def test_hands_over_between_processes(self, opened: Opened, open_actor: OpenActor) -> None:
        """What one process releases another gets, and back again."""
        session, actor = opened.session("a"), open_actor()
        grant = actor.submit(claim("A"))
        assert grant is not None
        waiting = claim("A")
        assert session.submit(waiting) is None
        actor.release(grant.leases)
        mine = expect_grant(session, waiting)
        back = claim("A")
        assert actor.submit(back) is None
        session.release(mine.leases)
        (notice,) = listen(actor, patience())
        assert isinstance(notice, Grant)
        assert notice.claim == back.id

    def test_a_dead_holder_is_replaced_while_somebody_waits(
        self, opened: Opened, open_actor: OpenActor
    ) -> None:
        """Long before its time to live is over, the record goes to the waiter, dirty."""
        session, actor = opened.session("a"), open_actor()
        actor.submit(claim("A", "R[P]"))
        waiting = claim("A", "P")
        assert session.submit(waiting) is None
        actor.kill()
        assert all(lease.dirty for lease in expect_grant(session, waiting).leases)

    def test_a_holder_that_died_before_anybody_waited_is_replaced(
        self, opened: Opened, open_actor: OpenActor
    ) -> None:
        """Nobody saw it die; who comes next finds out, also one who may not wait."""
        session, actor = opened.session("a"), open_actor()
        actor.submit(claim("A"))
        actor.close()
        assert take(session, claim("A", wait=0)).leases[0].dirty

    def test_a_dead_waiter_is_passed_over(self, opened: Opened, open_actor: OpenActor) -> None:
        """A claim whose process died while it waited keeps nobody else waiting."""
        first, second, actor = opened.session("a"), opened.session("b"), open_actor()
        grant = take(first, claim("A"))
        assert actor.submit(claim("A")) is None
        waiting = claim("A")
        assert second.submit(waiting) is None
        actor.kill()
        first.release(grant.leases)
        expect_grant(second, waiting)

    def test_a_holder_that_fell_silent_is_replaced_in_time_and_fenced_off(
        self, opened: Opened, open_actor: OpenActor
    ) -> None:
        """Not before its time to live is over; when it comes back it is told, and can do no harm."""
        session, actor = opened.session("a"), open_actor(ttl=SHORT_TTL)
        stale = actor.submit(claim("A"))
        assert stale is not None
        waiting = claim("A")
        assert session.submit(waiting) is None
        (held,) = opened.strategy().status().held
        actor.stop()
        grant = expect_grant(session, waiting)
        assert opened.strategy().status().time >= held.until
        assert grant.leases[0].token > stale.leases[0].token
        actor.resume()
        (notice,) = listen(actor, patience())
        assert isinstance(notice, LeaseLost)
        assert notice.lease == stale.leases[0]
        with pytest.raises(LeaseLostError):
            actor.release(stale.leases)
        assert [held.lease for held in opened.strategy().status().held] == list(grant.leases)
        session.release(grant.leases)
        assert names(actor.submit(claim("A"))) == ["A"]

    def test_a_busy_holder_keeps_its_lease(self, opened: Opened, open_actor: OpenActor) -> None:
        """A test that computes for longer than the time to live does not starve the heartbeat."""
        session, actor = opened.session("a"), open_actor(ttl=SHORT_TTL)
        grant = actor.submit(claim("A"))
        assert grant is not None
        waiting = claim("A")
        assert session.submit(waiting) is None
        actor.spin(SHORT_TTL * 1.3)
        expect_nothing(session)
        actor.release(grant.leases)
        expect_grant(session, waiting)

    def test_survives_the_death_of_any_process_at_any_moment(
        self, open_strategy: OpenStrategy, tmp_path: Path
    ) -> None:
        """No double lease, no stranded waiter, nothing left behind: see `Chaos`.

        The environment variable ROTEST_CHAOS_SECONDS says for how long; its default is a short one.
        """
        seconds = float(os.environ.get("ROTEST_CHAOS_SECONDS", "2"))
        chaos = Chaos(open_strategy, str(tmp_path / "witness"), seconds=seconds, seed=time.time_ns())
        outcome = run_chaos(chaos)
        assert outcome.violations == [], f"seed {chaos.seed}"
        assert outcome.grants > 0
        assert outcome.kills > 0
