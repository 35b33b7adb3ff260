"""Which of the tests that could run now goes first."""

from __future__ import annotations

import math
from typing import Protocol

from rotest_core.errors import UsageError, did_you_mean
from rotest_core.quick_typing import NamedTuple


class Job(NamedTuple):
    """What a policy may know of work: one test, or several that stay together.

    Args:
        position: the place of its first test in the plan.
        expected: how long it is expected to take, in seconds.
        choice: among how many records it may choose; 0 if it needs none.
    """

    position: int
    expected: float
    choice: int


class SchedulingPolicy(Protocol):
    """Put work in order; what ``--order`` says counts before.

    Attributes:
        warm_first: whether a test that would have to initialize several resources, one after the other, lets others go
            before it that have less to initialize.
    """

    warm_first: bool

    def rank(self, job: Job) -> tuple[float, ...]:
        """Return a key to sort by: the lowest goes first."""
        ...


class Affinity:
    """Let what takes long go first, and of equals what has the least choice of resources.

    What takes long and starts late ends late. What could use several devices can wait for the one that is left over.
    Several devices are set up at the same time by several tests, not one after the other by one.
    """

    warm_first = True

    def rank(self, job: Job) -> tuple[float, ...]:
        """Rank by length, then by choice, then by place."""
        # What differs by a fifth is equal: more than that is chance.
        length = round(math.log(max(job.expected, 0.001), 1.2))
        return (-length, job.choice or math.inf, job.position)


class Fifo:
    """Keep the order of the plan."""

    warm_first = False

    def rank(self, job: Job) -> tuple[float, ...]:
        """Rank by place."""
        return (job.position,)


POLICIES: dict[str, type[SchedulingPolicy]] = {"affinity": Affinity, "fifo": Fifo}


def make_policy(name: str) -> SchedulingPolicy:
    """Make a policy by its name.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in POLICIES:
        raise UsageError(
            f"run.policy: unknown policy {name!r}{did_you_mean(name, POLICIES)}; known: {', '.join(POLICIES)}"
        )
    return POLICIES[name]()
