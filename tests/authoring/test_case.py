"""A case reaches the run around it, and is a unittest case without one."""

from __future__ import annotations

import subprocess
import sys
import unittest
from pathlib import Path

import pytest

from rotest_core.authoring.case import TestCase, bind, context_of, requests_of
from rotest_core.authoring.suite import TestSuite
from rotest_core.errors import PlanError, RotestError
from tests.authoring import cases
from tests.authoring.context import KeepingContext, run


def bound(context: KeepingContext) -> cases.Ringing:
    case = cases.Ringing("test")
    bind(case, context)
    return case


def test_run_is_told_when_setup_is_over_and_teardown_begins() -> None:
    context = KeepingContext()

    class Steps(TestCase):
        def setUp(self) -> None:
            context.told.append("setUp")

        def tearDown(self) -> None:
            context.told.append("tearDown")

        def test(self) -> None:
            context.told.append("test")

    run(Steps, context=context)
    assert context.told == ["setUp", "setup finished", "test", "teardown started", "tearDown"]


def test_failed_setup_is_not_told_as_finished() -> None:
    class Broken(TestCase):
        def setUp(self) -> None:
            raise ZeroDivisionError

        def test(self) -> None: ...

    context = KeepingContext()
    assert len(run(Broken, context=context).errors) == 1
    assert context.told == []


def test_surroundings_are_those_of_the_run(tmp_path: Path) -> None:
    context = KeepingContext(tmp_path)
    case = bound(context)
    assert (case.logger, case.work_dir, case.config) == (context.logger, tmp_path, {"os": "linux"})
    assert context_of(case) is context


def test_surroundings_without_a_run_are_what_can_be() -> None:
    case = cases.Ringing("test")
    assert case.logger.name == cases.Ringing.__module__
    assert case.config == {}
    assert context_of(case) is None
    with pytest.raises(RotestError, match=r"^work_dir is there only while Rotest runs the test"):
        _ = case.work_dir
    with pytest.raises(RotestError, match=r"^request_resources is there only while Rotest runs"):
        case.request_resources([])
    with pytest.raises(RotestError, match=r"^release_resources is there only while Rotest runs"):
        case.release_resources()


def test_reading_a_resource_without_a_run_says_how_to_run() -> None:
    with pytest.raises(AttributeError, match=r"Ringing\.bell holds no Bell now.*`rotest`"):
        _ = cases.Ringing("test").bell


def test_success_is_a_line_of_information() -> None:
    context = KeepingContext()
    case = bound(context)
    case.success("warmed up")
    case.addSuccess("still warm")
    assert context.told == ["warmed up", "still warm"]


def test_success_without_a_run_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        cases.Ringing("test").success("100% warm")
    assert caplog.messages == ["100% warm"]


def test_skip_ends_the_test_with_its_reason() -> None:
    with pytest.raises(unittest.SkipTest, match=r"^no bell$"):
        cases.Ringing("test").skip("no bell")


def test_requested_resources_become_attributes_and_go_when_released(tmp_path: Path) -> None:
    context = KeepingContext(tmp_path)
    case = bound(context)
    new = case.request_resources([cases.Bell.request(tone="d").bound("second")], wait=3)
    assert context.told == ["request [\"second = Bell.request(tone='d')\"] for 3"]
    second = vars(case)["second"]
    assert (new, second.tone) == ({"second": second}, "d")
    case.release_resources(["second"])
    assert context.told[1:] == ["release ['second']"]
    assert not hasattr(case, "second")


def test_releasing_everything_takes_every_resource_and_nothing_else(tmp_path: Path) -> None:
    case = bound(KeepingContext(tmp_path))
    case.request_resources([cases.Bell.request().bound("bell"), cases.Bell.request().bound("other")])
    vars(case)["number"] = 5
    assert isinstance(case.bell, cases.Bell)
    case.release_resources()
    assert not hasattr(case, "bell")
    assert not hasattr(case, "other")
    assert vars(case)["number"] == 5


def test_requests_need_names_of_their_own() -> None:
    case = bound(KeepingContext())
    with pytest.raises(
        PlanError, match=r"^Bell\.request\(\) has no name for the test: add \.bound\('a_name'\)$"
    ):
        case.request_resources([cases.Bell.request()])
    with pytest.raises(PlanError, match=r"^'bell' is requested twice at once$"):
        case.request_resources(
            [cases.Bell.request().bound("bell"), cases.Bell.request(tone="d").bound("bell")]
        )


def test_requests_of_a_case_are_found() -> None:
    assert requests_of(cases.Ringing) == (cases.Bell.request().bound("bell"),)


def test_case_without_resources_loads_none_of_what_they_need() -> None:
    script = (
        "import sys; from rotest_core import TestCase, TestSuite; from rotest_core.authoring.case import requests_of; "
        "print(requests_of(TestCase), sorted({'attrs', 'attr', 'cattrs', 'typing_extensions'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "() []\n"


def test_defaults_say_that_a_test_has_an_hour_and_no_tags() -> None:
    assert (TestCase.TIMEOUT, TestCase.TAGS) == (3600, ())
    assert (TestSuite.components, TestSuite.TAGS) == ((), ())
