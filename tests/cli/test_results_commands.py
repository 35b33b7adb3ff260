"""``rotest runs``, ``history``, ``flaky``, ``stats`` and ``resources stats``."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from rotest_backends.stores.sqlite_results import SqliteResults
from rotest_core.cli.app import main
from rotest_core.events import Cause, Outcome, OutcomeReported
from rotest_core.plugin import (
    ResourceUse,
    ResultsBatch,
    RunFilter,
    RunState,
    StoredMeasurement,
    StoredRun,
    StoredTest,
    TestDetails,
)

RUNS = 12


def outcome_in(run: int, number: int) -> tuple[Outcome, int]:
    """Say how the tests of these runs fare: 0 passes, 1 is flaky, 2 breaks at the last run, 3 fails on board b2."""
    if number == 1:
        return (Outcome.SUCCESS, 2) if run % 3 == 0 else (Outcome.SUCCESS if run % 2 else Outcome.FAILURE, 1)
    if number == 2:
        return (Outcome.ERROR if run == RUNS - 1 else Outcome.SUCCESS), 1
    if number == 3:
        return (Outcome.FAILURE if run % 2 else Outcome.SUCCESS), 1
    return Outcome.SUCCESS, 1


def batch_of(place: int) -> ResultsBatch:
    run = StoredRun(
        id=f"{place:02}abcdef0123",
        name="nightly" if place % 2 else "",
        started=1_700_000_000.0 + 3600 * place,
        state=RunState.INTERRUPTED if place == 4 else RunState.FINISHED,
        duration=90.0,
        status=None if place == 4 else 1,
        total=4,
        counts={"success": 3, "failure": 1},
        command=("rotest", "-o", "db"),
        environment={
            "host": "lab",
            "commit": f"{place:040x}",
            "packages": f"attrs 26.1, pytest 9.{place}, rotest-core 1.0",
        },
        directory="/somewhere",
    )
    tests: list[tuple[StoredTest, TestDetails]] = []
    for number, name in enumerate(("test_fine", "test_shaky", "test_broken", "test_picky")):
        outcome, attempt = outcome_in(place, number)
        bad = outcome in (Outcome.FAILURE, Outcome.ERROR)
        test = StoredTest(
            run=run.id,
            number=number,
            id=f"test_boards.py::BoardTest::{name}",
            started=run.started + number,
            attempt=attempt,
            name=name,
            duration=60.0 if place == 3 else 1.0 + 0.1 * place,
            outcome=outcome,
            cause=Cause.PRODUCT if bad else None,
            summary="AssertionError: 4.1 not within 4.5..5.5" if bad else "",
            signature="s-12345678" if bad else "",
            waited=2.0 if number == 3 else 0.0,
        )
        board = ResourceUse(
            request="board",
            type="Board",
            name=f"b{1 + place % 2}",
            leased=test.started,
            held=10.0,
            waited=2.0,
            reason="b1 is leased by ann@lab",
        )
        reports = (
            (OutcomeReported(test.started, number, outcome, "Traceback: all of it", "4.1"),) if bad else ()
        )
        volts = StoredMeasurement(name="volts", value=4.0 + place / 10, unit="V", low=4.5, high=5.5)
        details = TestDetails(
            reports=reports,
            resources=(board,) if number == 3 else (),
            measurements=(volts,) if number == 0 else (),
        )
        tests.append((test, details))
    return ResultsBatch(
        run=run, tests=tests, events=b'{"event":"InformationAdded","time":1.0,"test":0,"text":"x"}\n'
    )


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a project whose store has twelve runs; it is only to be read."""
    directory = tmp_path_factory.mktemp("results")
    fill(directory)
    return directory


def fill(directory: Path) -> None:
    store = SqliteResults(directory / ".rotest" / "rotest.db")
    for place in range(RUNS):
        store.write(batch_of(place))
    store.close()


class Console:
    """Carry commands out in this process, in some directory."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def lines(self, *words: str) -> list[str]:
        """Return what a command that succeeds prints."""
        status = main(words)
        shown = self._capsys.readouterr()
        assert (status, shown.err) == (0, "")
        return shown.out.splitlines()

    def json(self, *words: str) -> Any:
        return json.loads("\n".join(self.lines(*words, "--json")))

    def refusal(self, *words: str) -> str:
        """Return what a command says that cannot be carried out as it stands."""
        assert main(words) == 2
        shown = self._capsys.readouterr()
        assert shown.out == ""
        return shown.err


@pytest.fixture
def console(filled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Console:
    monkeypatch.chdir(filled)
    return Console(capsys)


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


def test_runs_are_listed_newest_first(console: Console) -> None:
    heading, newest, *others = console.lines("runs")

    assert cells(heading) == [
        "RUN",
        "NAME",
        "STARTED",
        "TOOK",
        "RESULT",
        "TESTS",
        "PASSED",
        "FAILED",
        "COMMIT",
    ]
    assert cells(newest)[:2] == ["11abcdef", "nightly"]
    assert cells(newest)[-5:] == ["failed", "4", "3", "1", "00000000"]
    assert len(others) == RUNS - 1
    assert console.lines("runs", "list") == [heading, newest, *others]


def test_runs_are_listed_by_name_and_number(console: Console) -> None:
    assert len(console.lines("runs", "list", "--name", "night*", "--last", "2")) == 3
    runs = console.json("runs", "list", "--name", "nightly", "--last", "0")
    assert [run["id"][:2] for run in runs] == ["11", "09", "07", "05", "03", "01"]


def test_runs_are_listed_since_a_moment(console: Console) -> None:
    assert len(console.lines("runs", "list", "--since", "2023-11-01")) == RUNS + 1
    assert main(["runs", "list", "--since", "1h"]) == 0


def test_a_run_is_shown_with_what_did_not_go_well(console: Console) -> None:
    shown = console.lines("runs", "show", "latest")

    assert "result     failed" in "\n".join(shown).replace("      failed", "     failed")
    assert [line.split()[0] for line in shown if line.startswith("test_boards")] == [
        "test_boards.py::BoardTest::test_broken",
        "test_boards.py::BoardTest::test_picky",
    ]
    assert (
        len([line for line in console.lines("runs", "show", "--all") if line.startswith("test_boards")]) == 4
    )


@pytest.mark.parametrize("spelled", ["11abcdef0123", "11a", "latest", "nightly"])
def test_a_run_is_found_by_id_beginning_or_name(console: Console, spelled: str) -> None:
    shown = console.json("runs", "show", spelled)

    assert shown["run"]["id"] == "11abcdef0123"
    assert len(shown["tests"]) == 4


def test_a_test_of_a_run_is_shown_whole(console: Console) -> None:
    shown = "\n".join(console.lines("runs", "show", "latest", "--test", "picky"))

    assert shown.startswith("test_boards.py::BoardTest::test_picky: failure in 2.1 s")
    assert "Traceback: all of it" in shown
    assert "Board/b2  10 s  2 s     b1 is leased by ann@lab" in shown


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("runs", "show", "11abd"), "there is no run '11abd'"),
        (("runs", "show", "0"), "10 runs begin with '0': "),
        (("runs", "show", "nightli"), "did you mean 'nightly'?"),
        (("runs", "show", "--test", "nothing"), "the run has no test 'nothing'"),
        (("runs", "show", "--test", "BoardTest"), "give more of it"),
        (("history", "test_brokn"), "there are no results of 'test_brokn' (did you mean 'test_broken'"),
        (("stats", "BoardTest"), "'BoardTest' may be "),
        (("resources", "stats", "b9"), "no result tells of a resource 'b9'"),
        (("runs", "delete"), "say which runs"),
        (("runs", "delete", "--keep", "-1"), "--keep takes a number from 0 up"),
        (("runs", "delete", "--older-than", "old"), "'old' is no time: write 90m, "),
        (
            ("runs", "export", "latest", "run.xlsx"),
            "run.xlsx: write to a file that ends in .jsonl, .json, .csv",
        ),
        (("runs", "export", "latest", "no/such/run.json"), "no/such/run.json: No such file or directory"),
        (
            ("runs", "--set", "results.backend=sqlit"),
            "unknown results store 'sqlit' (did you mean 'sqlite'?)",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_mistakes_are_named(console: Console, words: Sequence[str], complaint: str) -> None:
    assert complaint in console.refusal(*words)


def test_two_runs_are_compared(console: Console) -> None:
    shown = console.lines("runs", "compare", "10", "11")

    assert "2 broken; 1 fixed; 1 same" in shown
    changes = [line for line in shown if line.startswith("broken")]
    assert [line.split()[1].rpartition("::")[2] for line in changes] == ["test_broken", "test_picky"]
    assert any(line.startswith("commit: ") for line in shown)
    assert "packages: pytest 9.10 -> pytest 9.11" in shown


def test_a_comparison_is_data_for_programs(console: Console) -> None:
    found = console.json("runs", "compare", "02", "03")

    changes = {
        difference["id"].rpartition("_")[2]: difference["change"] for difference in found["differences"]
    }
    assert changes == {"fine": "slower", "shaky": "flaky", "broken": "slower", "picky": "broken"}


def test_history_shows_every_result(console: Console) -> None:
    test, heading, newest, *others = console.lines("history", "test_broken", "--last", "0")

    assert test == "test_boards.py::BoardTest::test_broken"
    assert cells(heading)[:4] == ["STARTED", "RUN", "NAME", "RESULT"]
    assert cells(newest)[1:4] == ["11abcdef", "nightly", "error"]
    assert len(others) == RUNS - 1
    only = console.json("history", "test_broken", "--name", "nightly", "--last", "3")
    assert [result["run"][:2] for result in only] == ["11", "09", "07"]


def test_flaky_tests_come_first_and_steady_ones_not_at_all(console: Console) -> None:
    heading, *found = console.lines("flaky")

    assert cells(heading) == ["TEST", "RESULTS", "PASSED", "AT A RETRY", "CHANGES", "LAST"]
    assert [line.split()[0].rpartition("::")[2] for line in found] == ["test_shaky", "test_picky"]
    tallies = console.json("flaky", "--runs", "6")
    assert {tally["id"].rpartition("_")[2]: tally["runs"] for tally in tallies} == {"picky": 6, "shaky": 6}


def test_statistics_put_outliers_aside_and_tell_the_trend(console: Console) -> None:
    shown = {
        line.partition("  ")[0]: line.partition("  ")[2].strip()
        for line in console.lines("stats", "test_fine")
    }

    assert shown["passed"] == "12 (100 %)"
    assert shown["put aside"] == "1, the longest took 60 s"
    assert shown["from - to"] == "1 s - 2.1 s"
    assert shown["trend"].endswith("slower than at first")
    figures = console.json("stats", "test_fine")
    assert figures["durations"]["count"] == RUNS - 1
    assert figures["measurements"]["volts"]["maximum"] == pytest.approx(5.1)


def test_a_record_is_held_against_others_of_its_type(console: Console) -> None:
    shown = "\n".join(console.lines("resources", "stats", "b2"))

    assert "used        6 times by 1 test, 60 s in all" in shown
    assert "failed      6 times (100 %)" in shown
    assert "elsewhere   0 % of the same tests' 6 uses of others fail" in shown
    assert "100 points" in shown
    figures = console.json("resources", "stats", "Board/b1")
    assert (figures["failure_rate"], figures["elsewhere_rate"]) == (0.0, 1.0)


def test_a_run_is_exported(console: Console, tmp_path: Path) -> None:
    assert console.lines("runs", "export", "latest") == [
        '{"event":"InformationAdded","time":1.0,"test":0,"text":"x"}'
    ]
    console.lines("runs", "export", "latest", str(tmp_path / "run.json"))
    console.lines("runs", "export", "latest", str(tmp_path / "run.csv"))

    whole = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert whole["tests"][3]["details"]["resources"][0]["name"] == "b2"
    rows = list(csv.DictReader(io.StringIO((tmp_path / "run.csv").read_text(encoding="utf-8"))))
    assert [row["outcome"] for row in rows] == ["success", "success", "error", "failure"]


def test_runs_are_deleted_by_name_number_and_age(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)
    monkeypatch.chdir(tmp_path)
    console = Console(capsys)

    assert console.lines("runs", "delete", "--keep", "10", "--dry-run") == ["would delete 2 runs"]
    assert console.lines("runs", "delete", "--keep", "10") == ["deleted 2 runs"]
    assert console.lines("runs", "delete", "latest", "10") == ["deleted 2 runs"]
    assert console.lines("runs", "delete", "--older-than", "2020-01-01") == ["deleted 0 runs"]
    assert console.lines("runs", "delete", "--older-than", "30d") == ["deleted 8 runs"]
    store = SqliteResults(tmp_path / ".rotest" / "rotest.db")
    assert list(store.runs(RunFilter())) == []
    store.close()


def test_an_empty_store_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(["runs"]) == 0
    assert capsys.readouterr() == ("", "there are no runs: run tests with -o db\n")
    for words in (["runs", "show"], ["history", "x"]):
        assert main(words) == 2
        assert "run tests with -o db" in capsys.readouterr().err
