from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rotest_core.errors import EXIT_INFRASTRUCTURE, WorkDirError
from rotest_core.execution.journal import Journal
from rotest_core.execution.workdir import RunDirectory, prune, safe_name

NOON = time.mktime((2026, 7, 22, 12, 0, 0, 0, 0, -1))
LONG_AGO = NOON - 100 * 86400


def make_run(work_dir: Path, label: str, started: float, *, journal: bool = True) -> Path:
    path = Path(RunDirectory(str(work_dir), label, started).path)
    if journal:
        (path / "events.jsonl").write_text("{}\n")
    (path / "tests").mkdir()
    (path / "tests" / "note").write_text("text")
    os.utime(path, (started, started))
    return path


def test_a_directory_is_named_by_start_and_label(tmp_path: Path) -> None:
    run = RunDirectory(str(tmp_path / "new" / "work"), "night/run", NOON)
    assert Path(run.path) == tmp_path / "new" / "work" / "runs" / "20260722-120000-night_run"
    assert Path(run.path).is_dir()


def test_runs_of_one_second_and_name_get_directories_of_their_own(tmp_path: Path) -> None:
    names = [Path(RunDirectory(str(tmp_path), "x", NOON).path).name for _ in range(3)]
    assert names == ["20260722-120000-x", "20260722-120000-x-2", "20260722-120000-x-3"]


def test_processes_that_start_together_get_directories_of_their_own(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from rotest_core.execution.workdir import RunDirectory\n"
        "sys.stdin.read()\n"
        "for _ in range(20):\n"
        "    run = RunDirectory(sys.argv[1], 'x', 1e9)\n"
        "    run.publish()\n"
        "    print(run.path)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    paths = [path for process in processes for path in process.communicate()[0].split()]
    assert len(paths) == len(set(paths)) == 80
    assert (tmp_path / "runs" / "latest").resolve().is_dir()


def test_latest_leads_to_the_newest_run(tmp_path: Path) -> None:
    for label in ("a", "b"):
        run = RunDirectory(str(tmp_path), label, NOON)
        run.publish()
        assert (tmp_path / "runs" / "latest").resolve() == Path(run.path).resolve()
    assert {path.name for path in (tmp_path / "runs").iterdir()} == {
        "20260722-120000-a",
        "20260722-120000-b",
        "latest",
    }


def test_a_directory_called_latest_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "runs" / "latest" / "mine").mkdir(parents=True)
    RunDirectory(str(tmp_path), "a", NOON).publish()
    assert (tmp_path / "runs" / "latest" / "mine").is_dir()
    assert not list((tmp_path / "runs").glob(".latest*"))


def test_a_work_directory_that_cannot_be_made_says_what_to_change(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    problem = r"file/work: Not a directory; choose another one with run\.work_dir"
    with pytest.raises(WorkDirError, match=problem) as error:
        RunDirectory(str(tmp_path / "file" / "work"), "a", NOON)
    assert error.value.exit_status == EXIT_INFRASTRUCTURE


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("test_plain", "test_plain"),
        ("a/../b\0c", "a_.._b_c"),
        ("..", "_"),
        ("", "_"),
        ("日本", "_"),
        ("x" * 500, "x" * 80),
    ],
)
def test_any_text_becomes_one_path_component(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_a_test_has_its_number_in_its_path(tmp_path: Path) -> None:
    run = RunDirectory(str(tmp_path), "a", NOON)
    assert Path(run.test_path(7, "test x")) == Path(run.path) / "tests" / "7-test_x"


def test_only_the_newest_runs_stay(tmp_path: Path) -> None:
    runs = [make_run(tmp_path, "x", LONG_AGO + day * 86400) for day in range(4)]
    prune(str(tmp_path), keep_runs=2, keep_days=0, now=NOON)
    assert [run.exists() for run in runs] == [False, False, True, True]


def test_runs_older_than_the_limit_go(tmp_path: Path) -> None:
    old = make_run(tmp_path, "x", NOON - 11 * 86400)
    young = make_run(tmp_path, "x", NOON - 9 * 86400)
    prune(str(tmp_path), keep_runs=0, keep_days=10, now=NOON)
    assert (old.exists(), young.exists()) == (False, True)


def test_without_limits_everything_stays(tmp_path: Path) -> None:
    run = make_run(tmp_path, "x", LONG_AGO)
    prune(str(tmp_path), keep_runs=0, keep_days=0, now=NOON)
    assert run.exists()


def test_a_run_that_a_live_process_writes_stays_however_old(tmp_path: Path) -> None:
    run = make_run(tmp_path, "x", LONG_AGO)
    journal = Journal(str(run / "events.jsonl"))
    prune(str(tmp_path), keep_runs=0, keep_days=1, now=NOON)
    assert (run / "tests" / "note").exists()
    journal.close()
    prune(str(tmp_path), keep_runs=0, keep_days=1, now=NOON)
    assert not run.exists()


def test_a_run_that_has_just_been_made_stays_even_without_a_journal(tmp_path: Path) -> None:
    fresh = make_run(tmp_path, "fresh", LONG_AGO, journal=False)
    os.utime(fresh, (NOON - 5, NOON - 5))
    stale = make_run(tmp_path, "stale", LONG_AGO, journal=False)
    prune(str(tmp_path), keep_runs=0, keep_days=1, now=NOON)
    assert (fresh.exists(), stale.exists()) == (True, False)


def test_what_is_no_run_stays_and_links_are_not_followed(tmp_path: Path) -> None:
    mine = tmp_path / "runs" / "my notes"
    mine.mkdir(parents=True)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").touch()
    run = make_run(tmp_path, "x", LONG_AGO)
    (run / "link").symlink_to(outside)
    os.utime(run, (LONG_AGO, LONG_AGO))
    prune(str(tmp_path), keep_runs=0, keep_days=1, now=NOON)
    assert not run.exists()
    assert mine.is_dir()
    assert (outside / "precious").exists()


def test_nothing_to_prune_is_no_error(tmp_path: Path) -> None:
    prune(str(tmp_path / "none"), keep_runs=1, keep_days=1, now=NOON)
