"""Number the attempts of tests, and remember what came of the last one.

Workers and schedulers know nothing of attempts: what they tell goes through here on its way to the bus, and a test that
starts once more is told as its next attempt. So every executor, built in or not, can run tests again.
"""

from __future__ import annotations

from collections import Counter
from time import time

from rotest_core.events import Outcome, ResourceLeased, TestFinished, TestStarted
from rotest_core.execution.deadline import unbroken
from rotest_core.quick_typing import cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rotest_core.events import Event
    from rotest_core.planning.tree import Group, PlannedTest
    from rotest_core.scheduling.account import Account

    EmitAll = Callable[..., None]


class Attempts:
    """Follow the tests of a run over several rounds.

    What failed in the set-up or tear-down of a class or module is reported as if it were a test, under a number that
    is new each time. Of the same fixture it becomes the next attempt; a fixture that fails no more is told to have
    succeeded, at the end of the round.

    Args:
        emit: takes the events, numbered.
        account: counts the tests.
        parts: the numbers of the parts of flows.

    Attributes:
        ended: how the tests ended that ended in this round, by number.
        records: type and name of the records that each test had, by the name of the request, the first attempt's first.
    """

    def __init__(self, emit: EmitAll, account: Account, parts: range) -> None:
        self.ended: dict[int, TestFinished] = {}
        self.records: dict[int, dict[str, list[tuple[str, str]]]] = {}
        self._emit = emit
        self._account = account
        self._parts = parts
        self._counts: dict[int, int] = {}
        self._last: dict[int, TestFinished] = {}
        # Ends of tests that run again: they count no more, or again if they do not come to run.
        self._withdrawn: dict[int, TestFinished] = {}
        self._fixtures: dict[tuple[str, str], list[TestStarted]] = {}
        self._numbers_of_fixtures: set[int] = set()
        self._seen: Counter[tuple[str, str]] = Counter()
        self._aliases: dict[int, int] = {}
        self._round: Sequence[PlannedTest] = ()

    @unbroken
    def emit(self, *events: Event) -> None:
        """Take events as they are told; see `Coordinator.emit`."""
        self._emit(*[self._numbered(event) for event in events])

    def of(self, test: int) -> int:
        """Tell how often a test was tried."""
        return self._counts.get(test, 0)

    def blocked(self, test: int) -> None:
        """Count an attempt that did not come to run, because the fixtures of its class or module failed."""
        if test not in self.ended:
            self._counts[test] = self.of(test) + 1

    @property
    def failed_fixtures(self) -> Iterator[tuple[TestStarted, TestFinished]]:
        """Give the fixtures that were reported in this round."""
        for started in self._known_fixtures:
            if started.test in self.ended:
                yield started, self.ended[started.test]

    def begin_round(self, tests: Sequence[PlannedTest]) -> None:
        """Take back what came of tests that are to run again, and of the fixtures around them."""
        self.ended.clear()
        self._seen.clear()
        self._aliases.clear()
        self._round = tests
        groups = _around(test.group for test in tests)
        numbers = [test.number for test in tests]
        numbers += [started.test for started in self._known_fixtures if started.group in groups]
        for number in numbers:
            finished = self._last.get(number)
            mended = number in self._numbers_of_fixtures and finished is not None and finished.outcome.good
            if finished is not None and not mended and number not in self._withdrawn:
                self._withdrawn[number] = finished
                self._account.take_back(finished)

    def end_round(self) -> None:
        """Tell of the fixtures that failed before and did not now, though tests ran within them."""
        groups = _around(test.group for test in self._round if test.number in self.ended)
        for started in self._known_fixtures:
            if started.test in self._withdrawn and started.group in groups:
                now = time()
                self.emit(started._replace(time=now), TestFinished(now, started.test, Outcome.SUCCESS, 0.0))

    def count(self, finished: TestFinished) -> None:
        """Count the end of a test, but for a fixture's that is well now."""
        mended = finished.outcome is Outcome.SUCCESS and finished.test in self._numbers_of_fixtures
        if not mended:
            self._account.add(finished)

    def close(self) -> None:
        """End the last round, and let the ends count again of tests that did not come to run again."""
        self.end_round()
        for finished in self._withdrawn.values():
            self._account.add(finished)
        self._withdrawn.clear()

    @property
    def flaky(self) -> int:
        """Give how many tests passed, but not at the first attempt."""
        return sum(
            count > 1
            and test not in self._parts
            and test not in self._numbers_of_fixtures
            and test in self._last
            and self._last[test].outcome in (Outcome.SUCCESS, Outcome.EXPECTED_FAILURE)
            for test, count in self._counts.items()
        )

    @property
    def _known_fixtures(self) -> list[TestStarted]:
        return [started for many in self._fixtures.values() for started in many]

    def _numbered(self, event: Event) -> Event:
        if isinstance(event, TestStarted):
            return self._started(event)
        if self._aliases:
            event = self._renamed(event)
        if isinstance(event, TestFinished):
            self.ended[event.test] = self._last[event.test] = event
        elif isinstance(event, ResourceLeased) and event.token:  # a service has none
            records = self.records.setdefault(event.test, {}).setdefault(event.request, [])
            records.append((event.type, event.name))
        return event

    def _renamed(self, event: Event) -> Event:
        """Give what is told of a fixture the number that the fixture has."""
        number: object = getattr(event, "test", None)
        alias = self._aliases.get(number) if isinstance(number, int) else None
        return event if alias is None else cast("TestStarted", event)._replace(test=alias)

    def _started(self, event: TestStarted) -> TestStarted:
        # A worker that dies between two tests is reported likewise; nothing makes up for that.
        if event.kind == "fixture" and event.name != f"worker {event.worker}":
            event = self._fixture_started(event)
        number = event.test
        self._withdrawn.pop(number, None)
        attempt = self._counts[number] = self.of(number) + 1
        return event if attempt == 1 else event._replace(attempt=attempt)

    def _fixture_started(self, event: TestStarted) -> TestStarted:
        """Give what failed in a fixture the number that it had before, in an earlier round."""
        key = (event.id, event.name)
        many, place = self._fixtures.setdefault(key, []), self._seen[key]
        self._seen[key] += 1
        if place == len(many):
            many.append(event)
            self._numbers_of_fixtures.add(event.test)
            return event
        known = many[place].test
        if known != event.test:
            self._aliases[event.test] = known
        return event._replace(test=known)


def _around(groups: Iterable[Group]) -> set[int]:
    """Give the numbers of groups and of all around them."""
    found: set[int] = set()
    for group in set(groups):
        around: Group | None = group
        while around is not None:
            found.add(around.number)
            around = around.parent
    return found
