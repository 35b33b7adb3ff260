"""The command rotest with everything in PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

from rotest_core import RecordKey
from rotest_core.leasing import current_owner
from rotest_core.plugin import Candidate, Claim, Grant, LockStep, Want
from rotest_core.testing import check_history
from rotest_postgres.locks.strategy import PostgresLocks

RESOURCES = """
    import attrs

    from rotest_core import BaseResource, ResourceData


    @attrs.frozen(kw_only=True)
    class LampData(ResourceData):
        watts: int


    class Lamp(BaseResource[LampData]):
        def validate(self) -> bool:
            return True
"""

TESTS = """
    from resources import Lamp

    from rotest_core import TestCase


    class LampTest(TestCase):
        lamp = Lamp.request(watts__gte=10)

        def test_one(self) -> None:
            self.assertEqual(self.lamp.name, "bright")

        def test_two(self) -> None:
            self.assertGreaterEqual(self.lamp.data.watts, 10)
"""


LONG = """
    import time
    from pathlib import Path

    from resources import Lamp

    from rotest_core import TestCase


    class LampTest(TestCase):
        lamp = Lamp.request(watts__gte=10)

        def test_long(self) -> None:
            Path("begun").touch()
            time.sleep(60)
"""


def test_runs_of_two_processes_share_what_is_in_the_database(database: str, tmp_path: Path) -> None:
    _write_project(tmp_path, database, TESTS)
    _end(_rotest(tmp_path, "resources", "add", "Lamp", "dim", "watts=5"))
    runs = [_rotest(tmp_path, "run", "--name", name) for name in ("first", "second")]
    for run in runs:
        assert "2 passed" in _end(run)
    locks = PostgresLocks(database)
    events = locks.history()
    locks.close()
    # A run may keep what its next test needs, as long as nobody else waits for it.
    granted = sum(event.step is LockStep.GRANTED for event in events)
    assert 2 <= granted <= 4
    assert sum(event.step is LockStep.RELEASED for event in events) == granted
    assert check_history(events) == []


def test_a_device_can_be_used_again_after_the_coordinator_was_killed(database: str, tmp_path: Path) -> None:
    _write_project(tmp_path, database, LONG)
    run = _rotest(tmp_path, "-p", "2")
    while not (tmp_path / "begun").exists():
        assert run.poll() is None, _end(run)
        time.sleep(0.01)
    locks = PostgresLocks(database)
    heir = locks.open(current_owner("heir"), ttl=60.0)
    wants = (Want("lamp", (Candidate(RecordKey("Lamp", "bright")),)),)
    assert heir.submit(Claim(id="heir", wants=wants)) is None
    run.kill()
    (grant,) = heir.wait(3.0)
    assert isinstance(grant, Grant)
    assert grant.leases[0].dirty
    run.communicate()
    assert check_history(locks.history()) == []
    locks.close()


def _write_project(directory: Path, database: str, tests: str) -> None:
    _write(directory / "resources.py", RESOURCES)
    _write(directory / "test_lamp.py", tests)
    _write(
        directory / "rotest.toml",
        f"""
        [resources]
        modules = ["resources"]

        [store]
        backend = "postgres"
        url = "{database}"

        [locks]
        backend = "postgres"
        """,
    )
    _end(_rotest(directory, "resources", "add", "Lamp", "bright", "watts=60"))


def _write(path: Path, text: str) -> None:
    path.write_text(dedent(text), encoding="utf-8")


def _rotest(directory: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "rotest_core", *words],
        cwd=directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _end(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate()
    assert process.returncode == 0, output
    return output
