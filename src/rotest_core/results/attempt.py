"""What is gathered of one attempt of a test until it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from rotest_core.events import Outcome, TestStarted
from rotest_core.plugin.protocols.results import ResourceUse, StoredMeasurement, StoredTest, TestDetails
from rotest_core.results.signing import normalise, signature_id
from rotest_core.results.text import finite, one_line, storable

if TYPE_CHECKING:
    from rotest_core.events import (
        ExpectationChecked,
        MeasurementTaken,
        OutcomeReported,
        ResourceKept,
        ResourceLeased,
        ResourceReleased,
        ResourceStep,
        ResourceWaiting,
        TestFinished,
    )

KEPT = 1000
"""How many expectations, reports, measurements and leases are kept of one attempt."""

TEXT_LENGTH = 20_000
"""Characters of one report or expectation that are kept."""


class Attempt:
    """Gather one attempt.

    Args:
        started: how it began.
        groups: the names of the groups around it, outermost first.

    Attributes:
        parent: the number of the flow that it is a part of.
        log: where its log records are, within the run's directory.
        signature: as somebody recognised it; empty for that of its first failure.
    """

    __slots__ = (
        "_expectations",
        "_failed",
        "_finished",
        "_first_failure",
        "_measurements",
        "_passed",
        "_reason",
        "_reports",
        "_uses",
        "groups",
        "log",
        "parent",
        "signature",
        "started",
    )

    def __init__(self, started: TestStarted, groups: tuple[str, ...]) -> None:
        self.started: TestStarted = started
        self.groups: tuple[str, ...] = groups
        self.parent: int | None = None
        self.log: str = ""
        self.signature: str = ""
        self._finished: TestFinished | None = None
        self._first_failure: OutcomeReported | None = None
        self._reports: list[OutcomeReported] = []
        self._expectations: list[ExpectationChecked] = []
        self._passed = 0
        self._failed = 0
        self._measurements: list[StoredMeasurement] = []
        self._uses: dict[str, ResourceUse] = {}
        self._reason = ""

    @classmethod
    def nowhere(cls) -> Attempt:
        """Make one for events of a test of which no start is known; it is never kept."""
        return cls(TestStarted(0.0, -1, None, "", ""), ())

    def add_report(self, event: OutcomeReported) -> None:
        """Add a skip, a failure or an error."""
        if self._first_failure is None and event.outcome in (Outcome.FAILURE, Outcome.ERROR):
            self._first_failure = event
        if len(self._reports) < KEPT:
            self._reports.append(event._replace(text=_bounded(event.text), summary=one_line(event.summary)))

    def add_expectation(self, event: ExpectationChecked) -> None:
        """Count an expectation, and keep it if it says something."""
        if event.passed:
            self._passed += 1
        else:
            self._failed += 1
        if (event.text or not event.passed) and len(self._expectations) < KEPT:
            self._expectations.append(event._replace(text=_bounded(event.text)))

    def add_measurement(self, event: MeasurementTaken) -> None:
        """Keep a measurement."""
        if len(self._measurements) < KEPT:
            value = storable(event.value) if isinstance(event.value, str) else event.value
            self._measurements.append(
                StoredMeasurement(
                    name=storable(event.name),
                    value=value,
                    unit=storable(event.unit),
                    low=event.low,
                    high=event.high,
                    verdict=storable(event.verdict),
                )
            )

    def wait(self, event: ResourceWaiting) -> None:
        """Remember why it waits."""
        self._reason = one_line(event.reason)

    def lease(self, event: ResourceLeased) -> None:
        """Take note of a lease; a service is none."""
        if event.token and len(self._uses) < KEPT:
            self._uses[event.name] = ResourceUse(
                request=storable(event.request),
                type=storable(event.type),
                name=storable(event.name),
                leased=finite(event.time),
                waited=finite(event.waited),
                reason=self._reason if event.waited else "",
            )

    def keep(self, event: ResourceKept) -> None:
        """Take note that the test was over and a later one is to have the lease."""
        use = self._uses.get(event.name)
        if use is not None:
            self._uses[event.name] = attrs.evolve(use, held=finite(event.time - use.leased))

    def release(self, event: ResourceReleased) -> None:
        """Take note that a lease ended."""
        use = self._uses.get(event.name)
        if use is not None:
            self._uses[event.name] = attrs.evolve(
                use, held=finite(event.time - use.leased), dirty=event.dirty
            )

    def step(self, event: ResourceStep) -> None:
        """Take note of a step that failed; that of a part is laid to the whole that was leased."""
        if not event.error:
            return
        name = event.resource if event.resource in self._uses else event.resource.partition(".")[0]
        use = self._uses.get(name)
        if use is not None and not use.error:
            self._uses[name] = attrs.evolve(use, error=f"{event.step}: {one_line(event.error)}")

    def finish(self, event: TestFinished) -> None:
        """Take note of its end; what it has still got, it keeps no longer."""
        self._finished = event
        for name, use in self._uses.items():
            if not use.held:
                self._uses[name] = attrs.evolve(use, held=finite(max(0.0, event.time - use.leased)))

    @property
    def own_signature(self) -> str:
        """Give what it was recognised as, or else what its first failure says; empty if nothing failed."""
        failure = self._first_failure
        if self.signature or failure is None:
            return self.signature
        return signature_id(normalise(failure.text or failure.summary))

    def stored(self, run: str) -> tuple[StoredTest, TestDetails]:
        """Return what is to be kept."""
        started, finished = self.started, self._finished
        worst = max(self._reports, key=_severity) if self._reports else None
        test = StoredTest(
            run=run,
            number=started.test,
            id=storable(started.id),
            started=finite(started.time),
            attempt=started.attempt,
            name=storable(started.name),
            kind=started.kind,
            parent=self.parent,
            groups=self.groups,
            tags=tuple(map(storable, started.tags)),
            worker=storable(started.worker),
            duration=finite(finished.duration) if finished else 0.0,
            outcome=finished.outcome if finished else None,
            cause=finished.cause if finished else None,
            summary=one_line(worst.summary or worst.text) if worst else "",
            signature=self.own_signature if self._first_failure is not None else "",
            # What was claimed together was waited for together.
            waited=sum({use.waited for use in self._uses.values()}),
            log=storable(self.log),
        )
        if not (self._reports or self._expectations or self._passed or self._measurements or self._uses):
            return test, _NOTHING
        details = TestDetails(
            reports=tuple(self._reports),
            expectations=tuple(self._expectations),
            passed_expectations=self._passed,
            failed_expectations=self._failed,
            measurements=tuple(self._measurements),
            resources=tuple(self._uses.values()),
        )
        return test, details


_NOTHING = TestDetails()


def _severity(report: OutcomeReported) -> int:
    return report.outcome.severity


def _bounded(text: str) -> str:
    """Shorten a text in its middle: how it begins and how it ends say most."""
    if len(text) <= TEXT_LENGTH:
        return text
    half = TEXT_LENGTH // 2
    return f"{text[:half]}\n... {len(text) - 2 * half} characters left out ...\n{text[-half:]}"
