"""Assertions are unittest's, and tell what held when they are asked to."""

from __future__ import annotations

import unittest

from rotest_core.authoring.case import TestCase
from tests.authoring import cases
from tests.authoring.context import KeepingContext, run


def test_assertions_are_recorded_only_where_a_success_message_asks_for_it() -> None:
    context = KeepingContext()
    assert run(cases.Asserting, context=context).wasSuccessful()
    assert [(check.method, check.text) for check in context.checks] == [("assertIn", "found")]


def test_run_may_want_every_assertion_and_gets_each_once() -> None:
    context = KeepingContext(records_assertions=True)
    run(cases.Asserting, context=context)
    assert [check.method for check in context.checks] == ["assertEqual", "assertTrue", "assertIn"]
    assert [check.source for check in context.checks] == [
        "self.assertEqual([1], [1])",
        "self.assertTrue(1)",
        'self.assertIn(1, [1], success_msg="found")',
    ]


def test_expectations_are_not_recorded_as_assertions_as_well() -> None:
    class Expecting(TestCase):
        def test(self) -> None:
            self.expectEqual([1], [1])

    context = KeepingContext(records_assertions=True)
    run(Expecting, context=context)
    assert [check.method for check in context.checks] == ["expectEqual"]


def test_blocks_tell_what_held() -> None:
    context = KeepingContext()
    result = run(cases.Blocks, context=context)
    assert (result.errors, result.failures) == ([], [])
    assert [check.text for check in context.checks] == [
        "raised",
        "raised so",
        "warned",
        "warned so",
        "logged",
        "quiet",
    ]


def test_run_that_wants_every_assertion_gets_blocks_and_calls() -> None:
    context = KeepingContext(records_assertions=True)
    run(cases.Blocks, context=context)
    assert [check.method for check in context.checks[-2:]] == ["assertRaises", "assertRaises"]


def test_block_that_fails_ends_the_test_at_once() -> None:
    context = KeepingContext()
    result = run(cases.FailingBlock, context=context)
    assert [text.splitlines()[-1] for _, text in result.failures] == ["AssertionError: ValueError not raised"]
    assert context.checks == []


def test_traceback_shows_the_frames_that_unittest_would_show() -> None:
    ours = run(cases.FailingCase).failures[0][1].splitlines()
    theirs = unittest.TestResult()
    cases.FailingUnittestCase("test").run(theirs)
    plain = theirs.failures[0][1].splitlines()
    assert [line for line in ours if "File" not in line] == [line for line in plain if "File" not in line]


def test_assertions_work_without_a_run() -> None:
    assert run(cases.Asserting).wasSuccessful()
    assert run(cases.Blocks).wasSuccessful()
