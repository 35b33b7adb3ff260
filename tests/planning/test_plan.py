"""What a plan holds, beside what was discovered."""

from __future__ import annotations

import pytest

from rotest_core.errors import UsageError
from rotest_core.planning.filter_expression import FilterError
from tests.project import Project

TAGGED = """
import unittest

class Fast(unittest.TestCase):
    '''Cases that take no time.'''
    TAGS = ["SMOKE", "FAST"]

    def test_one(self) -> None:
        '''Show what one is.

        And more.
        '''
    def test_two(self) -> None: ...

class Slow(unittest.TestCase):
    TAGS = "SLOW"
    def test_one(self) -> None: ...
"""


def test_tests_are_numbered_and_know_their_place(project: Project) -> None:
    project.write("test_a.py", TAGGED)
    plan = project.plan(".")
    first, second, third = plan.tests

    assert [first.number, second.number, third.number] == [0, 1, 2]
    assert (first.name, first.kind, first.tags, first.requests) == ("test_one", "case", ("SMOKE", "FAST"), ())
    assert (first.group.kind, first.group.name, first.group.number) == ("class", "Fast", 1)
    assert first.group.parent is not None
    assert (first.group.parent.kind, first.group.parent.name, first.group.parent.parent) == (
        "module",
        "test_a.py",
        None,
    )
    assert second.group is first.group
    assert third.tags == ("SLOW",)
    assert [group.name for group in plan.groups] == ["test_a.py", "Fast", "Slow"]
    assert plan.left_out == []


def test_a_test_describes_itself(project: Project) -> None:
    project.write("test_a.py", TAGGED)

    assert [test.description for test in project.plan("test_a.py::Fast").tests] == ["Show what one is.", ""]


def test_a_case_is_made_when_asked_for_and_kept_until_dropped(project: Project) -> None:
    project.write("test_a.py", TAGGED)
    (test,) = project.plan("test_a.py::Fast::test_one").tests
    case = test.case

    assert test.case is case
    test.drop_case()
    assert test.case is not case


def test_the_filter_divides_the_tests(project: Project) -> None:
    project.write("test_a.py", TAGGED)
    plan = project.plan(".", chosen="fast and test_o* or nothing")

    assert [test.id for test in plan.tests] == ["test_a.py::Fast::test_one"]
    assert [test.id for test in plan.left_out] == ["test_a.py::Fast::test_two", "test_a.py::Slow::test_one"]
    assert [test.number for test in (*plan.tests, *plan.left_out)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("chosen", "count"), [("Slow", 1), ("SLOW", 1), ("test_one", 2), ("test_a*", 0), ("", 3), (" ", 3)]
)
def test_tags_classes_and_methods_are_words_but_modules_are_not(
    project: Project, chosen: str, count: int
) -> None:
    project.write("test_a.py", TAGGED)

    assert len(project.plan(".", chosen=chosen).tests) == count


def test_a_filter_that_does_not_parse_is_an_error_before_anything_is_imported(project: Project) -> None:
    project.write("test_a.py", "raise KeyboardInterrupt")

    with pytest.raises(FilterError):
        project.plan(".", chosen="and")


def test_no_filter_leaves_out_what_could_not_be_loaded(project: Project) -> None:
    project.write("test_a.py", TAGGED)
    project.write("test_broken.py", "import missing_module")

    assert project.ids(".", chosen="SLOW") == ["test_a.py::Slow::test_one", "test_broken.py"]


def test_order_puts_matching_tests_first_and_is_stable(project: Project) -> None:
    project.write("test_a.py", TAGGED)
    project.write("test_b.py", TAGGED)
    plan = project.plan(".", order=["slow", "test_two"])

    assert [test.id for test in plan.tests] == [
        "test_a.py::Slow::test_one",
        "test_b.py::Slow::test_one",
        "test_a.py::Fast::test_two",
        "test_b.py::Fast::test_two",
        "test_a.py::Fast::test_one",
        "test_b.py::Fast::test_one",
    ]
    assert [test.number for test in plan.tests] == list(range(6))


def test_an_order_that_does_not_parse_is_an_error(project: Project) -> None:
    project.write("test_a.py", TAGGED)

    with pytest.raises(FilterError):
        project.plan(".", order=["a b"])


def test_resources_cannot_be_chosen_for_tests_that_request_none(project: Project) -> None:
    project.write("test_a.py", TAGGED)

    with pytest.raises(UsageError, match="no chosen test requests 'board'; they request: nothing"):
        project.plan(".", overrides="board=b1")
