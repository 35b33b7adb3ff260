"""Where a flow is, and how a person lets it go on elsewhere."""

from __future__ import annotations

import pytest

from rotest_core.events import OutcomeReported, TestFinished, TestStarted
from tests.execution import live
from tests.project import Project

MODULE = "test_steered.py"

FLOW = """
    from rotest_core import MODE_FINALLY, TestBlock, TestFlow

    class One(TestBlock):
        def test_one(self): {one}
    class Two(TestBlock):
        def test_two(self): ...
    class Three(TestBlock):
        def test_three(self): {three}
    class Inner(TestFlow):
        blocks = [Two.params(name="Inner two"), Three]
    class Last(TestBlock):
        def test_last(self): ...
    class Whole(TestFlow):
        blocks = [One, Two, Inner, Last]
"""


def ends(lived: live.Lived) -> dict[str, str]:
    """Give the outcome of each part, with the reason of a skip."""
    names = {event.test: event.name for event in lived.of(TestStarted)}
    reasons = {event.test: event.text for event in lived.of(OutcomeReported)}
    return {
        names[event.test]: reasons[event.test] if event.outcome == "skipped" else str(event.outcome)
        for event in lived.of(TestFinished)
    }


def test_a_flow_goes_on_where_it_is_told_to(project: Project) -> None:
    project.write(MODULE, FLOW.format(one="self.jump_to(3)", three="..."))

    assert ends(live.run(project, f"{MODULE}::Whole")) == {
        "One": "success",
        "Two": "Jumped over",
        "Inner": "Jumped over",
        "Inner two": "Jumped over",
        "Three": "Jumped over",
        "Last": "success",
        "Whole": "success",
    }


def test_a_failure_before_the_jump_stops_nothing_any_more_but_counts(project: Project) -> None:
    project.write(MODULE, FLOW.format(one="self.parent.jump_to(2); self.fail('no')", three="..."))

    assert ends(live.run(project, f"{MODULE}::Whole")) == {
        "One": "failure",
        "Two": "Jumped over",
        "Inner two": "success",
        "Three": "success",
        "Inner": "success",
        "Last": "success",
        "Whole": "failure",
    }


def test_the_tree_shows_what_became_of_parts_and_where_the_flow_is(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write(MODULE, FLOW.format(one="...", three="self.list_blocks()"))

    live.run(project, f"{MODULE}::Whole")

    assert capsys.readouterr().out == (
        "Whole\n"
        "  0 One: success\n"
        "  1 Two: success\n"
        "> 2 Inner: it runs now\n"
        "      0 Inner two: success\n"
        "    > 1 Three: it runs now\n"
        "  3 Last\n"
    )


@pytest.mark.parametrize(
    ("jump", "problem"),
    [
        ("self.jump_to(0)", "Whole > Inner can only go on at a part that is still to come: none, and not 0"),
        (
            "self.parent.parent.jump_to(9)",
            "Whole can only go on at a part that is still to come: from 3 to 3, and not 9",
        ),
    ],
)
def test_a_part_that_ran_or_does_not_exist_is_refused(project: Project, jump: str, problem: str) -> None:
    project.write(MODULE, FLOW.format(one="...", three=jump))

    lived = live.run(project, f"{MODULE}::Whole")

    assert problem in "".join(event.text for event in lived.reports("Three"))


def test_a_part_outside_of_a_run_says_so(project: Project) -> None:
    from rotest_core import RotestError, TestFlow

    class Idle(TestFlow): ...

    with pytest.raises(RotestError, match="Idle does not run"):
        Idle().jump_to(1)
