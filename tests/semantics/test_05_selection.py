"""Section 5: suites, discovery, filter, order."""

from __future__ import annotations

import pytest

from rotest_core.errors import PlanError, UsageError
from tests.execution.flow_project import play, write_flows
from tests.project import Project

TESTS = """
class First(TestCase):
    TAGS = ["Red"]
    def test_a(self): ...
    def test_b(self): ...

class Second(TestCase):
    TAGS = ["blue"]
    def test_c(self): ...

class Stream(TestFlow):
    blocks = [Pass]

class Inner(TestSuite):
    TAGS = ["IN"]
    components = [Second, Stream]

class Outer(TestSuite):
    TAGS = ["OUT"]
    components = [Inner, First]
"""


def test_5_1_suites_nest_and_tags_add_up(project: Project) -> None:
    write_flows(project, TESTS + "class Empty(TestSuite): components = []\n")
    plan = project.plan("test_flows.py::Outer")
    assert [test.name for test in plan.tests] == ["test_c", "Stream", "test_a", "test_b"]
    assert plan.tests[0].tags == ("OUT", "IN", "blue")
    with pytest.raises(PlanError, match="Empty"):
        project.plan("test_flows.py::Empty")


def test_5_1_what_is_no_component_is_named(project: Project) -> None:
    write_flows(project, "class Wrong(TestSuite): components = [Flare]\n")
    with pytest.raises(PlanError, match="Flare"):
        project.plan("test_flows.py::Wrong")


def test_5_2_what_modules_define_is_found_once(project: Project) -> None:
    write_flows(project, TESTS)
    project.write("deep/er/test_more.py", "from test_flows import First\nclass Third(First): ...\n")
    project.write("node_modules/test_not.py", "raise AssertionError")
    assert project.ids(".", "deep", "test_flows.py::Second::test_c") == [
        "deep/er/test_more.py::Third::test_a",
        "deep/er/test_more.py::Third::test_b",
        "test_flows.py::First::test_a",
        "test_flows.py::First::test_b",
        "test_flows.py::Second::test_c",
        "test_flows.py::Stream",
    ]
    assert project.ids("test_flows.py::First::test_b") == ["test_flows.py::First::test_b"]


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ("red", ["test_a", "test_b"]),
        ("second or STREAM", ["test_c", "Stream"]),
        ("test_? and not test_a", ["test_b", "test_c"]),
        ("not red and not blue", ["Stream"]),
        ("red or blue and test_c", ["test_a", "test_b", "test_c"]),
        ("(red or blue) and test_c", ["test_c"]),
        ("re", []),
        ("Pa*", ["Stream"]),
    ],
)
def test_5_3_the_filter_knows_names_and_tags(project: Project, chosen: str, names: list[str]) -> None:
    write_flows(project, TESTS)
    assert [test.name for test in project.plan(".", chosen=chosen).tests] == names


def test_5_4_order_is_by_the_first_expression_that_matches(project: Project) -> None:
    write_flows(project, TESTS)
    ordered = [test.name for test in project.plan(".", order=("blue", "Stream")).tests]
    assert ordered == ["test_c", "Stream", "test_a", "test_b"]


def test_5_5_requests_are_changed_by_name(project: Project) -> None:
    body = """
        class Stand(BaseResource):
            tool = Tool.request(size=1)

        class Uses(TestCase):
            lamp = Flare.request(watts=60)
            stand = Stand.request()
            def test(self): tell(f"{self.lamp.name} {self.stand.tool.size}")
    """
    played = play(project, body, resources="lamp=two,lamp.watts=40,stand.tool.size=5")
    assert "two 5" in played.story
    with pytest.raises(UsageError, match=r"'lmap'.*did you mean 'lamp'.*they request: lamp, stand"):
        project.plan(".", overrides="lmap=one")


def test_5_6_the_listing_is_an_indented_tree(project: Project) -> None:
    write_flows(project, TESTS)
    tree = (
        "Outer [OUT]\n"
        " |  Inner [IN]\n"
        " |   |  Second [blue]\n"
        " |   |   |  test_c\n"
        " |   |  Stream\n"
        " |   |   |  Pass\n"
        " |  First [Red]\n"
        " |   |  test_a\n"
        " |   |  test_b\n"
    )
    assert project.listing("test_flows.py::Outer") == (0, tree)
