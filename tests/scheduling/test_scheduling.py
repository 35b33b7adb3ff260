"""What is known of durations, how work is ranked and divided, and what a timetable says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rotest_core.errors import UsageError
from rotest_core.planning.tree import PlannedTest
from rotest_core.scheduling.durations import FILE_NAME, Durations
from rotest_core.scheduling.policy import Affinity, Fifo, Job, make_policy
from rotest_core.scheduling.sharding import keep_shard, shard
from rotest_core.scheduling.timetable import Timetables
from rotest_core.scheduling.work import Work, divide
from tests.project import Project
from tests.scheduling.parallel_project import LampProject

SUITE = """
import unittest

class Shared(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None: ...
    def test_1(self) -> None: ...
    def test_2(self) -> None: ...

class Apart(unittest.TestCase):
    def test_3(self) -> None: ...
    def test_4(self) -> None: ...
"""


@pytest.fixture
def tests(project: Project) -> list[PlannedTest]:
    project.write("test_suite.py", SUITE)
    return project.plan(".").tests


def names(work: Work) -> list[str]:
    return [test.name for test in work.tests]


def test_last_times_of_a_test_are_kept_and_their_median_expected(
    tmp_path: Path, tests: list[PlannedTest]
) -> None:
    for seconds in 1.0, 9.0, 2.0, 3.0, 2.5, 2.6:
        Durations(str(tmp_path)).keep({tests[0].id: seconds}, {})

    assert Durations(str(tmp_path)).past(tests[0]) == 2.6
    assert json.loads((tmp_path / FILE_NAME).read_text())["tests"][tests[0].id] == [9.0, 2.0, 3.0, 2.5, 2.6]


def test_unknown_test_is_expected_to_take_what_its_group_does_or_else_all_do(
    tmp_path: Path, tests: list[PlannedTest]
) -> None:
    known = {test.name: test.id for test in tests}
    Durations(str(tmp_path)).keep({known["test_1"]: 2.0, known["test_3"]: 4.0}, {})

    expected = Durations(str(tmp_path)).expected(tests)

    assert {test.name: expected[test.number] for test in tests} == {
        "test_1": 2.0,
        "test_2": 2.0,
        "test_3": 4.0,
        "test_4": 4.0,
    }


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"version": 2}', '{"version": 1, "tests": {"a": 1}, "groups": {}}', "\0"]
)
def test_damaged_file_of_durations_counts_as_none(
    tmp_path: Path, tests: list[PlannedTest], content: str
) -> None:
    (tmp_path / FILE_NAME).write_text(content)

    assert Durations(str(tmp_path)).past(tests[0]) is None


def test_work_that_shares_a_fixture_stays_together(tests: list[PlannedTest]) -> None:
    assert [(names(work), work.together) for work in divide(tests)] == [
        (["test_3", "test_4"], False),
        (["test_1", "test_2"], True),
    ]


def test_affinity_lets_go_first_what_takes_long_and_then_what_has_least_choice() -> None:
    jobs = [Job(0, 1.0, 2), Job(1, 1.02, 1), Job(2, 5.0, 3), Job(3, 1.0, 0)]

    assert [job.position for job in sorted(jobs, key=Affinity().rank)] == [2, 1, 0, 3]
    assert [job.position for job in sorted(jobs, key=Fifo().rank)] == [0, 1, 2, 3]


def test_unknown_policy_names_the_known_ones() -> None:
    with pytest.raises(
        UsageError, match=r"unknown policy 'fifi' \(did you mean 'fifo'\?\); known: affinity, fifo"
    ):
        make_policy("fifi")


def test_shards_are_balanced_by_what_tests_took(tmp_path: Path, project: Project) -> None:
    project.write(
        "test_many.py",
        "import unittest\nclass Many(unittest.TestCase):\n"
        + "".join(f"    def test_{number}(self) -> None: ...\n" for number in range(6)),
    )
    tests = project.plan(".").tests
    took = dict(zip((test.id for test in tests), (6.0, 1.0, 1.0, 1.0, 1.0, 2.0), strict=True))
    Durations(str(tmp_path)).keep(took, {})
    durations = Durations(str(tmp_path))

    parts = [shard(tests, part, 2, durations) for part in (1, 2)]

    assert [[test.name for test in part] for part in parts] == [
        ["test_0"],
        ["test_1", "test_2", "test_3", "test_4", "test_5"],
    ]


def test_shard_numbers_its_tests_anew(tmp_path: Path, project: Project) -> None:
    project.write("test_suite.py", SUITE)
    plan = project.plan(".")

    keep_shard(plan, "2/2", Durations(str(tmp_path)))

    assert [test.number for test in (*plan.tests, *plan.left_out)] == [0, 1, 2, 3]
    assert 0 < len(plan.tests) < 4


def test_timetable_places_the_longest_first_and_knows_its_bound(tests: list[PlannedTest]) -> None:
    work = divide(tests)
    expected = dict(enumerate((2.0, 1.0, 1.5, 1.5)))
    for part in work:
        part.rank = (not part.together,)

    found = Timetables(None, expected).make(work, 2)

    assert found.makespan == 3.0
    assert found.bound == 3.0
    assert [(slot.start, slot.worker) for slot in found.slots] == [(0.0, 1), (0.0, 2), (2.0, 2)]


def test_schedule_of_tests_that_share_lamps_is_shown_with_its_bound(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    project = LampProject(root)
    project.write(
        "test_lamps.py",
        """
        from lab import Lamp
        from rotest_core import TestCase
        class Case(TestCase):
            lamp = Lamp.request()
            def test_a(self): pass
            def test_b(self): pass
            def test_c(self): pass
            def test_d(self): pass
        """,
    )
    (root / ".rotest").mkdir()
    took = {
        f"test_lamps.py::Case::test_{name}": seconds
        for name, seconds in zip("abcd", (3, 1, 1, 1), strict=True)
    }
    Durations(str(root / ".rotest")).keep(took, {})

    answer = project.run("plan", "-p", "4", "--schedule")

    assert answer.status == 0, answer.err
    assert "Lamp/l1" in answer.out
    assert "Lamp/l2" in answer.out
    assert "3.000 s on 4 workers by policy affinity; no schedule takes less than 3.000 s" in answer.out
    assert "test_d" in project.run("plan").out
