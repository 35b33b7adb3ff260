from __future__ import annotations

import asyncio
import inspect
import unittest
from collections.abc import Callable

import pytest

from rotest_core.errors import ResourceError
from rotest_core.execution.tracebacks import Failure, describe, relevant_entries


def caught(call: Callable[[], object]) -> BaseException:
    """Return what a call raises, without the frame of this function."""
    with pytest.raises(BaseException) as raised:  # noqa: PT011 - whatever it is
        call()
    assert raised.value.__traceback__ is not None
    return raised.value.with_traceback(raised.value.__traceback__.tb_next)


def failure_of(case: unittest.TestCase) -> Failure:
    """Run a case and describe what its result is told."""
    found: list[Failure] = []

    class Told(unittest.TestResult):
        def addError(self, test: object, err: object) -> None:
            assert isinstance(err, tuple)
            found.append(describe(err[1]))

        addFailure = addError

    case.run(Told())
    (failure,) = found
    return failure


def frames(failure: Failure) -> list[str]:
    """Give the functions that a traceback shows, outermost first."""
    return [line.rpartition(", in ")[2] for line in failure.text.splitlines() if line.startswith("  File ")]


class Case(unittest.TestCase):
    __test__ = False

    def test_assertion(self) -> None:
        self.helper(lambda: self.assertEqual(1, 2))

    def test_in_a_callback(self) -> None:
        self.assertRaises(KeyError, self.breaks)

    def test_chain(self) -> None:
        try:
            self.breaks()
        except LookupError as error:
            raise OSError("outer") from error

    def test_recursion(self) -> None:
        self.test_recursion()

    def helper(self, check: Callable[[], None]) -> None:
        check()

    def breaks(self) -> None:
        raise LookupError("inner")


class Asynchronous(unittest.IsolatedAsyncioTestCase):
    __test__ = False

    async def test(self) -> None:
        await asyncio.sleep(0)
        raise LookupError("gone")


def line_of(function: Callable[..., object], text: str) -> int:
    lines, start = inspect.getsourcelines(function)
    return start + next(number for number, line in enumerate(lines) if text in line)


def test_the_frames_of_unittest_are_left_out_before_and_after_the_tests_own() -> None:
    failure = failure_of(Case("test_assertion"))
    assert frames(failure) == ["test_assertion", "helper", "<lambda>"]
    assert failure.summary == "AssertionError: 1 != 2"


def test_frames_between_the_tests_own_are_left_out_too() -> None:
    assert frames(failure_of(Case("test_in_a_callback"))) == ["test_in_a_callback", "breaks"]


def test_the_place_is_the_innermost_line_in_the_file_of_the_test() -> None:
    failure = failure_of(Case("test_assertion"))
    assert (failure.file, failure.line) == (__file__, line_of(Case.test_assertion, "assertEqual"))


def test_each_exception_of_a_chain_is_cleaned() -> None:
    failure = failure_of(Case("test_chain"))
    assert frames(failure) == ["test_chain", "breaks", "test_chain"]
    assert "The above exception was the direct cause" in failure.text
    assert failure.summary == "OSError: outer"


def test_the_event_loop_is_left_out_before_an_asynchronous_test() -> None:
    failure = failure_of(Asynchronous("test"))
    assert frames(failure) == ["test"]


def test_a_recursion_is_shown_in_short() -> None:
    failure = failure_of(Case("test_recursion"))
    assert "Previous line repeated" in failure.text
    assert len(failure.text) < 5000
    assert failure.summary.startswith("RecursionError: ")


def test_members_of_a_group_are_cleaned() -> None:
    inner = failure_of(Case("test_assertion"))
    assert inner.line

    def raise_group() -> None:
        raise ExceptionGroup("several", [caught_error("one"), caught_error("two")])

    def caught_error(text: str) -> Exception:
        error = caught(lambda: int(text))
        assert isinstance(error, Exception)
        return error

    failure = describe(caught(raise_group))
    assert failure.summary == "ExceptionGroup: several (2 sub-exceptions)"
    assert failure.text.count("ValueError") == 2


def test_an_error_of_rotest_that_nobody_elses_frame_raised_shows_its_message_alone() -> None:
    error = ResourceError("calc1", "connect", OSError("refused"))
    failure = describe(error)
    assert failure.summary == "rotest_core.errors.ResourceError: calc1: connect failed: OSError: refused"
    assert (failure.file, failure.line) == ("", 0)


@pytest.mark.parametrize("text", ["several\nlines", "", "control \x07 and lone \udc80"])
def test_the_summary_is_one_line_and_the_text_has_it_all(text: str) -> None:
    failure = describe(ValueError(text))
    assert "\n" not in failure.summary
    assert failure.summary.startswith("ValueError")
    assert text in failure.text


def test_the_summary_of_a_syntax_error_says_what_is_wrong() -> None:
    failure = describe(caught(lambda: compile("x = = 1", "file.py", "exec")))
    assert failure.summary == "SyntaxError: invalid syntax"


def test_notes_are_shown() -> None:
    error = ValueError("a")
    error.add_note("then something else")
    failure = describe(error)
    assert failure.summary == "ValueError: a"
    assert failure.text.endswith("then something else\n")


class UnspeakableError(Exception):
    """Cannot say what it is, nor what it holds."""

    def __str__(self) -> str:
        raise RuntimeError("no words")

    def __getattribute__(self, name: str) -> object:
        raise RuntimeError(f"not even {name}")


def test_an_exception_that_cannot_be_formatted_is_described_by_its_type() -> None:
    failure = describe(UnspeakableError())
    assert "Unspeakable" in failure.summary
    assert "Unspeakable" in failure.text


def test_an_exception_that_only_the_machinery_raised_keeps_its_frames() -> None:
    error = caught(lambda: unittest.TestCase("missing"))
    assert error.__traceback__ is not None
    inner = error.__traceback__
    while inner.tb_next is not None:
        inner = inner.tb_next
    error = error.with_traceback(inner)
    assert relevant_entries(error) == [inner]
