"""``rotest resources`` shows and changes the inventory, and says what is wrong with what it is asked."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from shutil import copytree
from textwrap import dedent
from typing import Any

import pytest

from rotest_backends.locks.sqlite import open_sqlite
from rotest_core.allocation.owner import current_owner
from rotest_core.model.record import RecordKey
from rotest_core.plugin import Candidate, Claim, Want
from tests.commands import Answer, rotest

MODULE = """
import attrs
from rotest_core.model.resource_data import ResourceData

@attrs.frozen(kw_only=True)
class PowerData(ResourceData):
    volts: float = 12.0

@attrs.frozen(kw_only=True)
class BoardData(ResourceData):
    ip: str
    port: int = 80
    fast: bool = False
    power: PowerData | None = None
    tags: list[str] = attrs.field(factory=list)
"""
INVENTORY = """
[[Power]]
name = "p1"

[[Board]]
name = "b1"
ip = "10.0.0.1"
power = "p1"

[[Board]]
name = "b2"
ip = "10.0.0.2"
port = 9000
group = "QA"
comment = "on the shelf"
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a project with three records, which is only to be copied: each command takes its time."""
    directory = tmp_path_factory.mktemp("template") / "project"
    directory.mkdir()
    (directory / "rotest.toml").write_text('[resources]\nmodules = ["boards"]\n[locks]\nbackend = "memory"\n')
    (directory / "boards.py").write_text(MODULE)
    (directory / "lab.toml").write_text(INVENTORY)
    assert resources(directory, "import", "lab.toml") == Answer(0, "3 added, 0 changed, 0 unchanged\n", "")
    return directory


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    return copytree(template, tmp_path / "project")


def resources(project: Path, *words: str, user: str = "ann") -> Answer:
    return rotest("resources", *words, cwd=project, environment={"LOGNAME": user})


def assert_refused(answer: Answer, *parts: str) -> None:
    """Check that a request was refused: exit status 2, no traceback, nothing printed, and what the message says."""
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("rotest: error: ")
    assert "Traceback" not in answer.err
    for part in parts:
        assert part in answer.err


def record(project: Path, name: str) -> dict[str, Any]:
    answer = resources(project, "show", name, "--json")
    assert (answer.status, answer.err) == (0, "")
    shown: dict[str, Any] = json.loads(answer.out)
    return shown


def test_list_shows_all_records_in_a_table(project: Path) -> None:
    assert resources(project, "list") == Answer(
        0,
        dedent(
            """\
            TYPE   NAME  GROUP  STATE   COMMENT
            Board  b1           usable
            Board  b2    QA     usable  on the shelf
            Power  p1           usable
            """
        ),
        "",
    )


def test_list_shows_the_fields_of_one_type_in_declared_order(project: Path) -> None:
    assert resources(project, "list", "Board").out == dedent(
        """\
        TYPE   NAME  GROUP  STATE   IP        PORT  FAST   POWER  TAGS  COMMENT
        Board  b1           usable  10.0.0.1  80    false  p1     []
        Board  b2    QA     usable  10.0.0.2  9000  false  -      []    on the shelf
        """
    )


def test_list_takes_lookups(project: Path) -> None:
    answer = resources(project, "list", "Board", "--json", "power__volts__lt=24", "port__in=80, 81")

    assert [entry["name"] for entry in json.loads(answer.out)] == ["b1"]


def test_list_refuses_what_cannot_be_asked(project: Path) -> None:
    assert_refused(resources(project, "list", "Board", "prot=1"), "prot", "did you mean 'port'")
    assert_refused(resources(project, "list", "Boart"), "unknown resource type 'Boart' (did you mean 'Board'")


def test_list_says_when_there_is_nothing(project: Path) -> None:
    assert resources(project, "list", "name=x") == Answer(0, "TYPE  NAME\n", "no record matches\n")
    assert resources(project, "list", "--set", "store.path=new.db").err == "the inventory is empty\n"


def test_show_prints_everything_of_a_record(project: Path) -> None:
    assert resources(project, "show", "b2").out == dedent(
        """\
        type      Board
        name      b2
        group     QA
        comment   on the shelf
        state     usable
        capacity  1
        version   1
        ip        10.0.0.2
        port      9000
        fast      false
        power     -
        tags      []
        """
    )


def test_show_prints_json_for_programs(project: Path) -> None:
    assert record(project, "Board/b1") == {
        "type": "Board",
        "name": "b1",
        "group": "",
        "comment": "",
        "usable": True,
        "unusable_reason": "",
        "reserved_for": "",
        "reserved_until": None,
        "capacity": 1,
        "origin": "",
        "version": 1,
        "fields": {"ip": "10.0.0.1", "port": 80, "fast": False, "power": "p1", "tags": []},
    }


def test_a_name_that_nothing_has_is_refused_with_the_near_ones(project: Path) -> None:
    assert_refused(resources(project, "show", "b11"), "there is no record 'b11' (did you mean 'b1'")


def test_add_reads_values_as_the_declared_types(project: Path) -> None:
    words = (
        "ip=10.0.0.3",
        "port=81",
        "fast=true",
        "power=p1",
        "tags=a, b",
        "group=x=y",
        "capacity=3",
        "comment=é 計",
    )
    answer = resources(project, "add", "Board", "b3", *words)

    assert answer == Answer(0, "added Board/b3\n", "")
    added = record(project, "b3")
    assert added["fields"] == {"ip": "10.0.0.3", "port": 81, "fast": True, "power": "p1", "tags": ["a", "b"]}
    assert (added["group"], added["capacity"], added["comment"]) == ("x=y", 3, "é 計")


def test_add_refuses_what_does_not_fit(project: Path) -> None:
    assert_refused(resources(project, "add", "Board", "b1", "ip=x"), "Board/b1 exists already")
    assert_refused(
        resources(project, "add", "Bord", "b3"),
        "unknown resource type 'Bord' (did you mean 'Board'",
        "modules",
    )
    assert_refused(
        resources(project, "add", "Board", "b3", "port=x", "pott=1", "capacity=0"),
        "Board/b3: ip: missing",
        "Board/b3: port: expected an integer",
        "Board/b3: pott: unknown field (did you mean 'port'",
    )
    assert_refused(
        resources(project, "add", "Board", "b3", "ip=x", "power=p2"), "power: there is no Power 'p2'"
    )
    assert_refused(resources(project, "add", "Board", "b3", "name=b4"), "the name stands before the fields")
    assert len(json.loads(resources(project, "list", "--json").out)) == 3


def test_set_changes_what_is_given_and_nothing_else(project: Path) -> None:
    assert resources(project, "set", "b1", "port=81", "comment=new") == Answer(0, "changed Board/b1\n", "")

    changed = record(project, "b1")
    assert (changed["comment"], changed["version"]) == ("new", 2)
    assert changed["fields"] == {"ip": "10.0.0.1", "port": 81, "fast": False, "power": "p1", "tags": []}
    assert resources(project, "set", "b1", "port=81").out == "Board/b1 is so already\n"
    assert record(project, "b1")["version"] == 2


def test_set_refuses_what_does_not_fit_and_changes_nothing(project: Path) -> None:
    assert_refused(
        resources(project, "set", "b1", "comment=new", "port=x", "nmae=y", "name=z"),
        "Board/b1 was not changed",
        "port: expected an integer",
        "nmae: unknown field",
        "name: cannot be changed",
    )
    assert_refused(resources(project, "set", "b1", "power=p9"), "power: there is no Power 'p9'")
    assert record(project, "b1")["version"] == 1


def test_remove_takes_records_away_all_or_none(project: Path) -> None:
    assert_refused(resources(project, "remove", "b1", "b9"), "there is no record 'b9'")
    assert resources(project, "remove", "b1", "Board/b2", "b2").out == "removed Board/b1\nremoved Board/b2\n"
    assert resources(project, "list").out.split() == [
        "TYPE",
        "NAME",
        "STATE",
        "VOLTS",
        "Power",
        "p1",
        "usable",
        "12.0",
    ]


def test_remove_refuses_a_part_whose_whole_stays(project: Path) -> None:
    assert_refused(
        resources(project, "remove", "p1"), "nothing was removed", "Board/b1 refers to p1 as its power"
    )
    assert resources(project, "remove", "p1", "--force").out == "removed Power/p1\n"
    assert resources(project, "remove", "b1").status == 0


def test_remove_refuses_what_is_leased(project: Path) -> None:
    locks = ("--set", "locks.backend=sqlite")
    strategy = open_sqlite(project / ".rotest" / "rotest.db")
    session = strategy.open(current_owner("night run", user="bob"), ttl=60)
    try:
        want = Want("board", (Candidate(RecordKey("Board", "b1")),))
        assert session.submit(Claim(id="1", wants=(want,), label="test_boot")) is not None
        assert_refused(
            resources(project, "remove", "b1", *locks), "Board/b1 is leased by bob on ", " for test_boot"
        )
    finally:
        session.close()
        strategy.close()
    assert resources(project, "remove", "b1", *locks).out == "removed Board/b1\n"


def test_a_reservation_is_made_shown_and_ended(project: Path) -> None:
    reserved = resources(project, "reserve", "b1", "b2", "--until", "2999-01-01T00:00+00:00")
    assert reserved.out == (
        "reserved Board/b1 for ann until 2999-01-01 00:00 UTC\nreserved Board/b2 for ann until 2999-01-01 00:00 UTC\n"
    )
    assert "reserved for ann until 2999-01-01 00:00 UTC" in resources(project, "list").out

    assert_refused(resources(project, "reserve", "b1", user="bob"), "Board/b1 is reserved for ann until 2999")
    assert_refused(
        resources(project, "unreserve", "b1", user="bob"), "Board/b1 is reserved for ann", "--force"
    )
    assert resources(project, "unreserve", "b1", "b2").out == (
        "Board/b1 is free for everybody\nBoard/b2 is free for everybody\n"
    )
    assert resources(project, "reserve", "b1", "--for", "carl").out == "reserved Board/b1 for carl\n"
    assert resources(project, "unreserve", "b1", "--force").status == 0
    assert record(project, "b1")["reserved_for"] == ""


@pytest.mark.parametrize("kind", ["toml", "json", "csv"])
def test_what_is_exported_can_be_imported_elsewhere(project: Path, kind: str) -> None:
    file = f"all.{kind}"
    assert resources(project, "export", file).out == f"wrote 3 records to {file}\n"

    other = ("--set", "store.path=other.db")
    assert resources(project, "import", file, *other).out == "3 added, 0 changed, 0 unchanged\n"
    assert resources(project, "list", "--json", *other).out == resources(project, "list", "--json").out
    printed = resources(project, "export", "-", "--format", kind, *other).out
    assert printed == (project / file).read_text(encoding="utf-8")


def test_export_takes_the_records_that_match(project: Path) -> None:
    assert resources(project, "export", "-", "Board", "port=80").out == dedent(
        """\
        [[Board]]
        name = "b1"
        ip = "10.0.0.1"
        port = 80
        fast = false
        power = "p1"
        tags = []
        """
    )


def test_a_bad_file_is_refused_with_every_line_and_changes_nothing(project: Path) -> None:
    (project / "bad.toml").write_text(
        '[[Board]]\nname = "b3"\nip = "x"\n\n[[Board]]\nname = "b4"\n\n[[Bord]]\nname = "x"\n'
    )

    assert_refused(
        resources(project, "import", "bad.toml"),
        "bad.toml: some rows do not fit",
        "line 5: Board/b4: ip: missing",
        "line 8: Bord/x: unknown resource type 'Bord'",
    )
    assert len(json.loads(resources(project, "list", "--json").out)) == 3


def test_import_changes_records_only_when_told(project: Path) -> None:
    (project / "lab.toml").write_text(INVENTORY.replace("9000", "9001"))
    assert_refused(
        resources(project, "import", "lab.toml"), "line 10: Board/b2: exists already, and differs; --replace"
    )

    answer = resources(project, "import", "lab.toml", "--replace", "--json")

    assert json.loads(answer.out) == {
        "added": [],
        "changed": ["Board/b2"],
        "unchanged": ["Power/p1", "Board/b1"],
    }


def test_the_inventory_follows_the_configured_file(project: Path) -> None:
    (project / "rotest.toml").write_text(
        '[resources]\nmodules = ["boards"]\n[inventory]\nfile = "lab.toml"\n'
        '[store]\npath = "followed.db"\n[locks]\nbackend = "memory"\n'
    )
    assert resources(project, "show", "b1").out.splitlines()[4] == "follows   lab.toml"
    (project / "lab.toml").write_text('[[Board]]\nname = "b1"\nip = "10.0.0.9"\n')

    assert [entry["fields"]["ip"] for entry in json.loads(resources(project, "list", "--json").out)] == [
        "10.0.0.9"
    ]
    assert (
        "it comes from lab.toml, and will be back when that file changes"
        in resources(project, "remove", "b1").out
    )

    (project / "lab.toml").write_text('[[Board]]\nname = "b1"\n')
    assert_refused(resources(project, "list"), "lab.toml", "line 1: Board/b1: ip: missing")


@pytest.mark.parametrize("content", [b"garbage" * 1000, "newer"])
def test_a_store_that_cannot_be_used_is_infrastructure_trouble(project: Path, content: bytes | str) -> None:
    path = project / ".rotest" / "rotest.db"
    if isinstance(content, bytes):
        path.write_bytes(content)
        message = "is not an SQLite database, or is damaged"
    else:
        connection = sqlite3.connect(path)
        connection.execute("UPDATE meta SET value = 99 WHERE component = 'store' AND key = 'schema'")
        connection.commit()
        connection.close()
        message = "schema version 99, but this Rotest knows versions up to 1"

    answer = resources(project, "list")

    assert (answer.status, answer.out) == (3, "")
    assert re.match(rf"rotest: error: \S+rotest\.db.*{message}", answer.err)


def test_a_module_that_cannot_be_imported_is_named(project: Path) -> None:
    assert_refused(resources(project, "list", "--set", "resources.modules=none"), "resources.modules", "none")


def test_an_unknown_action_is_refused_with_the_near_ones(project: Path) -> None:
    assert_refused(resources(project, "lst"), "'list'")
    assert_refused(resources(project), "ACTION")
