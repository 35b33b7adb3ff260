"""``rotest run`` as a user starts it: exit statuses, and what bad surroundings get."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from rotest_core.config.settings import load_settings
from rotest_core.plugin.loader import load_plugins
from rotest_core.session import Session
from tests.commands import Answer, clean_environment, rotest

GOOD = "import unittest\nclass Good(unittest.TestCase):\n    def test_good(self): ...\n"
BAD = "import unittest\nclass Bad(unittest.TestCase):\n    def test_bad(self): self.fail('no')\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    return directory


def write(project: Path, name: str, text: str) -> None:
    (project / name).write_text(dedent(text), encoding="utf-8")


def events(project: Path) -> list[dict[str, Any]]:
    lines = (project / ".rotest/runs/latest/events.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    ("text", "words", "status"),
    [
        (GOOD, (), 0),
        (BAD, (), 1),
        (GOOD + "raise LookupError\n", (), 1),
        (GOOD, ("--nonesuch",), 2),
        (GOOD, ("no/such/path",), 2),
        (GOOD, ("-f", "nothing"), 5),
        ("", (), 5),
    ],
)
def test_the_exit_status_tells_what_happened(
    project: Path, text: str, words: tuple[str, ...], status: int
) -> None:
    write(project, "test_a.py", text)
    assert rotest(*words, cwd=project).status == status


def test_options_of_the_run_may_stand_before_and_after_the_paths(project: Path) -> None:
    write(project, "test_a.py", GOOD)
    write(project, "test_b.py", BAD)
    assert rotest("run", "-n", "nightly", "test_a.py", "-o", "pretty", cwd=project).status == 0
    assert [event["name"] for event in events(project) if event["event"] == "RunStarted"] == ["nightly"]
    assert (project / ".rotest/runs/latest").resolve().name.endswith("-nightly")


def test_failfast_is_an_option(project: Path) -> None:
    write(project, "test_a.py", BAD)
    write(project, "test_b.py", GOOD)
    rotest("-F", cwd=project)
    assert [event["name"] for event in events(project) if event["event"] == "TestStarted"] == ["test_bad"]


def test_the_event_log_names_the_command_and_the_place(project: Path) -> None:
    write(project, "test_a.py", GOOD)
    rotest("-o", "dots", cwd=project)
    started = events(project)[0]
    assert started["command"][1:] == ["-o", "dots"]
    assert started["root"] == str(project)
    assert {name for name, _ in started["environment"]} == {"host", "user", "python", "platform", "rotest"}


def test_old_runs_are_removed_as_configured(project: Path) -> None:
    write(project, "test_a.py", GOOD)
    runs = project / ".rotest/runs"
    for day in (1, 2):
        old = runs / f"2020010{day}-000000-old"
        old.mkdir(parents=True)
        (old / "events.jsonl").touch()
        os.utime(old, (1e9, 1e9))
    assert rotest("--set", "run.keep_runs=2", cwd=project).status == 0
    names = sorted(path.name for path in runs.iterdir())
    assert names[0] == "20200102-000000-old"
    assert len(names) == 3


def test_a_work_directory_that_cannot_be_made_is_one_message(project: Path) -> None:
    write(project, "test_a.py", GOOD)
    write(project, "file", "")
    answer = rotest("--set", "run.work_dir=file", cwd=project)
    assert (answer.status, answer.out) == (3, "")
    assert answer.err == (
        f"rotest: error: cannot write to the work directory {project / 'file'}: Not a directory; "
        "choose another one with run.work_dir (or --set run.work_dir=DIR)\n"
    ).replace(str(project / "file"), "file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_work_directory_is_one_message(project: Path) -> None:
    write(project, "test_a.py", GOOD)
    (project / "runs").mkdir(mode=0o555)
    answer = rotest("--set", "run.work_dir=runs", cwd=project)
    assert (answer.status, "Permission denied" in answer.err) == (3, True)


def limited(project: Path, blocks: int, *words: str) -> Answer:
    """Run with files that may not grow over some blocks of 512 bytes: what a full disk does to a file."""
    command = f'ulimit -f {blocks}; exec "$0" -m rotest_core "$@"'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable, *words],
        cwd=project,
        env=clean_environment(XDG_CACHE_HOME=str(project.parent / "cache"), PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        text=True,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(("last", "status"), [(GOOD, 0), (BAD, 1)])
def test_a_disk_that_fills_up_ends_the_log_and_not_the_run(project: Path, last: str, status: int) -> None:
    write(
        project,
        "test_a.py",
        "import unittest\nclass Many(unittest.TestCase):\n"
        + "".join(f"    def test_{number}(self): ...\n" for number in range(100)),
    )
    write(project, "test_b.py", last)
    answer = limited(project, 8)
    assert answer.status == status
    assert f"{100 + (status == 0)} passed" in answer.out
    assert "events.jsonl ends early: " in answer.err
    assert answer.err.count("\n") == 1
    log = (project / ".rotest/runs/latest/events.jsonl").read_bytes()
    assert len(log) <= 8 * 512
    assert rotest("render", "-o", "dots", cwd=project).status == 0


def test_an_output_whose_reader_leaves_is_no_error_of_the_tests(project: Path) -> None:
    write(project, "test_a.py", GOOD)
    command = f'"{sys.executable}" -m rotest_core -o full | true'
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=project,
        env=clean_environment(XDG_CACHE_HOME=str(project.parent / "cache")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert events(project)[-1]["event"] == "RunFinished"


DEVICE = """
    import attrs
    from rotest_core import BaseResource, ResourceData, TestCase

    @attrs.frozen(kw_only=True)
    class DeviceData(ResourceData):
        fails: str

    class Device(BaseResource[DeviceData]):
        def step(self, name):
            print(name)
            if self.data.fails == name:
                raise OSError(f"{name} is broken")
        def connect(self): self.step("connect")
        def validate(self): self.step("validate")
        def initialize(self): self.step("initialize")
        def finalize(self): self.step("finalize")

    class Uses(TestCase):
        device = Device.request()
        def test(self): print("test")
"""


@pytest.mark.parametrize("step", ["connect", "validate", "initialize", "finalize"])
def test_a_step_that_raises_is_an_infrastructure_error_and_nothing_stays_leased(
    project: Path, step: str
) -> None:
    write(project, "test_a.py", DEVICE)
    write(project, "inventory.toml", f'[[Device]]\nname = "one"\nfails = "{step}"\n')
    write(project, "rotest.toml", '[resources]\nmodules = ["test_a"]\n[inventory]\nfile = "inventory.toml"\n')
    answer = rotest("-o", "pretty", cwd=project)
    assert answer.status == 3
    assert f"one: {step} failed: OSError: {step} is broken" in answer.out
    assert "finalize" in answer.out.splitlines()
    finished = next(event for event in events(project) if event["event"] == "TestFinished")
    assert (finished["outcome"], finished["cause"]) == ("error", "infrastructure")
    assert [
        event.get("dirty", False) for event in events(project) if event["event"] == "ResourceReleased"
    ] == [True]
    with Session(load_settings(start=project, environ={}), load_plugins()) as session:
        assert session.strategy.status().held == ()


def test_a_plain_run_opens_no_store(project: Path) -> None:
    write(project, "test_a.py", GOOD)
    write(project, "rotest.toml", '[resources]\nmodules = ["no_such_module"]\n')
    assert rotest(cwd=project).status == 0
    assert not (project / ".rotest" / "rotest.db").exists()


DEBUGGED = """
    from rotest_core import TestCase

    class Debugged(TestCase):
        def test_assertion(self):
            here = "in the assertion"
            self.assertEqual(1, 2)
        def test_error(self):
            here = "in the error"
            raise LookupError("gone")
        def test_expectation(self):
            here = "in the expectation"
            self.expectEqual(1, 2)
            here = "after it"
        def test_skip(self): self.skipTest("never")
        def test_good(self): ...
        def tearDown(self): print("tearDown")
"""


def test_debug_opens_a_debugger_where_a_test_failed_before_it_is_torn_down(project: Path) -> None:
    write(project, "test_a.py", DEBUGGED)
    # Whatever else is installed, pdb is there.
    usual = ("--set", "plugins.disabled=rotest-shell")
    answer = rotest("-D", "-o", "dots", *usual, cwd=project, typed="p here\nc\n" * 3)
    assert answer.status == 1
    told = [
        line.removeprefix("(Pdb) ")
        for line in answer.out.splitlines()
        if "'in the" in line or line.endswith("tearDown")
    ]
    assert [line for line in told if line.startswith("'")] == [
        "'in the assertion'",
        "'in the error'",
        "'in the expectation'",
    ]
    assert told.index("'in the assertion'") < next(
        index for index, line in enumerate(told) if line.endswith("tearDown")
    )
    assert answer.err.count("resources stay leased") == 3
    assert "unittest/case.py" not in answer.out
