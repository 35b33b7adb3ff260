"""What tests request, and how the command line changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from rotest_core import BaseResource, ResourceData, TestCase
from rotest_core.errors import PlanError, UsageError
from tests.project import Project

if TYPE_CHECKING:
    from rotest_core.model.request import Request


@attrs.frozen(kw_only=True)
class PlannedPowerData(ResourceData):
    outlet: int


@attrs.frozen(kw_only=True)
class PlannedBoardData(ResourceData):
    port: int
    serial: str = ""
    power: PlannedPowerData


class PlannedBoard(BaseResource[PlannedBoardData]):
    """A board."""


class PlannedService(BaseResource):
    """A service."""

    retries: int = 3


class Boards(TestCase):
    board = PlannedBoard.request(port=1, group="QA")
    spare = PlannedBoard.request()

    def test_one(self) -> None: ...
    def test_two(self) -> None: ...


class MoreBoards(Boards):
    TAGS = ["MORE"]
    third = PlannedBoard.request(serial="1")


class Wrong(TestCase):
    board = PlannedBoard.request(prot=1)
    spare = PlannedBoard.request(port="many")

    def test_one(self) -> None: ...


class AlsoWrong(TestCase):
    board = PlannedBoard.request(power__outlets=1)

    def test_one(self) -> None: ...


def requests(project: Project, overrides: str = "", chosen: str = "") -> list[tuple[Request[Any], ...]]:
    plan = project.plan(classes=[Boards, MoreBoards], overrides=overrides, chosen=chosen)
    return [test.requests for test in plan.tests]


def lookups(project: Project, overrides: str) -> dict[str, object]:
    return dict(requests(project, overrides)[0][0].lookups)


def test_tests_carry_the_requests_of_their_class(project: Project) -> None:
    first, second, third, _ = requests(project)

    assert [request.name for request in first] == ["board", "spare"]
    assert first is second
    assert [request.name for request in third] == ["board", "spare", "third"]


def test_requests_that_cannot_be_are_reported_together_with_their_classes(project: Project) -> None:
    with pytest.raises(PlanError) as caught:
        project.plan(classes=[Wrong, Boards, AlsoWrong])

    first, second, third = (line for line in str(caught.value).splitlines() if "::" in line)
    assert "test_requesting::Wrong: board" in first
    assert "test_requesting::Wrong: spare" in second
    assert "test_requesting::AlsoWrong: board" in third
    assert "no field 'prot' (did you mean 'port'?)" in str(caught.value)


def test_requests_of_tests_that_do_not_run_are_not_checked(project: Project) -> None:
    assert len(project.plan(classes=[Wrong, Boards], chosen="Boards").tests) == 2


def test_a_record_is_chosen_by_its_name(project: Project) -> None:
    (board, spare), *_ = requests(project, "board=b1")

    assert dict(board.lookups) == {"port": 1, "group": "QA", "name": "b1"}
    assert dict(spare.lookups) == {}


def test_a_choice_replaces_a_condition_on_the_same_field(project: Project) -> None:
    assert lookups(project, "board.port=2, board.group = 'my group'") == {"port": 2, "group": "my group"}


def test_values_are_read_as_the_type_of_the_field(project: Project) -> None:
    chosen = lookups(project, "board.port__gte=9000,board.serial=007,board.power.outlet__lt=3")

    assert chosen == {"port": 1, "group": "QA", "port__gte": 9000, "serial": "007", "power__outlet__lt": 3}


def test_a_choice_holds_for_every_request_of_the_name(project: Project) -> None:
    assert all(dict(board.lookups)["name"] == "b1" for board, *_ in requests(project, "board=b1"))


def test_the_classes_themselves_do_not_change(project: Project) -> None:
    requests(project, "board=b1")

    assert dict(Boards.board.lookups) == {"port": 1, "group": "QA"}


@pytest.mark.parametrize("overrides", ["board.prot=1", "board.port=many", "board.power.outlets=1"])
def test_a_choice_that_cannot_be_is_an_error(project: Project, overrides: str) -> None:
    with pytest.raises(PlanError, match=r"Boards: board"):
        requests(project, overrides)


def test_a_name_that_no_test_requests_is_an_error_with_the_known_ones(project: Project) -> None:
    message = r"no chosen test requests 'bord' \(did you mean 'board'\?\); they request: board, spare, third$"
    with pytest.raises(UsageError, match=message):
        requests(project, "bord=b1")


def test_only_the_chosen_tests_count(project: Project) -> None:
    with pytest.raises(UsageError, match=r"they request: board, spare$"):
        requests(project, "third=b1", chosen="not MORE")
