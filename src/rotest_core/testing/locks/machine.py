"""Let hypothesis do whatever sessions can do, in any order, and hold the strategy against the model."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from rotest_core.allocation.owner import current_owner
from rotest_core.plugin.protocols.locks import Claim, Grant, Lease, LeaseLost, LeaseWanted, LockStrategy
from rotest_core.testing.locks.claims import claim, key
from rotest_core.testing.locks.model import Model
from rotest_core.testing.locks.sessions import TTL, Opened

_SESSIONS = 3
_WANTS = (
    ("A",),
    ("~A",),
    ("A|B",),
    ("B|C|A", "A|B"),
    ("A", "B", "C"),
    ("~A|B", "~B|A"),
    ("R[P,Q]",),
    ("P",),
    ("R[P,Q]|S[Q]", "A"),
    ("N*2",),
    ("N*2", "~N*2|A"),
)

_runs = itertools.count()

_any = st.integers(0, 1000)


def check_against_model(opened: Opened, *, examples: int = 15, steps: int = 20, shrink: bool = False) -> None:
    """Try sequences of steps on a strategy.

    Args:
        opened: opens its sessions.
        examples: how many sequences.
        steps: how long each is at most.
        shrink: whether to look for a short sequence when one fails.
    """
    strategies = [opened.strategy() for _ in range(_SESSIONS)]

    class Machine(_Machine):
        def __init__(self) -> None:
            super().__init__(strategies)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[
                HealthCheck.too_slow,
                HealthCheck.data_too_large,
                HealthCheck.filter_too_much,
            ],
            database=None,
            phases=[Phase.generate, *([Phase.shrink] if shrink else [])],
        ),
    )


class _Machine(RuleBasedStateMachine):
    def __init__(self, strategies: Sequence[LockStrategy]) -> None:
        super().__init__()
        self._strategy = strategies[0]
        # Records of its own for each sequence: some leave others dirty behind.
        self._prefix = f"x{next(_runs)}"
        self._model = Model({key(f"{self._prefix}N"): 2})
        self._sessions = [
            strategy.open(current_owner(f"session {number}"), ttl=TTL)
            for number, strategy in enumerate(strategies)
        ]
        self._claims: dict[str, tuple[int, Claim]] = {}
        self._granted: list[tuple[int, list[Lease]]] = []

    @rule(
        who=st.integers(0, _SESSIONS - 1),
        what=st.sampled_from(_WANTS),
        rush=st.booleans(),
        priority=st.integers(0, 1),
    )
    def submit(self, who: int, what: Sequence[str], rush: bool, priority: int) -> None:
        """Claim something."""
        asked = claim(*(self._named(want) for want in what), wait=0 if rush else None, priority=priority)
        grant = self._sessions[who].submit(asked)
        if grant is not None:
            self._win(who, asked, grant)
        elif not rush:
            self._claims[asked.id] = (who, asked)
            self._model.wait(asked)

    @precondition(lambda self: self._granted)
    @rule(which=_any, dirty=st.booleans(), whole=st.booleans())
    def release(self, which: int, dirty: bool, whole: bool) -> None:
        """Give back a grant, or one record of it with its parts."""
        who, leases = self._granted[which % len(self._granted)]
        given = list(leases) if whole else [lease for lease in leases if lease.want == leases[0].want]
        self._sessions[who].release(given, dirty=dirty)
        self._forget(given)
        self._model.end(given, dirty=dirty)

    @precondition(lambda self: self._claims)
    @rule(which=_any)
    def cancel(self, which: int) -> None:
        """Give up waiting."""
        who, asked = list(self._claims.values())[which % len(self._claims)]
        assert self._sessions[who].cancel(asked.id) is None
        del self._claims[asked.id]
        self._model.queue.remove(asked)

    @precondition(lambda self: self._granted)
    @rule(which=_any)
    def end(self, which: int) -> None:
        """End the leases of a record by force."""
        _, leases = self._granted[which % len(self._granted)]
        ended = self._strategy.end(leases[0].key, reason="by force")
        assert leases[0].key in {held.lease.key for held in ended}
        gone = [held.lease for held in ended]
        self._forget(gone)
        self._model.end(gone, dirty=True)
        losses = self._hear()
        assert {loss.lease.token for loss in losses} == {lease.token for lease in gone}

    @precondition(lambda self: self._granted)
    @rule(which=_any, to=st.integers(0, _SESSIONS - 1))
    def hand_over(self, which: int, to: int) -> None:
        """Hold a grant, and let somebody take it over."""
        who, leases = self._granted[which % len(self._granted)]
        self._sessions[who].hold(list(leases), name=self._prefix, duration=3600)
        grant = self._sessions[to].adopt(self._prefix)
        assert grant is not None
        assert [lease.key for lease in grant.leases] == [lease.key for lease in leases]
        for lease in leases:
            del self._model.held[lease.token]
        self._forget(list(leases))
        self._granted.append((to, list(grant.leases)))
        self._model.held.update({lease.token: lease for lease in grant.leases})
        self._model.last_token = max(lease.token for lease in grant.leases)

    @invariant()
    def agrees_with_the_model(self) -> None:
        """Hear what happened, and compare what is shown with what was told."""
        assert self._hear() == [], "a lease was lost without a reason"
        self._model.check_settled()
        status = self._strategy.status()
        assert {held.lease.token: held.lease for held in status.held} == self._model.held
        assert [waiting.claim.id for waiting in status.waiting] == [asked.id for asked in self._model.queue]

    def teardown(self) -> None:
        """Leave nothing behind."""
        for session in self._sessions:
            session.close()
        assert self._strategy.status().held == ()

    def _named(self, want: str) -> str:
        shared = "~" if want.startswith("~") else ""
        names = "".join(self._prefix + letter if letter.isupper() else letter for letter in want.lstrip("~"))
        return shared + names

    def _hear(self) -> list[LeaseLost]:
        """Hear of all grants, in the order in which they were made, and return what was lost."""
        grants: list[tuple[int, Grant]] = []
        losses: list[LeaseLost] = []
        for who, session in enumerate(self._sessions):
            for notice in session.wait(0):
                if isinstance(notice, LeaseLost):
                    losses.append(notice)
                elif not isinstance(notice, LeaseWanted):
                    assert isinstance(notice, Grant), f"{notice} came without a reason"
                    grants.append((who, notice))
        for who, grant in sorted(grants, key=lambda told: told[1].leases[0].token):
            owner, asked = self._claims.pop(grant.claim)
            assert owner == who
            self._win(who, asked, grant)
        return losses

    def _win(self, who: int, asked: Claim, grant: Grant) -> None:
        self._model.grant(asked, grant)
        self._granted.append((who, list(grant.leases)))

    def _forget(self, gone: Sequence[Lease]) -> None:
        tokens = {lease.token for lease in gone}
        left = [
            (who, [lease for lease in leases if lease.token not in tokens]) for who, leases in self._granted
        ]
        self._granted = [(who, leases) for who, leases in left if leases]
