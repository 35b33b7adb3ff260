"""Take what unittest reports of a test, and pass it on as events."""

from __future__ import annotations

import time
import unittest

from rotest_core.errors import ClaimError, LeaseError, ResourceError, StoreError
from rotest_core.events import Cause, Outcome, OutcomeReported
from rotest_core.execution.deadline import notice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import TypeAlias

    from rotest_core.events import Event

    ExcInfo: TypeAlias = (
        tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    )

INFRASTRUCTURE_ERRORS = (ResourceError, ClaimError, LeaseError, StoreError)


class Result(unittest.TestResult):
    """Report one test after another.

    Everything that is not plain success becomes an event when it is reported; nothing is kept once the next test
    begins. To code that looks at its own result (a tearDown that reads ``errors`` and ``failures``) this is a
    TestResult of the running test.

    Args:
        emit: takes the events.
        failfast: whether the first test that is not good is to be the last.
        on_failure: called with each exception that is reported as failure or error, while its test is still set up.
        excuse: says, for the text of a failure, why it is an expected one; nothing if it is not.

    Attributes:
        test: the number of the running test.
        outcome: the most severe outcome reported for it so far.
        cause: who is to blame for that outcome.
        cleaning_up: while the clean-up of an interrupted test is run, only what fails in it counts.
    """

    testsRun: int  # noqa: N815 - unittest's name

    def __init__(
        self,
        emit: Callable[[Event], None],
        *,
        failfast: bool = False,
        on_failure: Callable[[BaseException], None] | None = None,
        excuse: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__()
        self.failfast = failfast
        self.test: int = -1
        self.outcome: Outcome = Outcome.SUCCESS
        self.cause: Cause | None = None
        self.cleaning_up = False
        self._emit = emit
        self._on_failure = on_failure
        self._excuse = excuse

    def begin(self, test: int) -> None:
        """Forget the test before and start with the next."""
        self.test = test
        if self.outcome is not Outcome.SUCCESS:
            self.outcome = Outcome.SUCCESS
            self.cause = None
            for reports in (self.errors, self.failures, self.skipped, self.expectedFailures):
                reports.clear()
            self.unexpectedSuccesses.clear()

    def report(
        self,
        outcome: Outcome,
        text: str,
        *,
        summary: str = "",
        cause: Cause | None = None,
        file: str = "",
        line: int = 0,
        subtest: str = "",
    ) -> None:
        """Tell one thing about the running test; see `OutcomeReported` for the arguments.

        A failure that somebody expects is told as an expected one.
        """
        if self._excuse is not None:
            outcome, cause, text = self.excused(outcome, cause, text)
        self.take_over(outcome, cause)
        self._emit(
            OutcomeReported(time.time(), self.test, outcome, text, summary, cause, file, line, subtest)
        )
        if self.failfast and not outcome.good:
            self.stop()

    def excused(self, outcome: Outcome, cause: Cause | None, text: str) -> tuple[Outcome, Cause | None, str]:
        """Return what a report becomes that somebody may expect."""
        reason = ""
        if self._excuse is not None and outcome in (Outcome.FAILURE, Outcome.ERROR):
            reason = self._excuse(text)
        return (Outcome.EXPECTED_FAILURE, None, f"{reason}\n{text}") if reason else (outcome, cause, text)

    def take_over(self, outcome: Outcome, cause: Cause | None) -> None:
        """Count what was told elsewhere."""
        if outcome.severity > self.outcome.severity:
            self.outcome = outcome
            self.cause = cause

    def told(self, outcome: Outcome, cause: Cause | None, summary: str) -> None:
        """Count what somebody else has told of the test, as a monitor does.

        Args:
            outcome: what was told.
            cause: who is to blame.
            summary: the text in short.
        """
        self.take_over(outcome, cause)
        if self.failfast and not outcome.good:
            self.stop()

    def report_error(
        self,
        error: BaseException,
        *,
        outcome: Outcome = Outcome.ERROR,
        cause: Cause = Cause.PRODUCT,
        subtest: str = "",
    ) -> str:
        """Tell about an exception, and return how it was formatted."""
        notice(error)
        if isinstance(error, INFRASTRUCTURE_ERRORS):
            outcome, cause = Outcome.ERROR, Cause.INFRASTRUCTURE
        from rotest_core.execution.tracebacks import describe

        failure = describe(error)
        self.report(
            outcome,
            failure.text,
            summary=failure.summary,
            cause=None if outcome.good else cause,
            file=failure.file,
            line=failure.line,
            subtest=subtest,
        )
        if self._on_failure is not None and not outcome.good:
            self._on_failure(error)
        return failure.text

    # What follows is called by unittest.

    def startTest(self, test: unittest.TestCase) -> None:
        """Count the test."""
        if not self.cleaning_up:
            self.testsRun += 1

    def stopTest(self, test: unittest.TestCase) -> None:
        """Do nothing: the worker knows that the test is done."""

    def addSuccess(self, test: unittest.TestCase) -> None:
        """Do nothing: success is what is not reported otherwise."""

    def addDuration(self, test: unittest.TestCase, elapsed: float) -> None:
        """Do nothing: the worker measures the whole test."""

    def addError(self, test: unittest.TestCase, err: ExcInfo) -> None:
        """Report an exception that is no failure of an assertion."""
        error = _exception(err)
        self.errors.append((test, self.report_error(error)))

    def addFailure(self, test: unittest.TestCase, err: ExcInfo) -> None:
        """Report an assertion that failed."""
        error = _exception(err)
        self.failures.append((test, self.report_error(error, outcome=Outcome.FAILURE)))

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: ExcInfo | None) -> None:
        """Report what failed in a subtest; one that passed is not told."""
        if err is None:
            return
        error = _exception(err)
        failed = isinstance(error, test.failureException)
        outcome, reports = (Outcome.FAILURE, self.failures) if failed else (Outcome.ERROR, self.errors)
        text = self.report_error(error, outcome=outcome, subtest=_description(subtest, test))
        reports.append((subtest, text))

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        """Report that a test or subtest was skipped."""
        if not self.cleaning_up:
            self.skipped.append((test, reason))
            # A skip in a subTest is reported for an object of unittest's that stands for it and knows its test.
            owner = getattr(test, "test_case", None) if type(test).__module__ == "unittest.case" else None
            self.report(Outcome.SKIPPED, str(reason), subtest=_description(test, owner) if owner else "")

    def addExpectedFailure(self, test: unittest.TestCase, err: ExcInfo) -> None:
        """Report a failure that the test announced."""
        if not self.cleaning_up:
            text = self.report_error(_exception(err), outcome=Outcome.EXPECTED_FAILURE)
            self.expectedFailures.append((test, text))

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        """Report that the failure which the test announced did not come."""
        if not self.cleaning_up:
            self.unexpectedSuccesses.append(test)
            self.report(Outcome.UNEXPECTED_SUCCESS, "", summary="unexpected success", cause=Cause.PRODUCT)


def _exception(err: ExcInfo) -> BaseException:
    return err[1] if err[1] is not None else RuntimeError("an error was reported without an exception")


def _description(subtest: unittest.TestCase, test: unittest.TestCase) -> str:
    """Say which subTest it is as unittest does: ``[message] (i=1)``."""
    return subtest.id().removeprefix(test.id()).strip()
