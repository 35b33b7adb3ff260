"""``rotest signatures``: what is known of failures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from rotest_backends.stores.sqlite_results import SqliteResults
from rotest_core.cli.app import main
from rotest_core.events import (
    Event,
    LogWritten,
    Outcome,
    OutcomeReported,
    RunFinished,
    RunStarted,
    TestFinished,
    TestStarted,
)
from rotest_core.results import normalise, signature_id, take_in

POWER = signature_id(normalise("no power on port 1"))
ANSWER = signature_id(normalise("no answer from rack"))


def events() -> list[Event]:
    """Return a run in which two tests lack power, one an answer, and one passes with a line in its log."""
    made: list[Event] = [RunStarted(1000.0, "run1", "", "/nowhere", "/nowhere", (), (), 4)]
    for number, text in enumerate(("no power on port 1", "no power on port 2", "no answer from rack", "")):
        outcome = Outcome.FAILURE if text else Outcome.SUCCESS
        made.append(TestStarted(1001.0 + number, number, None, f"test_{number}", f"t.py::test_{number}"))
        if text:
            made.append(OutcomeReported(1001.0 + number, number, outcome, text, text))
        else:
            made.append(LogWritten(1001.0 + number, number, 20, "rack", "retry: no answer from rack"))
        made.append(TestFinished(1001.5 + number, number, outcome, 0.5))
    return [*made, RunFinished(1010.0, (("success", 1), ("failure", 3)), 1, 10.0)]


@pytest.fixture
def store_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / ".rotest" / "rotest.db"
    store = SqliteResults(path)
    take_in(store, iter(events()))
    store.close()
    return path


class Console:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def lines(self, *words: str) -> list[str]:
        assert main(["signatures", *words]) == 0
        shown = self._capsys.readouterr()
        assert shown.err == ""
        return shown.out.splitlines()

    def refusal(self, *words: str) -> str:
        assert main(["signatures", *words]) == 2
        return self._capsys.readouterr().err


@pytest.fixture
def console(store_file: Path, capsys: pytest.CaptureFixture[str]) -> Console:
    return Console(capsys)


def test_failures_are_listed_by_what_they_have_in_common(console: Console) -> None:
    heading, *rows = console.lines()

    assert heading.split() == ["SIGNATURE", "STATE", "FAILURES", "TESTS", "FIRST", "LAST", "WHY"]
    assert [(row.split()[0], row.split()[1], row.split()[2]) for row in rows] == [
        (ANSWER, "seen", "1"),
        (POWER, "seen", "2"),
    ]
    assert [each["count"] for each in json.loads("\n".join(console.lines("list", "--json")))] == [1, 2]


def test_what_is_known_is_kept_and_shown(console: Console) -> None:
    done = console.lines("set", POWER, "--name", "bad cable", "--link", "https://bugs/1", "--cause", "rack 3")
    assert done == [f"{POWER} describes 2 of 3 past failures"]
    console.lines("set", "bad cable", "--expires", "2999-01-01")

    shown = console.lines("show", "bad cable")

    assert "name       bad cable" in shown
    assert "pattern    no power on port <n>" in shown
    assert "state      known" in shown
    assert any(line.startswith("expires    2999-01-01") for line in shown)
    assert sum("no power on port" in line for line in shown) == 3


def test_a_pattern_is_tried_before_it_is_saved(console: Console) -> None:
    refusal = console.refusal("set", "rack", "--pattern", "no answer from rack")
    assert "nothing was saved; --force saves all the same" in refusal
    assert "the passing test t.py::test_3 logged the like: retry: no answer from rack" in refusal
    assert "it describes no past failure" in console.refusal("set", "none", "--pattern", "never seen")
    assert [line.split()[1] for line in console.lines()[1:]] == ["seen", "seen"]

    assert console.lines("set", "rack", "--pattern", "no answer from rack", "--force") == [
        "rack describes 1 of 3 past failures"
    ]
    assert "it describes 1 failures that are known as rack" in console.refusal(
        "set", "all", "--pattern", "no *"
    )


def test_a_pattern_is_tried_alone(console: Console) -> None:
    first, *rest = console.lines("test", "no power *")

    assert first == "2 of 3 past failures, of 2 tests"
    assert sum(POWER in line for line in rest) == 2
    assert "the passing test t.py::test_3 logged the like" in "\n".join(console.lines("test", "no answer *"))


def test_signatures_are_merged(console: Console) -> None:
    (done,) = console.lines("merge", POWER, ANSWER, "--force")

    assert done == f"{POWER} describes 3 of 3 past failures: no *"
    assert [line.split()[0] for line in console.lines()[1:]] == [POWER]
    assert console.lines("remove", POWER) == [f"removed {POWER}"]
    assert console.lines("remove", POWER) == [f"nothing was said of {POWER}"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("show", "s-nothing"), "there is no signature 's-nothing'"),
        (("set", "new"), "there is no signature 'new'"),
        (("set", POWER, "--expires", "soon"), "'soon' is no time: write 2h, "),
        (("merge", POWER, POWER), "a signature is merged with another"),
    ],
    ids=["show", "set", "expires", "merge"],
)
def test_mistakes_are_named(console: Console, words: Sequence[str], complaint: str) -> None:
    assert complaint in console.refusal(*words)
