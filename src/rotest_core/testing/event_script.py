"""Write the events of a run by hand, for the tests of output handlers.

::

    script = EventScript()
    with script.group("module", "tests/test_calculator.py"), script.group("class", "CalculatorTest"):
        with script.test("test_addition") as test:
            test.lease("calculator", "Calculator", "calc1")
            test.report(Outcome.FAILURE, "AssertionError: 3 != 4")
    for event in script.finish():
        handler.handle(event)
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rotest_core.events import (
    Cause,
    ExpectationChecked,
    FailureClassified,
    GroupFinished,
    GroupStarted,
    InformationAdded,
    LogWritten,
    MeasurementTaken,
    Outcome,
    OutcomeReported,
    ResourceKept,
    ResourceLeased,
    ResourceReleased,
    ResourceStep,
    ResourceWaiting,
    RunFinished,
    RunStarted,
    SampleTaken,
    SetupFinished,
    TeardownStarted,
    TestFinished,
    TestStarted,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from rotest_core.events import Event

OTHERS = 1000
"""What is added to the numbers of another script's tests and groups."""
START = 1_700_000_000.0
"""When every script begins: 2023-11-14 22:13:20 UTC."""


class TestScript:
    """Write what happens in one test."""

    __test__ = False

    def __init__(self, run: EventScript, number: int) -> None:
        self.number = number
        self.outcome: Outcome = Outcome.SUCCESS
        self.cause: Cause | None = None
        self._run = run
        self._leased: list[ResourceLeased] = []

    def report(
        self,
        outcome: Outcome,
        text: str,
        *,
        summary: str | None = None,
        cause: Cause | None = None,
        file: str = "",
        line: int = 0,
        subtest: str = "",
    ) -> None:
        """Report an outcome; the test ends with the most severe of them.

        Args:
            outcome: what to report.
            text: the reason of a skip, or a traceback.
            summary: the last line of `text` if None.
            cause: whom it is to be laid to; the product, for a failure or an error, if None.
            file: where the test itself failed.
            line: the line there.
            subtest: description of the subTest.
        """
        if cause is None and not outcome.good:
            cause = Cause.PRODUCT
        if outcome.severity >= self.outcome.severity:
            self.outcome, self.cause = outcome, cause
        if summary is None:
            summary = "" if outcome is Outcome.SKIPPED else text.rstrip("\n").rpartition("\n")[2]
        self._run.add(
            OutcomeReported(self._run.tick(), self.number, outcome, text, summary, cause, file, line, subtest)
        )

    def lease(
        self,
        request: str,
        type_name: str,
        name: str,
        *,
        waited: float = 0.0,
        dirty: bool = False,
        kept: bool = False,
    ) -> None:
        """Lease, connect and initialize a resource, or take one that was kept; it is given back when the test ends."""
        token = self._run.next_token()
        leased = ResourceLeased(
            self._run.tick(), self.number, request, type_name, name, token, waited, dirty, kept
        )
        self._run.add(leased)
        self._leased.append(leased)
        self.step(name, "validate" if kept else "connect", 0.25)
        self.step(name, "initialize", 0.5)

    def keep(self) -> None:
        """Keep what was leased for a later test."""
        while self._leased:
            leased = self._leased.pop()
            kept = ResourceKept(
                self._run.tick(0.1328125), self.number, leased.request, leased.type, leased.name
            )
            self._run.add(kept)

    def step(self, resource: str, step: str, duration: float, error: str = "") -> None:
        """End a step of a resource's life cycle."""
        self._run.add(ResourceStep(self._run.tick(duration), self.number, resource, step, duration, error))

    def wait(self, reason: str) -> None:
        """Wait for resources."""
        self._run.add(ResourceWaiting(self._run.tick(), self.number, reason))

    def log(self, text: str, *, level: int = 20, logger: str = "calculator") -> None:
        """Write a log record."""
        self._run.add(LogWritten(self._run.tick(), self.number, level, logger, text))

    def inform(self, text: str) -> None:
        """Add a line of information."""
        self._run.add(InformationAdded(self._run.tick(), self.number, text))

    def body(self) -> None:
        """Begin the test's body: setUp is over."""
        self._run.add(SetupFinished(self._run.tick(), self.number))

    def teardown(self) -> None:
        """End the test's body: tearDown begins."""
        self._run.add(TeardownStarted(self._run.tick(), self.number))

    def expect(
        self,
        source: str,
        *,
        passed: bool,
        text: str = "",
        values: tuple[str, ...] = (),
        file: str = "tests/test_calculator.py",
        line: int = 1,
    ) -> None:
        """Check an expectation; it reports no outcome."""
        method = source.partition("(")[0].rpartition(".")[2] or "expect"
        self._run.add(
            ExpectationChecked(
                self._run.tick(), self.number, method, passed, text, values, file, line, source
            )
        )

    def measure(
        self,
        name: str,
        value: float | str | bool,
        unit: str = "",
        *,
        low: float | None = None,
        high: float | None = None,
        verdict: str = "pass",
        file: str = "",
        line: int = 0,
    ) -> None:
        """Take a measurement; it reports no outcome."""
        self._run.add(
            MeasurementTaken(self._run.tick(), self.number, name, value, unit, low, high, verdict, file, line)
        )

    def sample(self, series: str, value: float, unit: str = "", *, monitor: str = "") -> None:
        """Take one point of a series."""
        self._run.add(SampleTaken(self._run.tick(), self.number, series, value, unit, monitor))

    def classify(self, signature: str, state: str, *, name: str = "", link: str = "") -> None:
        """Say whether the failure that was reported last is known."""
        self._run.add(FailureClassified(self._run.tick(), self.number, signature, state, name, link))

    def release(self) -> None:
        """Finalize and give back what was leased."""
        while self._leased:
            leased = self._leased.pop()
            self.step(leased.name, "finalize", 0.125)
            dirty = not self.outcome.good
            self._run.add(
                ResourceReleased(
                    self._run.tick(), self.number, leased.request, leased.type, leased.name, dirty
                )
            )


class EventScript:
    """Write a run, with a clock that moves by itself.

    Args:
        name: the run's name.
        root: the project's directory; nothing is read there.
        directory: the run's directory; nothing is written there.
    """

    def __init__(
        self, *, name: str = "", root: str = "/project", directory: str = "/project/.rotest/runs/1"
    ) -> None:
        self.events: list[Event] = []
        self._time = START
        self._name = name
        self._root = root
        self._directory = directory
        self._groups: list[GroupStarted] = []
        self._numbers = {"group": 0, "test": 0, "token": 0}
        self._outcomes: dict[int, Outcome] = {}
        self._retried: set[int] = set()

    def add(self, event: Event) -> None:
        """Add any event as it is."""
        self.events.append(event)

    def tick(self, duration: float = 0.0078125) -> float:
        """Let time pass and return what it is then; the default is a power of two, so that sums are exact."""
        self._time += duration
        return self._time

    def next_token(self) -> int:
        """Return the next fencing token."""
        return self._next("token") + 1

    def _next(self, kind: str) -> int:
        number = self._numbers[kind]
        self._numbers[kind] = number + 1
        return number

    @contextmanager
    def group(self, kind: str, name: str, *, tags: tuple[str, ...] = ()) -> Generator[GroupStarted]:
        """Write a group around what is written inside the ``with``."""
        parent = self._groups[-1].group if self._groups else None
        group = GroupStarted(self.tick(), self._next("group"), parent, kind, name, tags)
        self.add(group)
        self._groups.append(group)
        yield group
        self._groups.pop()
        self.add(GroupFinished(self.tick(), group.group))

    @contextmanager
    def test(
        self,
        name: str,
        *,
        kind: str = "case",
        tags: tuple[str, ...] = (),
        description: str = "",
        worker: str = "",
        attempt: int = 1,
        test_id: str | None = None,
    ) -> Generator[TestScript]:
        """Write a test around what is written inside the ``with``; a later attempt is one of the test before it."""
        test = TestScript(self, self._next("test") if attempt == 1 else self._numbers["test"] - 1)
        group = self._groups[-1].group if self._groups else None
        names = [group.name for group in self._groups if group.kind != "flow"]
        if test_id is None:
            test_id = "::".join((*names, name))
        started = self.tick()
        self.add(
            TestStarted(started, test.number, group, name, test_id, kind, tags, description, worker, attempt)
        )
        yield test
        test.release()
        ended = self.tick()
        self.add(TestFinished(ended, test.number, test.outcome, ended - started, test.cause))
        nested = sum(group.kind == "flow" for group in self._groups) > 1
        if kind in {"case", "flow"} and not (kind == "flow" and nested):
            self._outcomes[test.number] = test.outcome
            if attempt > 1:
                self._retried.add(test.number)

    @contextmanager
    def flow(self, name: str, *, tags: tuple[str, ...] = ()) -> Generator[TestScript]:
        """Write a flow: a group of its own, and a test in it that the blocks written inside are parts of.

        Inside a flow it writes a sub-flow.
        """
        with self.group("flow", name, tags=tags), self.test(name, kind="flow", tags=tags) as test:
            yield test

    def beside(self, other: EventScript) -> None:
        """Mix in the events of another script, turn and turn about, as those of another worker."""
        moved = [_moved(event) for event in other.events]
        mixed: list[Event] = []
        for place in range(max(len(self.events), len(moved))):
            mixed += self.events[place : place + 1] + moved[place : place + 1]
        self.events = mixed
        self._outcomes.update({test + OTHERS: outcome for test, outcome in other._outcomes.items()})
        self._retried.update(test + OTHERS for test in other._retried)

    def finish(self, *, status: int | None = None) -> list[Event]:
        """End the run, and return all its events.

        Args:
            status: the exit status; 0 or 1, by the outcomes, if None.
        """
        if status is None:
            status = int(not all(outcome.good for outcome in self._outcomes.values()))
        finished = self.tick()
        ended = list(self._outcomes.values())
        counts = tuple((outcome.value, ended.count(outcome)) for outcome in Outcome if outcome in ended)
        flaky = sum(self._outcomes[test] is Outcome.SUCCESS for test in self._retried)
        self.add(RunFinished(finished, counts, status, finished - START, flaky))
        return self.cut()

    def cut(self) -> list[Event]:
        """Return the events so far, from the start of the run, as if it had been cut short here."""
        environment = (("host", "laptop"), ("user", "ada"), ("python", "3.11.7"), ("rotest", "0.1.0"))
        command = ("rotest", "tests")
        total = len(self._outcomes)
        started = RunStarted(
            START, "2023-11-14T22-13-20", self._name, self._directory, self._root, command, environment, total
        )
        return [started, *self.events]


def _moved(event: Event) -> Event:
    """Give an event's test and groups other numbers."""
    numbers = {field: getattr(event, field, None) for field in ("test", "group", "parent")}
    return event._replace(
        **{field: number + OTHERS for field, number in numbers.items() if number is not None}
    )
