from __future__ import annotations

import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from rotest_core.errors import (
    ClaimTimeoutError,
    LeaseLostError,
    NoSuchResourceError,
    ResourceError,
    StoreError,
)
from rotest_core.events import Cause, Event, Outcome, OutcomeReported
from rotest_core.execution.result import Result


class Heard:
    """Keep the events that a result sends."""

    def __init__(self) -> None:
        self.reports: list[OutcomeReported] = []

    def emit(self, *events: Event) -> None:
        for event in events:
            assert isinstance(event, OutcomeReported)
            self.reports.append(event)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def result(heard: Heard) -> Result:
    result = Result(heard.emit)
    result.begin(7)
    return result


class Case(unittest.TestCase):
    """Look at the own result in tearDown, as people do."""

    __test__ = False

    seen: list[object]

    def tearDown(self) -> None:
        result = getattr(self, "_outcome").result  # noqa: B009 - unittest's private attribute
        type(self).seen = [len(result.failures), len(result.errors), result.wasSuccessful()]

    def test_fails(self) -> None:
        self.fail("no")

    def test_passes(self) -> None: ...

    def test_parts(self) -> None:
        parts: list[Callable[[str], object]] = [self.skipTest, self.fail, self.breaks]
        for number, part in enumerate(parts):
            with self.subTest("words", number=number):
                part("a reason")

    def breaks(self, reason: str) -> None:
        raise LookupError(reason)

    @unittest.skip("never")
    def test_skipped(self) -> None: ...

    @unittest.expectedFailure
    def test_expected(self) -> None:
        self.fail("as expected")

    @unittest.expectedFailure
    def test_unexpected(self) -> None: ...


def test_the_outcome_is_the_most_severe_and_every_report_is_kept_in_order(
    result: Result, heard: Heard
) -> None:
    Case("test_parts").run(result)
    assert [(report.outcome, report.subtest) for report in heard.reports] == [
        (Outcome.SKIPPED, "[words] (number=0)"),
        (Outcome.FAILURE, "[words] (number=1)"),
        (Outcome.ERROR, "[words] (number=2)"),
    ]
    assert [report.test for report in heard.reports] == [7, 7, 7]
    assert (result.outcome, result.cause) == (Outcome.ERROR, Cause.PRODUCT)


@pytest.mark.parametrize(
    ("name", "outcome", "text", "cause"),
    [
        ("test_skipped", Outcome.SKIPPED, "never", None),
        ("test_expected", Outcome.EXPECTED_FAILURE, "AssertionError: as expected\n", None),
        ("test_unexpected", Outcome.UNEXPECTED_SUCCESS, "", Cause.PRODUCT),
        ("test_fails", Outcome.FAILURE, "AssertionError: no\n", Cause.PRODUCT),
    ],
)
def test_every_kind_of_outcome_is_an_event(
    result: Result, heard: Heard, name: str, outcome: Outcome, text: str, cause: Cause | None
) -> None:
    Case(name).run(result)
    (report,) = heard.reports
    assert (report.outcome, report.cause) == (outcome, cause)
    assert report.text.endswith(text)
    assert (result.outcome, result.cause) == (outcome, cause)


def test_success_is_what_is_not_reported_otherwise(result: Result, heard: Heard) -> None:
    Case("test_passes").run(result)
    assert heard.reports == []
    assert result.outcome is Outcome.SUCCESS


def test_code_that_looks_at_its_own_result_sees_its_own_test_alone(result: Result) -> None:
    Case("test_fails").run(result)
    assert Case.seen == [1, 0, False]
    result.begin(8)
    Case("test_passes").run(result)
    assert Case.seen == [0, 0, True]
    assert result.testsRun == 2


@pytest.mark.parametrize(
    "error",
    [
        ResourceError("calc1", "connect", OSError("refused")),
        NoSuchResourceError("none"),
        ClaimTimeoutError("late"),
        LeaseLostError(["Calculator/calc1"]),
        StoreError("corrupt"),
    ],
)
def test_what_the_infrastructure_did_not_give_is_an_error_of_the_infrastructure(
    result: Result, heard: Heard, error: Exception
) -> None:
    result.report_error(error, outcome=Outcome.FAILURE)
    assert heard.reports[0].outcome is Outcome.ERROR
    assert heard.reports[0].cause is Cause.INFRASTRUCTURE


@pytest.mark.parametrize(
    ("name", "stops"),
    [("test_fails", True), ("test_unexpected", True), ("test_expected", False), ("test_skipped", False)],
)
def test_failfast_stops_after_what_is_not_good(heard: Heard, name: str, stops: bool) -> None:
    result = Result(heard.emit, failfast=True)
    result.begin(0)
    Case(name).run(result)
    assert result.shouldStop is stops


def test_whoever_wants_to_look_at_failures_is_called_with_them(heard: Heard) -> None:
    looked_at: list[BaseException] = []
    result = Result(heard.emit, on_failure=looked_at.append)
    for number, name in enumerate(("test_fails", "test_expected", "test_skipped", "test_parts")):
        result.begin(number)
        Case(name).run(result)
    assert [str(error) for error in looked_at] == ["no", "a reason", "a reason"]


@contextmanager
def cleaning_up(result: Result) -> Iterator[None]:
    result.cleaning_up = True
    yield
    result.cleaning_up = False


def test_while_an_interrupted_test_cleans_up_only_what_fails_counts(result: Result, heard: Heard) -> None:
    with cleaning_up(result):
        for name in ("test_skipped", "test_expected", "test_unexpected", "test_passes"):
            Case(name).run(result)
        assert heard.reports == []
        Case("test_fails").run(result)
    assert len(heard.reports) == 1
    assert result.testsRun == 0
