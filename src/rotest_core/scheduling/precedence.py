"""Rank the work of a plan: what goes before what."""

from __future__ import annotations

from collections import deque

from rotest_core.scheduling.policy import Job, make_policy
from rotest_core.scheduling.staffing import wanted_workers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rotest_core.config.settings import Settings
    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource
    from rotest_core.planning.tree import PlannedTest
    from rotest_core.plugin.protocols.locks import Candidate
    from rotest_core.scheduling.durations import Durations
    from rotest_core.scheduling.work import Work


def rank(
    work: Sequence[Work],
    settings: Settings,
    durations: Durations,
    tests: Sequence[PlannedTest],
    candidates: Callable[[Request[AnyResource]], Sequence[Candidate]] | None,
) -> None:
    """Give work its rank: as ``--order`` says, then by the policy; with one worker the order is that of the plan.

    Args:
        work: the parts of a plan.
        settings: the configuration.
        durations: what tests took.
        tests: the tests of the plan.
        candidates: tells which records could serve a request; None where nothing is asked for.
    """
    run = settings.run
    policy = make_policy(run.policy if wanted_workers(settings) > 1 else "fifo")
    known = durations.known(tests)
    expected = durations.expected(tests) if known else {}
    bands = None
    if run.order:
        from rotest_core.planning.order import ranking

        bands = ranking(run.order)

    def rank_of(test: PlannedTest, seconds: float, choice: int = 0) -> tuple[float, ...]:
        return (0 if bands is None else bands(test), *policy.rank(Job(test.number, seconds, choice)))

    for part in work:
        part.known = known
        times = [expected.get(test.number, 0.0) for test in part.tests]
        if not part.together and (bands is not None or _differ(times)):
            part.tests = deque(
                sorted(part.tests, key=lambda test: rank_of(test, expected.get(test.number, 0.0)))
            )
        first = part.tests[0]
        seconds = sum(times) if part.together else max(times)
        part.rank = rank_of(first, seconds, _choice(first, candidates))


def _differ(times: Sequence[float]) -> bool:
    return times.count(times[0]) < len(times)


def _choice(
    test: PlannedTest, candidates: Callable[[Request[AnyResource]], Sequence[Candidate]] | None
) -> int:
    """Tell among how many records a test may choose where it has the least choice; 0 if it asks for none."""
    if candidates is None:
        return 0
    choices = [len(candidates(request)) for request in test.requests if not request.is_service]
    return min(choices, default=0)
