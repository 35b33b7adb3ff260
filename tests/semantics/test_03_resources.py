"""Section 3: resources. Which step follows which failure is tested row by row in tests/execution/test_lifecycle.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rotest_core.events import ResourceReleased, TestFinished
from tests.commands import clean_environment
from tests.execution import live
from tests.execution.flow_project import mistakes, play, write_flows
from tests.project import Project

STEPS = """
class Steps(BaseResource):
    fails: str = ""
    valid: bool = False
    supers: bool = False
    def _take(self, step):
        tell(f"{self.name.rpartition('.')[2]} {step}")
        if self.supers: getattr(BaseResource, step)(self)
        if self.fails == step: raise OSError(f"{step} broke")
    def connect(self): self._take("connect")
    def validate(self):
        self._take("validate")
        return self.valid
    def initialize(self): self._take("initialize")
    def finalize(self): self._take("finalize")

class Whole(Steps):
    first = Steps.request(valid=True, supers=True)
    second = Steps.request()
"""
CONNECTED = ["first connect", "second connect", "whole connect"]
READY = [
    *["first validate", "second validate", "second initialize", "whole validate", "whole initialize"],
]
FINALIZED = ["whole finalize", "second finalize", "first finalize"]


def uses(request: str, kind: str = "Whole") -> str:
    return f"""
class Uses(TestCase):
    whole = {kind}.request(name="whole"{request})
    def test(self): tell("test")
"""


@pytest.mark.parametrize("supers", [False, True])
def test_3_1_each_step_is_taken_once_parts_first_on_the_way_in(project: Project, supers: bool) -> None:
    played = play(project, STEPS + uses(f", supers={supers}"))
    assert played.story == [*CONNECTED, *READY, "test", *FINALIZED]


@pytest.mark.parametrize("skip_init", [False, True])
def test_3_1_force_initialize_asks_nobody(project: Project, skip_init: bool) -> None:
    played = play(project, STEPS + uses(", valid=True, force_initialize=True"), skip_init=skip_init)
    steps = ["first initialize", "second initialize", "whole initialize"]
    assert played.story == [*CONNECTED, *steps, "test", *FINALIZED]


@pytest.mark.parametrize(
    ("step", "done"),
    [
        ("connect", CONNECTED),
        ("validate", [*CONNECTED, *READY[:-1]]),
        ("initialize", [*CONNECTED, *READY]),
    ],
)
def test_3_2_what_was_connected_is_finalized_after_a_failure(
    project: Project, step: str, done: list[str]
) -> None:
    played = play(
        project,
        STEPS
        + f"""
class Uses(TestCase):
    lamp = Flare.request(name="one")
    whole = Whole.request(name="whole", fails="{step}")
    def test(self): tell("never")
""",
    )
    assert played.story == ["connect one", *done, *FINALIZED, "finalize one"]
    [finished] = played.lived.of(TestFinished)
    assert (finished.outcome, finished.cause) == ("error", "infrastructure")
    assert [event.dirty for event in played.lived.of(ResourceReleased) if event.type == "Flare"] == [True]


def test_3_3_finalize_that_raises_stops_nothing_and_all_is_reported(project: Project) -> None:
    played = play(
        project,
        STEPS
        + """
class Bad(Whole):
    first = Steps.request(fails="finalize")

class Uses(TestCase):
    lamp = Flare.request(name="one")
    whole = Bad.request(name="whole", fails="finalize")
    def test(self): ...
""",
    )
    assert played.story[-4:] == [*FINALIZED, "finalize one"]
    assert [summary.rpartition("Error: ")[2] for summary in played.summaries("test")] == [
        "finalize broke"
    ] * 2
    assert {event.type for event in played.lived.of(ResourceReleased)} == {"Flare", "Bad"}


def test_3_4_a_resource_is_initialized_each_time_by_default(project: Project) -> None:
    played = play(
        project,
        """
        class Plain(BaseResource):
            def initialize(self): tell("initialize")

        class Uses(TestCase):
            plain = Plain.request()
            def test(self): ...
        """,
    )
    assert played.story == ["initialize"]


def test_3_5_a_resource_has_its_surroundings_before_connect(project: Project) -> None:
    played = play(
        project,
        """
        class Looks(Flare):
            inner = Tool.request()
            def connect(self):
                assert (self.watts, self.data.watts, self.parent) == (60, 60, None)
                assert self.config == {} and self.logger and self.work_dir.is_dir()
                assert self.inner.parent is self and self.inner.work_dir.parent == self.work_dir
            def finalize(self): ...

        class Uses(TestCase):
            lamp = Looks.request(name="one")
            first = Tool.request()
            second = Tool.request()
            def test(self):
                self.assertNotEqual(self.first.name, self.second.name)
        """,
    )
    assert played.lived.status == 0, played.texts("test")


def test_3_6_parts_take_parameters_from_what_is_around_them(project: Project) -> None:
    played = play(
        project,
        """
        from rotest_core import parameter

        class Box(BaseResource):
            size: int = parameter(1)
            tool = Tool.request(size=size)

        class Stand(Flare):
            box = Box.request(size=FlareData.watts)
            tool = Tool.request(size=FlareData.watts)

        class Uses(TestCase):
            stand = Stand.request(name="two")
            box = Box.request(size=3)
            def test(self):
                self.assertEqual(list(self.stand.sub_resources), ["box", "tool"])
                self.assertEqual((self.stand.tool.size, self.stand.box.tool.size, self.box.tool.size), (40, 40, 3))
        """,
    )
    assert played.lived.status == 0, played.texts("test")


UNPACKED = """
class Inner(BaseResource):
    tool = Tool.request()

class Outer(BaseResource):
    inner = Inner.request()

class Needs(TestBlock):
    tool = BlockInput()
    def test(self): ...
"""


def test_3_7_parts_have_their_own_names_too(project: Project) -> None:
    played = play(
        project,
        UNPACKED
        + """
class Uses(TestCase):
    outer = Outer.request().unpack()
    def test(self): assert self.inner is self.outer.inner and not hasattr(self, "tool")

class All(TestCase):
    outer = Outer.request().unpack(recursive=True)
    def test_all(self): assert self.tool is self.inner.tool

class Main(TestFlow):
    outer = Outer.request().unpack(recursive=True)
    blocks = [Needs]
""",
    )
    assert played.lived.status == 0


def test_3_7_names_count_in_the_wiring_check(project: Project) -> None:
    complaints = mistakes(
        project,
        UNPACKED + "class Main(TestFlow):\n    outer = Outer.request().unpack()\n    blocks = [Needs]\n",
    )
    assert complaints == ["Main > Needs: nothing gives the input 'tool'; there is inner, outer"]


def test_3_8_an_adapter_chooses_by_the_configuration_of_the_run(project: Project) -> None:
    body = """
        from rotest_core import ResourceAdapter

        class BigTool(Tool): ...

        class AnyTool(ResourceAdapter):
            @classmethod
            def get_resource_class(cls, config): return BigTool if config["big"] else Tool

        class Uses(TestCase):
            tool = AnyTool.request()
            def test(self): tell(type(self.tool).__name__)
    """
    write_flows(project, body)
    settings = (project.root / "rotest.toml").read_text()
    (project.root / "rotest.toml").write_text(f"{settings}\n[config]\nbig = true\n")
    assert live.run(project, ".").status == 0
    assert "BigTool" in (project.root / "story.txt").read_text().splitlines()


SCRIPT = """
from test_flows import Flare

with Flare.lock(name="one", skip_init=True, config={"mood": "good"}) as lamp:
    assert lamp.config["mood"] == "good"
lamp = Flare.lock(name="one")
lamp.release()
left = Flare.lock(name="two")
print("end")
"""


def test_3_9_scripts_lock_and_what_is_left_is_released(project: Project) -> None:
    write_flows(project, "")
    script = Path(project.write("script.py", SCRIPT))
    done = subprocess.run(
        [sys.executable, "-W", "always::ResourceWarning", script.name],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(),
    )
    assert (done.returncode, done.stdout) == (0, "end\n"), done.stderr
    assert "ResourceWarning: <Flare two> was locked and not released" in done.stderr
    story = (project.root / "story.txt").read_text().splitlines()
    assert story == ["connect one", "finalize one"] * 2 + ["connect two", "finalize two"]
