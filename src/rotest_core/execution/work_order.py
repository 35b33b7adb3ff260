"""What every worker of a run must know: the tests, and how they are to be run."""

from __future__ import annotations

from rotest_core.execution.deadline import Limits
from rotest_core.quick_typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rotest_core.planning.tree import PlannedTest

_FIXTURES = 1_000_000
"""More fixtures than one worker will ever report."""


class WorkOrder(NamedTuple):
    """Say how tests are to be run.

    Args:
        tests: the tests of the plan, by number.
        fixtures_from: first number for the fixtures that are reported as if they were tests.
        failfast: whether the first test that is not good is to be the last.
        skip_init: whether resources are connected only.
        save_state: whether resources store their state after a test that is not good.
        config: the ``[config]`` table.
        log_level: least severe records of `logging` to keep, as its name.
        limits: how long the parts of a test may take.
        excuse: says, for the text of a failure, why it is an expected one; nothing if it is not.
    """

    tests: Sequence[PlannedTest]
    fixtures_from: int
    failfast: bool = False
    skip_init: bool = False
    save_state: bool = False
    config: Mapping[str, object] = {}
    log_level: str = "DEBUG"
    limits: Limits = Limits()
    excuse: Callable[[str], str] | None = None

    def for_worker(self, name: str) -> WorkOrder:
        """Return the order of one worker, by its name: ``w3``; numbers of its fixtures are its own."""
        number = int("".join(filter(str.isdigit, name)) or 0)
        return self._replace(fixtures_from=self.fixtures_from + number * _FIXTURES) if number else self
