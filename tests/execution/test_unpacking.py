"""What is unpacked reaches tests, blocks and the wiring check."""

from __future__ import annotations

import pytest

from rotest_core.errors import PlanError
from tests.execution import live
from tests.execution.flow_project import mistakes, play
from tests.project import Project

PARTS = """
class Lens(BaseResource):
    focus: int = 3
    ring = Tool.request(size=2)

class Camera(BaseResource):
    lens = Lens.request()

class Focus(TestBlock):
    lens = BlockInput()
    def test(self): tell(f"focus {self.lens.focus}")
"""


def test_parts_are_attributes_of_the_test_while_it_holds_the_whole(project: Project) -> None:
    played = play(
        project,
        PARTS
        + """
class Uses(TestCase):
    camera = Camera.request().unpack(recursive=True)
    lens: Lens
    def test(self):
        assert self.lens is self.camera.lens
        assert self.ring is self.camera.lens.ring
        self.release_resources(["camera"])
        assert not {"lens", "ring", "camera"} & set(vars(self))

class Asks(TestCase):
    def test_asks(self):
        given = self.request_resources([Camera.request().bound("camera").unpack()])
        assert list(given) == ["camera", "lens"]
        assert self.lens is self.camera.lens
        self.addCleanup(lambda: tell(f"at last {self.lens.focus}"))
        self.release_resources([])
""",
    )
    assert played.outcomes == {"test": "success", "test_asks": "success"}, played.texts("test")
    assert "at last 3" in played.story


def test_parts_are_values_of_a_flow_and_its_blocks(project: Project) -> None:
    played = play(
        project,
        PARTS
        + """
class Inner(TestFlow):
    __test__ = False
    blocks = [Focus]

class Main(TestFlow):
    camera = Camera.request().unpack()
    blocks = [Focus, Inner]
""",
    )
    assert played.lived.status == 0, played.texts("Main")
    assert played.story.count("focus 3") == 2


def test_a_block_unpacks_what_its_parent_holds(project: Project) -> None:
    played = play(
        project,
        PARTS
        + """
class Own(TestBlock):
    camera = Camera.request().unpack()
    lens = BlockInput()
    def test(self): tell(f"own {self.lens is self.camera.lens is self.parent.camera.lens}")

class Main(TestFlow):
    camera = Camera.request()
    blocks = [Own]
""",
    )
    assert played.lived.status == 0, played.texts("Own")
    assert "own True" in played.story


def test_what_a_block_asks_its_parent_for_is_unpacked_for_its_siblings(project: Project) -> None:
    played = play(
        project,
        PARTS
        + """
class Asks(TestBlock):
    def test(self): self.parent.request_resources([Camera.request().bound("camera").unpack()])

class Uses(TestBlock):
    def test(self):
        tell(f"uses {self.lens is self.camera.lens}")
        self.parent.release_resources(["camera"])
        tell(f"has {hasattr(self, 'lens')}")

class Main(TestFlow):
    blocks = [Asks, Uses]
""",
    )
    assert played.lived.status == 0, played.texts("Main")
    assert [line for line in played.story if not line.startswith(("connect", "finalize"))] == [
        "uses True",
        "has False",
    ]


def test_the_wiring_check_knows_what_is_unpacked(project: Project) -> None:
    complaints = mistakes(
        project,
        PARTS
        + """
class Main(TestFlow):
    camera = Camera.request()
    blocks = [Focus]
""",
    )
    assert complaints == ["Main > Focus: nothing gives the input 'lens'; there is camera"]


def test_the_wiring_check_knows_what_an_adapter_will_unpack(project: Project) -> None:
    played = play(
        project,
        PARTS
        + """
from rotest_core import ResourceAdapter

class AnyCamera(ResourceAdapter[Camera]):
    @classmethod
    def get_resource_class(cls, config): return Camera

class Main(TestFlow):
    camera = AnyCamera.request().unpack()
    blocks = [Focus]
""",
    )
    assert played.lived.status == 0


def test_a_part_that_would_hide_something_is_refused_before_anything_runs(project: Project) -> None:
    project.write(
        "test_a.py",
        """
        from rotest_core import BaseResource, TestCase

        class Nut(BaseResource):
            pass

        class Bolt(BaseResource):
            tearDown = Nut.request()

        class Uses(TestCase):
            bolt = Bolt.request().unpack()
            def test(self): ...
        """,
    )
    message = (
        r"^test_a\.py::Uses: bolt = Bolt\.request\(\)\.unpack\(\)\n"
        r"  unpack: the part 'tearDown' would take the place of Uses\.tearDown$"
    )
    with pytest.raises(PlanError, match=message):
        live.run(project, ".")


def test_names_that_stand_for_two_parts_are_told_with_all_other_mistakes(project: Project) -> None:
    complaints = mistakes(
        project,
        PARTS
        + """
class Pair(BaseResource):
    left = Camera.request()
    right = Camera.request()

class Uses(TestCase):
    pair = Pair.request().unpack(recursive=True)
    def test(self): ...

class Main(TestFlow):
    pair = Pair.request().unpack(recursive=True)
    blocks = []
""",
    )
    line = "unpack: 'lens' stands for left.lens and right.lens: leave `recursive` out"
    request = "pair = Pair.request().unpack(recursive=True)"
    assert complaints == [
        f"test_flows.py::Uses: {request}",
        f"  {line}",
        "Main: the flow is empty: it needs at least one block",
        f"Main: {request}",
        f"  {line}",
    ]
