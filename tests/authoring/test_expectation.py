"""Expectations record their verdict, go on, and fail the test in the end."""

from __future__ import annotations

import inspect
import sys
import unittest
from typing import Any

import pytest

from rotest_core.authoring.case import TestCase
from rotest_core.authoring.checks import VALUE_LENGTH, ExpectationFailure
from tests.authoring import cases
from tests.authoring.context import Check, KeepingContext, run


class Host(TestCase):
    """A case whose only use is to be asked."""

    def runTest(self) -> None: ...


def ask(method: str, *arguments: Any, **options: Any) -> Check:
    """Call a method of a fresh case in a run, and return what was recorded."""
    context = KeepingContext()

    class Asking(TestCase):
        def test(self) -> None:
            self.returned = getattr(self, method)(*arguments, **options)

    run(Asking, context=context)
    (check,) = context.checks
    return check


HOLDS: list[tuple[str, tuple[Any, ...]]] = [
    ("AlmostEqual", (1.0, 1.00000001)),
    ("CountEqual", ([1, 2], [2, 1])),
    ("DictEqual", ({"a": 1}, {"a": 1})),
    ("Equal", (1, 1)),
    ("False", (0,)),
    ("Greater", (2, 1)),
    ("GreaterEqual", (2, 2)),
    ("In", (1, [1])),
    ("Is", (None, None)),
    ("IsInstance", (1, int)),
    ("IsNone", (None,)),
    ("IsNot", (1, None)),
    ("IsNotNone", (1,)),
    ("Less", (1, 2)),
    ("LessEqual", (1, 1)),
    ("ListEqual", ([1], [1])),
    ("MultiLineEqual", ("a\nb", "a\nb")),
    ("NotAlmostEqual", (1.0, 1.1)),
    ("NotEqual", (1, 2)),
    ("NotIn", (2, [1])),
    ("NotIsInstance", ("x", int)),
    ("NotRegex", ("abc", "x")),
    ("Regex", ("abc", "b")),
    ("SequenceEqual", ([1], (1,))),
    ("SetEqual", ({1}, {1})),
    ("True", (1,)),
    ("TupleEqual", ((1,), (1,))),
]

FAILS: list[tuple[str, tuple[Any, ...]]] = [
    ("AlmostEqual", (1.0, 1.1)),
    ("CountEqual", ([1, 2], [2])),
    ("DictEqual", ({"a": 1}, {"a": 2})),
    ("Equal", (1, 2)),
    ("False", (1,)),
    ("Greater", (1, 1)),
    ("GreaterEqual", (1, 2)),
    ("In", (2, [1])),
    ("Is", (1, None)),
    ("IsInstance", ("x", int)),
    ("IsNone", (1,)),
    ("IsNot", (None, None)),
    ("IsNotNone", (None,)),
    ("Less", (2, 2)),
    ("LessEqual", (2, 1)),
    ("ListEqual", ([1], [2])),
    ("MultiLineEqual", ("a\nb", "a\nc")),
    ("NotAlmostEqual", (1.0, 1.0)),
    ("NotEqual", (1, 1)),
    ("NotIn", (1, [1])),
    ("NotIsInstance", (1, int)),
    ("NotRegex", ("abc", "b")),
    ("Regex", ("abc", "x")),
    ("SequenceEqual", ([1], (2,))),
    ("SetEqual", ({1}, {2})),
    ("True", (0,)),
    ("TupleEqual", ((1,), (2,))),
]

if sys.version_info >= (3, 14):
    HOLDS += [
        ("EndsWith", ("abc", "c")),
        ("HasAttr", ("abc", "upper")),
        ("IsSubclass", (bool, int)),
        ("NotEndsWith", ("abc", "b")),
        ("NotHasAttr", ("abc", "lowest")),
        ("NotIsSubclass", (str, int)),
        ("NotStartsWith", ("abc", "b")),
        ("StartsWith", ("abc", "a")),
    ]
    FAILS += [
        ("EndsWith", ("abc", "b")),
        ("HasAttr", ("abc", "lowest")),
        ("IsSubclass", (str, int)),
        ("NotEndsWith", ("abc", "c")),
        ("NotHasAttr", ("abc", "upper")),
        ("NotIsSubclass", (bool, int)),
        ("NotStartsWith", ("abc", "a")),
        ("StartsWith", ("abc", "b")),
    ]

BLOCKS = {"Logs", "NoLogs", "Raises", "RaisesRegex", "Warns", "WarnsRegex"}


def assertions() -> set[str]:
    """Return what unittest asserts on this Python, without what it is about to remove."""
    names = {name.removeprefix("assert") for name in dir(unittest.TestCase) if name.startswith("assert")}
    deprecated = {"_", "DictContainsSubset", "Equals", "NotEquals", "AlmostEquals", "NotAlmostEquals"}
    return names - deprecated - {"RegexpMatches", "NotRegexpMatches", "RaisesRegexp"}


def test_every_assertion_has_its_expectation_and_an_example_here() -> None:
    assert {name for name in dir(TestCase) if name.startswith("expect")} == {
        "expect",
        "expectMeasured",
        *(f"expect{name}" for name in assertions()),
    }
    assert {name for name, _ in HOLDS} | BLOCKS == assertions()
    assert {name for name, _ in FAILS} | BLOCKS == assertions()


@pytest.mark.parametrize("name", sorted(assertions() - {"Raises", "RaisesRegex", "Warns", "WarnsRegex"}))
def test_arguments_are_those_of_unittest_and_a_success_message(name: str) -> None:
    original = inspect.signature(getattr(unittest.TestCase, f"assert{name}"))
    for prefix in ("assert", "expect"):
        method = getattr(TestCase, f"{prefix}{name}")
        assert method.__qualname__.endswith(f"{prefix}{name}")
        parameters = dict(inspect.signature(method).parameters)
        success = parameters.pop("success_msg")
        assert (success.kind, success.default) == (inspect.Parameter.KEYWORD_ONLY, None)
        given = [(each.name, each.kind) for each in parameters.values()]
        assert given == [(each.name, each.kind) for each in original.parameters.values()]


@pytest.mark.parametrize(("name", "arguments"), HOLDS)
def test_expectation_that_holds_is_recorded(name: str, arguments: tuple[Any, ...]) -> None:
    check = ask(f"expect{name}", *arguments)
    assert (check.method, check.passed, check.text) == (f"expect{name}", True, "")
    assert check.values == tuple(map(repr, arguments))


@pytest.mark.parametrize(("name", "arguments"), FAILS)
def test_expectation_that_fails_is_recorded_with_the_assertions_text(
    name: str, arguments: tuple[Any, ...]
) -> None:
    with pytest.raises(AssertionError) as asserted:
        getattr(Host(), f"assert{name}")(*arguments, msg="why not")
    check = ask(f"expect{name}", *arguments, msg="why not")
    assert (check.method, check.passed) == (f"expect{name}", False)
    assert check.text == str(asserted.value)
    assert check.values == tuple(map(repr, arguments))


@pytest.mark.parametrize(("name", "arguments"), HOLDS)
def test_success_message_is_recorded_with_what_held(name: str, arguments: tuple[Any, ...]) -> None:
    for prefix in ("assert", "expect"):
        check = ask(f"{prefix}{name}", *arguments, success_msg="as it should be")
        assert (check.method, check.passed, check.text) == (f"{prefix}{name}", True, "as it should be")


def test_expectations_tell_whether_they_held_and_go_on() -> None:
    result = run(cases.Returning)
    assert result.errors == []
    ((_, text),) = result.failures
    assert "AssertionError" not in text
    assert "3 expectations failed; 0 is not true : zero" in text


def test_test_fails_in_the_end_with_every_text_and_line() -> None:
    ((_, text),) = run(cases.Failing).failures
    line = inspect.getsourcelines(cases.Failing)[1]
    assert text == (
        "rotest_core.ExpectationFailure: 2 expectations failed; 1 != 2 : first\n"
        f'  File "{cases.__file__}", line {line + 2}, in test\n'
        '    self.expectEqual(1, 2, "first")\n'
        "  1 != 2 : first\n"
        f'  File "{cases.__file__}", line {line + 3}, in test\n'
        '    self.expectIn("x", [])\n'
        "  'x' not found in []\n"
    )


def test_record_knows_the_line_of_the_test() -> None:
    context = KeepingContext()
    run(cases.Failing, context=context)
    line = inspect.getsourcelines(cases.Failing)[1]
    assert context.files == {cases.__file__}
    assert [(check.line, check.source) for check in context.checks] == [
        (line + 2, 'self.expectEqual(1, 2, "first")'),
        (line + 3, 'self.expectIn("x", [])'),
    ]


def test_later_exception_is_kept_beside_the_expectation() -> None:
    result = run(cases.Erring)
    assert [text.splitlines()[-1] for _, text in result.errors] == ["ZeroDivisionError: later"]
    assert ["0 is not true" in text for _, text in result.failures] == [True]


def test_expectation_and_assertion_are_both_failures() -> None:
    result = run(cases.FailingTwice)
    assert result.errors == []
    assert [text.splitlines()[-1] for _, text in result.failures] == [
        "AssertionError: [] is not true",
        "  0 is not true",
    ]


def test_expectations_hold_in_fixtures_and_clean_ups_too() -> None:
    result = run(cases.Everywhere)
    assert result.errors == []
    of_test, after_it = [text for _, text in result.failures]
    assert [word in of_test for word in ("setUp", "'test'", "tearDown", "clean-up")] == [
        True,
        True,
        False,
        False,
    ]
    assert "2 expectations failed; 'tearDown' != 0" in after_it
    assert "'clean-up' != 0" in after_it


def test_expectations_in_a_part_are_that_parts_failure() -> None:
    result = run(cases.Parts)
    assert [str(case).split(")", 1)[1].strip() for case, _ in result.failures[:2]] == [
        "(number=0)",
        "(number=2)",
    ]
    assert [text.splitlines()[-1] for _, text in result.errors] == ["KeyError: 'x'"]
    assert result.failures[2][1].splitlines()[-1] == "  'kept' != 0"


@pytest.mark.parametrize("method", ["test", "test_raising"])
def test_expected_failure_may_come_from_an_expectation(method: str) -> None:
    result = run(cases.Expected, method)
    assert (len(result.expectedFailures), result.failures, result.errors) == (1, [], [])


def test_skip_does_not_hide_a_failed_expectation() -> None:
    result = run(cases.Skipping)
    assert [reason for _, reason in result.skipped] == ["enough"]
    assert len(result.failures) == 1


def test_expectations_work_in_asynchronous_tests() -> None:
    context = KeepingContext()
    result = run(cases.Async, context=context)
    assert len(result.failures) == 1
    assert [check.passed for check in context.checks] == [False, True]
    assert context.told == ["setup finished", "teardown started"]


def test_failure_is_of_the_class_that_the_case_names() -> None:
    ((_, text),) = run(cases.Custom).failures
    assert "OwnFailure: 1 != 2" in text


def test_failure_knows_what_failed_and_where() -> None:
    with pytest.raises(ExpectationFailure) as caught:
        cases.Failing("test").debug()
    assert [failed.text for failed in caught.value.failures] == ["1 != 2 : first", "'x' not found in []"]
    assert caught.value.__rotest_place__ == (cases.__file__, inspect.getsourcelines(cases.Failing)[1] + 2)


def test_blocks_that_are_to_raise_are_judged_when_they_end() -> None:
    context = KeepingContext()
    result = run(cases.Raising, context=context)
    assert result.errors == []
    assert [(check.method, check.passed, check.text) for check in context.checks] == [
        ("expectRaises", True, ""),
        ("expectRaises", False, "ValueError not raised : none at all"),
        (
            "expectRaisesRegex",
            False,
            '"nothing like it" does not match "invalid literal for int() with base 10: \'x\'"',
        ),
        ("expectRaisesRegex", True, ""),
    ]
    assert [check.source[:18] for check in context.checks] == [
        "with self.expectRa",
        "with self.expectRa",
        "with self.expectRa",
        "self.expectRaisesR",
    ]


def test_exception_of_another_type_is_an_error() -> None:
    context = KeepingContext()
    result = run(cases.WrongRaise, context=context)
    assert [text.splitlines()[-1] for _, text in result.errors] == ["KeyError: 'other'"]
    assert context.checks == []


@pytest.mark.parametrize(
    ("case", "verdicts"),
    [(cases.WarningCase, [True, False, True, True, False]), (cases.Logging, [True, False, False, True])],
)
def test_blocks_that_are_to_warn_or_log_are_judged_when_they_end(
    case: type[TestCase], verdicts: list[bool]
) -> None:
    context = KeepingContext()
    result = run(case, context=context)
    assert result.errors == []
    assert [check.passed for check in context.checks] == verdicts


def test_values_are_shortened_and_never_raise() -> None:
    class Long(TestCase):
        def test(self) -> None:
            self.expectEqual("x" * 1000, cases.Bad())

    context = KeepingContext()
    run(Long, context=context)
    long, bad = context.checks[0].values
    assert len(long) == VALUE_LENGTH
    assert long.endswith("...")
    assert "Bad object at" in bad


def test_expectation_uses_the_assertion_that_a_class_overrides() -> None:
    assert run(cases.OwnAssertion).wasSuccessful()


def test_case_that_runs_again_forgets_what_failed_before() -> None:
    class Wavering(TestCase):
        attempts = 0

        def test(self) -> None:
            self.attempts += 1
            self.expectEqual(self.attempts, 2)

    case = Wavering("test")
    outcomes = []
    for _ in range(2):
        result = unittest.TestResult()
        case.run(result)
        outcomes.append(result.wasSuccessful())
    assert outcomes == [False, True]
