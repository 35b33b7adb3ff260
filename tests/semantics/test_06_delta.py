"""Section 6: delta, state, skip."""

from __future__ import annotations

from rotest_core.events import ResourceStep, TestStarted
from tests.execution import live
from tests.execution.flow_project import play
from tests.project import Project

FLAKY = """
class Flaky(TestCase):
    tries = 0
    def test_a_good(self): ...
    def test_b_flaky(self):
        Flaky.tries += 1
        self.assertEqual(Flaky.tries, 2)
    def test_c_bad(self): self.fail()
"""


def test_6_1_what_was_not_good_runs_again(project: Project) -> None:
    played = play(project, FLAKY, delta=3)
    assert [(event.name, event.attempt) for event in played.lived.of(TestStarted)] == [
        *[("test_a_good", 1), ("test_b_flaky", 1), ("test_c_bad", 1)],
        *[("test_b_flaky", 2), ("test_c_bad", 2)],
        ("test_c_bad", 3),
    ]


def test_6_1_what_passed_under_the_name_is_skipped(project: Project) -> None:
    project.write("rotest.toml", "")
    project.write_case("test_named.py", "Named")
    for _ in range(2):
        lived = live.run(project, ".", name="nightly", outputs="recorder,db", delta=1)
    assert [report.text for report in lived.reports("test_one")] == ["Previously passed"]


STATE = """
class Kept(Flare):
    def store_state(self, directory): (directory / "state.txt").write_text(self.name)

class Uses(TestCase):
    lamp = Kept.request(name="one")
    def test_bad(self): (self.work_dir / "state").mkdir(); self.fail()
    def test_good(self): ...
    def test_skipped(self): self.skipTest("")
"""


def test_6_2_state_is_stored_of_what_is_not_good(project: Project) -> None:
    played = play(project, STATE, save_state=True)
    found = sorted(
        path.relative_to(played.lived.directory) for path in played.lived.directory.rglob("state.txt")
    )
    assert [str(path) for path in found] == ["tests/0-test_bad/state2/lamp/state.txt"]


def test_6_3_skip_init_connects_only(project: Project) -> None:
    played = play(project, STATE, skip_init=True)
    assert {event.step for event in played.lived.of(ResourceStep)} == {"connect", "finalize"}
