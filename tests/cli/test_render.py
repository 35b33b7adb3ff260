"""``rotest render`` makes of a log what the run itself made."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.commands import rotest

TESTS = """
import logging, unittest

class Mixed(unittest.TestCase):
    def test_good(self): logging.getLogger("x").info("hello")
    def test_bad(self): self.fail("no \\x07 \\udc80")
    @unittest.skip("never")
    def test_skipped(self): ...
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    (directory / "test_a.py").write_text(TESTS)
    return directory


EVERY_OUTPUT = "dots,full,logdebug,loginfo,pretty,progress,tree,html,xml,excel,artifact,db,signature"
OWN_TESTS = """
import unittest
from rotest_core import BlockOutput, TestBlock, TestCase, TestFlow

class Own(TestCase):
    tried = []
    def test_expecting(self):
        self.expectEqual(1, 2)
        self.success("the rest is fine")
    def test_measuring(self):
        self.measure("supply", 3.3, unit="V", within=(3.1, 3.5))
        self.measure("ripple", 0.5, unit="V", within=(None, 0.1))
    def test_flaky(self):
        self.tried.append(1)
        self.assertEqual(len(self.tried), 2)
    def test_parts(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertEqual(number, 1)

class Telling(TestBlock):
    voltage = BlockOutput()
    def test_telling(self):
        self.voltage = 3

class Failing(TestBlock):
    def test_failing(self): self.fail("no")

class Flow(TestFlow):
    blocks = (Telling, Failing)
"""


def reports_in(directory: Path) -> dict[str, bytes]:
    """Return the reports of a run; the archive by what is in it, for it says when each file was written."""
    reports = {path.name: path.read_bytes() for path in directory.glob("results.*")}
    with zipfile.ZipFile(directory / "artifact.zip") as archive:
        packed = {f"archived {info.filename}": archive.read(info) for info in archive.infolist()}
    # The log that was archived with the run did not yet tell of the archive itself.
    return reports | {name: content for name, content in packed.items() if not name.endswith("events.jsonl")}


def test_every_output_shows_and_writes_later_what_it_showed_and_wrote_live(project: Path) -> None:
    (project / "test_b.py").write_text(OWN_TESTS)
    retry = ("--set", "run.retry.times=1", "--set", "run.retry.on=any")
    live = rotest("-o", EVERY_OUTPUT, "-n", "nightly", *retry, cwd=project)
    directory = (project / ".rotest/runs/latest").resolve()
    written = reports_in(directory)
    again = rotest("render", "-o", EVERY_OUTPUT, cwd=project)
    assert (again.status, again.err) == (0, "")
    assert again.out == live.out
    assert reports_in(directory) == written
    assert {"results.html", "results.xlsx", "results.xml"} < written.keys()
    assert ", 1 flaky, " in live.out
    assert "ripple = 0.5 V (at most 0.1 V), out of limits" in live.out


@pytest.mark.parametrize("log", [".rotest/runs/latest", ".rotest/runs/latest/events.jsonl"])
def test_a_run_is_named_by_its_directory_or_its_log(project: Path, log: str) -> None:
    rotest(cwd=project)
    assert "FAILED  1 passed" in rotest("render", log, cwd=project).out


def test_reports_may_go_elsewhere(project: Path) -> None:
    rotest(cwd=project)
    answer = rotest("render", "-o", "xml", "--directory", "reports", cwd=project)
    assert answer.status == 0
    assert [path.name for path in (project / "reports").iterdir()] == ["results.xml"]
    assert not list(project.glob(".rotest/runs/latest/*.xml"))


def test_a_log_that_was_cut_short_is_rendered_as_far_as_it_goes(project: Path) -> None:
    rotest(cwd=project)
    log = project / ".rotest/runs/latest/events.jsonl"
    log.write_bytes(log.read_bytes()[:-50])
    answer = rotest("render", "-o", "tree", cwd=project)
    assert answer.status == 0
    assert "cut short, left out" in answer.err
    assert "test_good" in answer.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "no run has left a log yet"),
        (("elsewhere",), "elsewhere: there is no such log"),
    ],
)
def test_what_cannot_be_rendered_is_refused(project: Path, words: tuple[str, ...], message: str) -> None:
    answer = rotest("render", *words, cwd=project)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("rotest: error: ")
    assert message in answer.err


def test_an_unknown_output_is_refused(project: Path) -> None:
    rotest(cwd=project)
    answer = rotest("render", "-o", "nonesuch", cwd=project)
    assert (answer.status, answer.out) == (2, "")
    assert "unknown output 'nonesuch'" in answer.err


def test_several_logs_are_shown_as_one_run(project: Path) -> None:
    (project / "test_b.py").write_text(TESTS.replace("test_bad", "test_worse"))
    for name in ("test_a.py", "test_b.py"):
        rotest(name, "-n", name, cwd=project)
    first, second = sorted(path for path in (project / ".rotest/runs").iterdir() if not path.is_symlink())
    (project / "test_a.py").write_text(TESTS.replace('self.fail("no \\x07 \\udc80")', "..."))
    rotest("test_a.py", cwd=project)
    answer = rotest("render", first.as_posix(), second.as_posix(), "-o", "tree,xml", cwd=project)
    assert (answer.status, answer.err) == (0, "")
    assert "FAILED  2 passed, 2 skipped, 2 failed in" in answer.out
    assert [path.name for path in (project / ".rotest/merged").iterdir()] == ["results.xml"]
    logs = (first.as_posix(), second.as_posix(), ".rotest/runs/latest")
    again = rotest("render", *logs, cwd=project)
    assert "FAILED  3 passed, 2 skipped, 1 failed, 1 flaky in" in again.out
    apart = rotest("render", *logs, "--apart", cwd=project)
    assert "FAILED  4 passed, 3 skipped, 2 failed in" in apart.out


def test_a_run_that_is_named_twice_is_one_run(project: Path) -> None:
    once = rotest(cwd=project)
    log = (project / ".rotest/runs/latest").resolve().as_posix()
    assert rotest("render", log, ".rotest/runs/latest", cwd=project).out == once.out


def test_a_file_that_is_no_log_is_refused_without_telling_each_of_its_lines(project: Path) -> None:
    (project / "other.txt").write_text("nothing\n" * 10_000)
    answer = rotest("render", "other.txt", cwd=project)
    assert (answer.status, answer.out) == (2, "")
    lines = answer.err.splitlines()
    assert lines[0].endswith("other.txt:1: not JSON, left out")
    assert lines[20].endswith("other.txt: 9980 more lines were left out")
    assert lines[21].endswith("other.txt: no event was found in there; is it the events.jsonl of a run?")
    assert len(lines) == 22
