"""A process of a run is killed in the middle of a test: its device can be had at once by whoever waits for it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from rotest_backends.locks.file import open_files
from rotest_backends.locks.sqlite import open_sqlite
from rotest_core.leasing import current_owner
from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import Candidate, Claim, LockStrategy, Want
from rotest_core.testing import check_history
from rotest_core.testing.locks.sessions import expect_grant, with_patience
from tests.scheduling.parallel_project import LampProject

PROMISED = 3.0
"""Seconds: a dead holder is replaced at once, a dead worker's device after a clean one has finalized it."""

LONG = """
import os, time
from pathlib import Path
from lab import Lamp
from rotest_core import TestCase

class Long(TestCase):
    lamp = Lamp.request()
    def test_long(self):
        Path("pid.tmp").write_text(str(os.getpid()))
        os.rename("pid.tmp", "pid")
        time.sleep(60)
"""


class Kind(NamedTuple):
    """A backend, where a run in a directory keeps its leases, and how to open them."""

    name: str
    place: str
    open: Callable[[Path], LockStrategy]


SQLITE = Kind("sqlite", ".rotest/rotest.db", open_sqlite)
FILE = Kind("file", ".rotest/leases", open_files)


@pytest.mark.parametrize(
    ("kind", "victim"),
    [(SQLITE, "coordinator"), (SQLITE, "worker"), (SQLITE, "whole run"), (FILE, "coordinator")],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_a_device_can_be_used_again_after_a_kill(kind: Kind, victim: str, tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    project = LampProject(root, lamps=1)
    project.write("test_long.py", LONG)
    workers = () if victim == "whole run" else ("-p", "2")
    run = project.start(*workers, "--set", f"locks.backend={kind.name}")
    project.until("pid")
    strategy = kind.open(root / kind.place)
    heir = strategy.open(current_owner("heir"), ttl=60.0)
    asked = Claim(id="heir", wants=(Want("lamp", (Candidate(RecordKey("Lamp", "l1")),)),))
    assert heir.submit(asked) is None

    kill = partial(os.kill, int((root / "pid").read_text()) if victim == "worker" else run.pid)
    kill(signal.SIGKILL)
    with with_patience(PROMISED):
        (lease,) = expect_grant(heir, asked).leases

    assert lease.dirty
    heir.release([lease])
    run.communicate(timeout=30)
    assert check_history(strategy.history()) == []
    assert strategy.status().held == ()
    strategy.close()
