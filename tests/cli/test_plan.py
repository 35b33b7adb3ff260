"""``rotest plan`` says what would run, and with what, and leases nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rotest_backends.locks.sqlite import open_sqlite
from rotest_core.leasing import current_owner
from rotest_core.model.record import RecordKey
from rotest_core.plugin import Candidate, Claim, Want
from tests.commands import rotest

LAB = """
import attrs
from rotest_core import BaseResource, BlockInput, BlockOutput, ResourceData, TestBlock, TestCase, TestFlow

@attrs.frozen(kw_only=True)
class LanternData(ResourceData):
    watts: int = 5

class Lantern(BaseResource[LanternData]):
    def connect(self): raise AssertionError("a plan connects to nothing")

class Any(TestCase):
    TAGS = ["SMOKE"]
    lantern = Lantern.request()
    def test_any(self): ...

class Strong(TestCase):
    lantern = Lantern.request(watts__gte=70)
    def test_strong(self): ...

class Many(TestCase):
    first, second, third = Lantern.request(), Lantern.request(), Lantern.request()
    def test_many(self): ...

class Measure(TestBlock):
    lantern = Lantern.request()
    watts: BlockOutput[int] = BlockOutput()
    def test_measure(self): ...

class Compare(TestBlock):
    watts: BlockInput[int] = BlockInput()
    def test_compare(self): ...

class Right(TestFlow):
    lantern = Lantern.request(name="l1")
    blocks = [Measure, Compare]

class Wrong(TestFlow):
    blocks = [Compare, Measure]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "test_lab.py").write_text(LAB)
    (root / "inventory.toml").write_text('[[Lantern]]\nname = "l1"\n[[Lantern]]\nname = "l2"\nwatts = 40\n')
    (root / "rotest.toml").write_text(
        '[resources]\nmodules = ["test_lab"]\n[inventory]\nfile = "inventory.toml"\n'
    )
    return root


def test_each_test_is_shown_with_the_records_that_could_serve_it(project: Path) -> None:
    answer = rotest("plan", "-f", "Any or Right", cwd=project)

    assert (answer.status, answer.err) == (0, "")
    assert [line.split(maxsplit=1) for line in answer.out.splitlines()[1:3]] == [
        ["test_lab.py::Any::test_any", "lantern: l1, l2"],
        ["test_lab.py::Right", "lantern: l1"],
    ]
    assert answer.out.endswith("\n2 tests; 3 left out by the filter\n")


def test_what_could_never_be_had_is_explained(project: Path) -> None:
    answer = rotest("plan", "-f", "not Wrong", cwd=project)

    assert answer.status == 3
    assert answer.out.partition("can never be had\n")[2] == (
        "  test_lab.py::Many::test_many\n"
        "    there are too few records for all of first, second, third at once\n"
        "  test_lab.py::Strong::test_strong\n"
        "    no record can serve lantern = Lantern.request(watts__gte=70):\n"
        "    watts__gte=70 excludes 2 of 2 records\n"
    )


def test_flows_that_do_not_wire_are_told_beside_what_is_right(project: Path) -> None:
    answer = rotest("plan", "-f", "Any or Wrong", cwd=project)

    assert answer.status == 2
    assert "test_lab.py::Any::test_any" in answer.out
    wrong = answer.out.partition("does not wire\n")[2]
    assert wrong.startswith("  test_lab.py: Wrong > Compare: nothing gives the input 'watts'")


def test_who_holds_a_record_is_shown_to_people_and_programs(project: Path) -> None:
    rotest("resources", "list", cwd=project)
    strategy = open_sqlite(project / ".rotest" / "rotest.db")
    session = strategy.open(current_owner("nightly", user="ann"), ttl=600)
    want = Want("lantern", (Candidate(RecordKey("Lantern", "l2")),))
    try:
        assert session.submit(Claim(id="c", wants=(want,))) is not None
        people = rotest("plan", "-f", "Any", cwd=project)
        programs = json.loads(rotest("plan", "-f", "Any or Right", "--json", cwd=project).out)
    finally:
        strategy.close()

    assert "lantern: l1, l2 (held)" in people.out
    [first, second] = programs["tests"]
    assert (first["id"], first["tags"], first["requests"]) == (
        "test_lab.py::Any::test_any",
        ["SMOKE"],
        [{"name": "lantern", "part": "", "request": 0}],
    )
    assert (second["kind"], second["requests"][0]["request"]) == ("flow", 1)
    records = programs["requests"][0]["records"]
    assert [(record["name"], record["held_by"] and record["held_by"]["run"]) for record in records] == [
        ("l1", None),
        ("l2", "nightly"),
    ]
    assert (programs["left_out"], programs["problems"]) == (3, [])


def test_a_plan_of_plain_tests_opens_no_inventory(project: Path) -> None:
    (project / "test_plain.py").write_text(
        "import unittest\nclass P(unittest.TestCase):\n    def test_p(self): ...\n"
    )
    (project / "inventory.toml").write_text("this is no TOML")

    answer = rotest("plan", "test_plain.py", cwd=project)

    assert (answer.status, answer.err) == (0, "")
    assert answer.out == "TEST                      SECONDS\ntest_plain.py::P::test_p\n\n1 test\n"
