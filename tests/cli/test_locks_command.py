"""``rotest locks`` and ``rotest why`` show leases, and end them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import attrs
import pytest

from rotest_backends.locks.host import HostLocks
from rotest_backends.locks.sqlite import open_sqlite
from rotest_core.leasing import current_owner
from rotest_core.model.record import RecordKey
from rotest_core.plugin import Candidate, Claim, Grant, LeaseLost, LockSession, Owner, Want
from tests.commands import Answer, rotest

MODULE = """
import attrs
from rotest_core import ResourceData

@attrs.frozen(kw_only=True)
class BoardData(ResourceData):
    port: int = 80
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a project with three records, which is only to be copied."""
    directory = tmp_path_factory.mktemp("template") / "project"
    directory.mkdir()
    (directory / "rotest.toml").write_text('[resources]\nmodules = ["boards"]\n', encoding="utf-8")
    (directory / "boards.py").write_text(MODULE, encoding="utf-8")
    for name in ("b1", "b2", "b3"):
        assert rotest("resources", "add", "Board", name, cwd=directory).status == 0
    assert rotest("resources", "set", "b3", "usable=false", cwd=directory).status == 0
    return directory


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    return copytree(template, tmp_path / "project")


@pytest.fixture
def strategy(project: Path) -> Iterator[HostLocks]:
    strategy = open_sqlite(project / ".rotest" / "rotest.db")
    yield strategy
    strategy.close()


def owner(run: str) -> Owner:
    return attrs.evolve(current_owner(run, user="ann"), host="lab")


def take(session: LockSession, *names: str, label: str = "test_x") -> Grant:
    grant = session.submit(claim(*names, label=label))
    assert grant is not None
    return grant


def claim(*names: str, label: str) -> Claim:
    wants = tuple(Want(f"board{name}", (Candidate(RecordKey("Board", name)),)) for name in names)
    return Claim(id=f"{label} {names}", wants=wants, label=label)


def ask(project: Path, *words: str) -> Answer:
    answer = rotest(*words, cwd=project, environment={"COLUMNS": "300"})
    assert answer.status == 0, answer.err
    return answer


def test_says_when_nothing_is_leased(project: Path) -> None:
    answer = ask(project, "locks")
    assert (answer.out, answer.err) == ("", "nothing is leased\n")


def test_shows_holders_and_who_waits(project: Path, strategy: HostLocks) -> None:
    take(strategy.open(owner("nightly"), ttl=600), "b1", "b2")
    assert strategy.open(owner("adhoc"), ttl=600).submit(claim("b1", label="test_y")) is None
    held, waiting = ask(project, "locks").out.split("\n\n")
    heading, first, _ = held.splitlines()
    assert heading.split() == ["RECORD", "HOLDER", "RUN", "FOR", "SINCE", "UNTIL"]
    assert first.split()[:4] == ["Board/b1", "ann@lab", "nightly", "test_x"]
    assert "adhoc  test_y" in waiting
    assert "b1 is held by ann@lab (run nightly) for test_x" in waiting


def test_gives_programs_json(project: Path, strategy: HostLocks) -> None:
    grant = take(strategy.open(owner("nightly"), ttl=600), "b1")
    assert strategy.open(owner("adhoc"), ttl=600).submit(claim("b1", label="test_y")) is None
    for words in (("locks", "--json"), ("locks", "list", "--json")):
        shown = json.loads(ask(project, *words).out)
        (held,), (waiting,) = shown["held"], shown["waiting"]
        assert (held["name"], held["token"], held["run"]) == ("b1", grant.leases[0].token, "nightly")
        assert held["since"] <= shown["time"] < held["until"]
        assert (waiting["position"], waiting["label"]) == (1, "test_y")
        assert waiting["wants"][0]["candidates"] == ["Board/b1"]


def test_breaks_a_lease_and_tells_its_holder(project: Path, strategy: HostLocks) -> None:
    session = strategy.open(owner("nightly"), ttl=600)
    grant = take(session, "b1")
    answer = ask(project, "locks", "break", "b1", "--reason", "the rack moves")
    assert answer.out == "ended the lease of Board/b1 by ann@lab, run nightly for test_x\n"
    assert list(session.wait(10)) == [LeaseLost(grant.leases[0], "the rack moves")]
    history = ask(project, "locks", "history", "b1").out.splitlines()
    assert "ended" in history[-1]
    assert "the rack moves" in history[-1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("break", "b1"), "--reason"),
        (("break", "b2", "--reason", "x"), "nobody holds 'b2'; leased now: Board/b1"),
        (("break", "Board/b9", "--reason", "x"), "nobody holds 'Board/b9' (did you mean 'Board/b1'?)"),
    ],
)
def test_refuses_to_break_what_nobody_holds(
    project: Path, strategy: HostLocks, words: tuple[str, ...], message: str
) -> None:
    take(strategy.open(owner("nightly"), ttl=600), "b1")
    answer = rotest("locks", *words, cwd=project)
    assert answer.status == 2
    assert message in answer.err
    assert len(strategy.status().held) == 1


def test_shows_what_happened(project: Path, strategy: HostLocks) -> None:
    session = strategy.open(owner("nightly"), ttl=600)
    for name in ("b1", "b2"):
        session.release(take(session, name).leases)
    lines = ask(project, "locks", "history").out.splitlines()
    assert [line.split()[1:4] for line in lines] == [
        ["STEP", "RECORDS", "RUN"],
        ["granted", "Board/b1", "nightly"],
        ["released", "Board/b1", "nightly"],
        ["granted", "Board/b2", "nightly"],
        ["released", "Board/b2", "nightly"],
    ]
    last = json.loads(ask(project, "locks", "history", "--last", "1", "--json").out)
    assert [(event["step"], event["leases"][0]["name"]) for event in last] == [("released", "b2")]
    assert len(ask(project, "locks", "history", "Board/b2").out.splitlines()) == 3


def test_says_why_a_record_is_not_to_be_had(project: Path, strategy: HostLocks) -> None:
    session = strategy.open(owner("nightly"), ttl=600)
    session.release(take(session, "b1").leases)
    take(session, "b1")
    assert strategy.open(owner("adhoc"), ttl=600).submit(claim("b1", label="test_y")) is None
    first, second = ask(project, "why", "b1").out.splitlines()
    assert first.startswith("b1 is held by ann@lab (run nightly) for test_x since ")
    assert second.startswith("place 1 in the queue: ann@lab (run adhoc) waits for test_y since ")


def test_says_what_the_inventory_has_against_a_record(project: Path) -> None:
    assert ask(project, "why", "Board/b3").out == "Board/b3 is unusable\nBoard/b3 is leased by nobody\n"
    assert ask(project, "why", "b2").out == "Board/b2 is leased by nobody\n"


def test_says_what_a_run_waits_for(project: Path, strategy: HostLocks) -> None:
    take(strategy.open(owner("nightly"), ttl=600), "b1")
    session = strategy.open(owner("adhoc/4711"), ttl=600)
    take(session, "b2", label="test_z")
    assert session.submit(claim("b1", label="test_y")) is None
    holds, waits = ask(project, "why", "adhoc").out.splitlines()
    assert holds.startswith("adhoc/4711 holds Board/b2 for test_z since ")
    assert waits.startswith("adhoc/4711 waits since ")
    assert "boardb1: the only record that matches: b1 is held by ann@lab (run nightly)" in waits
    assert ask(project, "why", "nightly").out.splitlines()[-1] == "nightly waits for nothing"


def test_knows_no_such_record_or_run(project: Path) -> None:
    answer = rotest("why", "b4", cwd=project)
    assert answer.status == 2
    assert "b4" in answer.err
