"""How assertions and expectations are recorded, and how a test with failed expectations fails in the end.

An expectation that fails is kept and the test goes on. What was kept is raised when the test's method is over, as one
failure with every text in it; what fails after that (in tearDown, in a clean-up) is raised after the last clean-up.
So it is the same under Rotest and under ``python -m unittest``.
"""

from __future__ import annotations

import linecache
import sys
import unittest
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from contextlib import AbstractContextManager
    from types import FrameType, TracebackType

    from rotest_core.authoring.context import TestContext

# Tells unittest, and our tracebacks, to leave the frames of this module out.
__unittest = True

VALUE_LENGTH = 200
"""Longest text, in characters, that is kept of one value."""

T = TypeVar("T")

_UNSET: Any = object()


class Place(NamedTuple):
    """Say where in a test something was checked."""

    file: str
    line: int
    function: str

    @property
    def source(self) -> str:
        """Return the line of source, stripped."""
        return linecache.getline(self.file, self.line).strip()


class FailedExpectation(NamedTuple):
    """Keep one failed expectation until it is raised."""

    place: Place
    text: str

    def __str__(self) -> str:
        file, line, function = self.place
        return f'  File "{file}", line {line}, in {function}\n    {self.place.source}\n  {self.text}'


class ExpectationFailure(AssertionError):  # noqa: N818 - it is a failure, and errors are something else
    """Make a test fail for expectations that failed while it ran.

    Args:
        failures: what failed, in order.
    """

    # What a traceback shows: where users find it.
    __module__ = "rotest_core"

    def __init__(self, failures: Sequence[FailedExpectation]) -> None:
        self.failures: tuple[FailedExpectation, ...] = tuple(failures)
        reason = failures[0].text.partition("\n")[0]
        heading = reason if len(failures) == 1 else f"{len(failures)} expectations failed; {reason}"
        super().__init__("\n".join((heading, *map(str, failures))))

    @property
    def __rotest_place__(self) -> tuple[str, int]:
        """Return the file and line of the first: what was raised in the end points nowhere."""
        return self.failures[0].place[:2]


class CheckedCase(unittest.TestCase):
    """Be the part of every test that knows how to record what was checked."""

    _rotest_context: TestContext | None = None
    _rotest_failed: list[FailedExpectation]

    def subTest(self, msg: Any = _UNSET, **params: Any) -> AbstractContextManager[None]:
        """Mark a part of the test, as unittest does; expectations that fail in it are the part's failure."""
        inner = super().subTest(**params) if msg is _UNSET else super().subTest(msg, **params)
        return self._rotest_part(inner)

    @contextmanager
    def _rotest_part(self, inner: AbstractContextManager[None]) -> Generator[None]:
        with inner:
            earlier, self._rotest_failed = self._rotest_failed, []
            try:
                yield
                self._rotest_raise_failed()
            finally:
                self._rotest_failed = [*earlier, *self._rotest_failed]

    def _rotest_expect(
        self,
        method: str,
        check: Callable[[], object],
        values: tuple[object, ...],
        success_msg: str | None,
    ) -> bool:
        """Check without stopping the test, and record the verdict; called by the method that the test calls."""
        try:
            check()
        except self.failureException as failure:
            self._rotest_judge(method, values, place_of(sys._getframe(2)), str(failure))  # pyright: ignore[reportPrivateUsage]
            return False
        if self._rotest_context is not None:
            place = place_of(sys._getframe(2))  # pyright: ignore[reportPrivateUsage]
            self._rotest_record(method, True, success_msg or "", values, place)
        return True

    def _rotest_asserted(self, method: str, values: tuple[object, ...], success_msg: str | None) -> None:
        """Record an assertion that held; called by the method that the test calls."""
        frame = self._rotest_recorded_from(sys._getframe(2), success_msg)  # pyright: ignore[reportPrivateUsage]
        if frame is not None:
            self._rotest_record(method, True, success_msg or "", values, place_of(frame))

    def _rotest_guarded(
        self,
        method: str,
        inner: AbstractContextManager[Any, bool | None] | None,
        values: tuple[object, ...],
        success_msg: str | None,
    ) -> object:
        """Record how a ``with`` block that is asserted to raise, warn or log fared, if anybody asks.

        Args:
            method: the method that the test called; it calls this one.
            inner: unittest's context manager; None when the assertion was of a call, which held.
            values: the arguments.
            success_msg: what to record when it holds.
        """
        frame = self._rotest_recorded_from(sys._getframe(2), success_msg)  # pyright: ignore[reportPrivateUsage]
        if frame is None:
            return inner
        if inner is None:
            self._rotest_record(method, True, success_msg or "", values, place_of(frame))
            return None
        return CheckedBlock(self, method, inner, values, success_msg, place_of(frame), fatal=True)

    def _rotest_checked(
        self,
        method: str,
        inner: AbstractContextManager[T, bool | None],
        values: tuple[object, ...],
        success_msg: str | None,
    ) -> CheckedBlock[T]:
        """Record how a ``with`` block that is expected to raise, warn or log fares, and go on in any case."""
        place = place_of(sys._getframe(2))  # pyright: ignore[reportPrivateUsage]
        return CheckedBlock(self, method, inner, values, success_msg, place, fatal=False)

    def _rotest_recorded_from(self, frame: FrameType, success_msg: str | None) -> FrameType | None:
        """Return the frame of an assertion that is to be recorded."""
        context = self._rotest_context
        if context is None or (success_msg is None and not context.records_assertions):
            return None
        # An assertion made of others, as assertEqual is, is recorded once.
        return None if "__unittest" in frame.f_globals else frame

    def _rotest_judge(self, method: str, values: tuple[object, ...], place: Place, text: str) -> None:
        """Take note of an expectation that failed; see `TestContext.expectation` for the arguments."""
        self._rotest_record(method, False, text, values, place)
        self._rotest_keep(place, text)

    def _rotest_keep(self, place: Place, text: str) -> None:
        """Keep what failed until the test's method is over."""
        self._rotest_failed.append(FailedExpectation(place, text))

    def _rotest_record(
        self, method: str, passed: bool, text: str, values: tuple[object, ...], place: Place
    ) -> None:
        """Tell the run about something that was checked; see `TestContext.expectation` for the arguments."""
        if self._rotest_context is not None:
            self._rotest_context.expectation(
                method=method,
                passed=passed,
                text=text,
                values=tuple(map(_shown, values)),
                file=place.file,
                line=place.line,
                source=place.source,
            )

    def _rotest_raise_failed(self) -> None:
        failed, self._rotest_failed = self._rotest_failed, []
        if not failed:
            return
        failure = ExpectationFailure(failed)
        if not isinstance(failure, self.failureException):
            raise self.failureException(str(failure))
        raise failure

    if not TYPE_CHECKING:
        # unittest calls its steps through these since Python 3.8; typeshed does not know them.

        def _callSetUp(self):  # noqa: N802
            self._rotest_failed = []
            # First in, so last out: after every other clean-up.
            self.addCleanup(self._rotest_raise_failed)
            context = self._rotest_context
            if context is not None and not _is_idle(type(self), "setUp"):
                context.setup_started()
            super()._callSetUp()
            if context is not None:
                context.setup_finished()

        def _callTestMethod(self, method):  # noqa: N802
            try:
                super()._callTestMethod(method)
            except Exception:
                if self._outcome is not None and self._outcome.expecting_failure:
                    # The method failed as it should; so did what was expected in it.
                    self._rotest_failed = []
                raise
            self._rotest_raise_failed()

        def _callTearDown(self):  # noqa: N802
            if self._rotest_context is not None:
                idle = len(self._cleanups) == 1 and _is_idle(type(self), "tearDown")
                self._rotest_context.teardown_started(idle=idle)
            super()._callTearDown()


class CheckedBlock(Generic[T]):
    """Record how a ``with`` block fared that is to raise, warn or log.

    Args:
        case: the test.
        method: the name of the method that the test called.
        inner: unittest's context manager, which judges.
        values: the arguments.
        success_msg: what to record when it holds.
        place: where in the test it stands.
        fatal: whether a failure is raised at once, as that of an assertion is.
    """

    def __init__(
        self,
        case: CheckedCase,
        method: str,
        inner: AbstractContextManager[T, bool | None],
        values: tuple[object, ...],
        success_msg: str | None,
        place: Place,
        *,
        fatal: bool,
    ) -> None:
        self._case = case
        self._method = method
        self._inner = inner
        self._values = values
        self._success_msg = success_msg
        self._place = place
        self._fatal = fatal

    def __enter__(self) -> T:
        return self._inner.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> bool:
        try:
            handled = bool(self._inner.__exit__(kind, error, traceback))
        except self._case.failureException as failure:
            if self._fatal:
                raise
            self._case._rotest_judge(self._method, self._values, self._place, str(failure))  # pyright: ignore[reportPrivateUsage]
            return True
        if kind is None or handled:
            self._case._rotest_record(self._method, True, self._success_msg or "", self._values, self._place)  # pyright: ignore[reportPrivateUsage]
        return handled


def bind(case: unittest.TestCase, context: TestContext | None) -> None:
    """Connect a case with the run that runs it, or part them again."""
    vars(case)["_rotest_context"] = context


def context_of(case: CheckedCase) -> TestContext | None:
    """Return the run's side of a running case; None outside of a run of Rotest."""
    return case._rotest_context  # pyright: ignore[reportPrivateUsage]


def place_of(frame: FrameType) -> Place:
    """Say where a frame stands."""
    return Place(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)


def _is_idle(case_type: type, step: str) -> bool:
    """Tell whether a class leaves setUp or tearDown as they are: they do nothing."""
    usual: object = getattr(unittest.TestCase, step)
    return getattr(case_type, step) is usual and not hasattr(case_type, "asyncSetUp")


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except Exception:
        text = object.__repr__(value)
    return text if len(text) <= VALUE_LENGTH else f"{text[: VALUE_LENGTH - 3]}..."
