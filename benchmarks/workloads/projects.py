"""Write workloads as projects of Rotest and of pytest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

INITIALIZATIONS = "initializations.log"
MOMENTS = "moments.log"

_DEVICE = """\
import time
from pathlib import Path

import attrs
from rotest_core import BaseResource, ResourceData

HERE = Path(__file__).parent


@attrs.frozen(kw_only=True)
class DeviceData(ResourceData):
    kind: str


class Device(BaseResource[DeviceData]):
    def validate(self):
        return (HERE / f"{{self.name}}.ready").exists()

    def initialize(self):
        time.sleep({init})
        (HERE / f"{{self.name}}.ready").touch()
        with (HERE / "initializations.log").open("a") as file:
            file.write(f"{{self.name}}\\n")
"""

_XDIST = """\
import fcntl
import os
import time
from contextlib import contextmanager

import pytest

DEVICES = {devices}


@pytest.fixture
def take(worker_id):
    held = []

    def one(kinds):
        while True:
            for device, kind in DEVICES:
                if kind in kinds and device not in [name for name, _ in held]:
                    file = open(f"{{device}}.lock", "a+")
                    try:
                        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except OSError:
                        file.close()
                        continue
                    return device, file
            time.sleep(0.005)

    def all_of(needs):
        # In one order for all, so that no two wait for each other.
        for kinds in sorted(needs):
            held.append(one(kinds))
        for device, _ in held:
            ready = f"{{device}}.ready"
            if not os.path.exists(ready) or open(ready).read() != worker_id:
                time.sleep({init})
                with open(ready, "w") as file:
                    file.write(worker_id)
                with open("initializations.log", "a") as file:
                    file.write(device + "\\n")

    with open("moments.log", "a") as file:
        file.write(f"{{time.time()}}\\n")
    yield all_of
    for _, file in held:
        file.close()
    with open("moments.log", "a") as file:
        file.write(f"{{time.time()}}\\n")
"""


def rotest_project(workload: Mapping[str, Any], directory: Path) -> None:
    """Write a workload as a project of Rotest: one case for each test, whose state belongs to the device."""
    directory.mkdir(parents=True)
    (directory / "lab.py").write_text(_DEVICE.format(init=workload["init_s"]))
    (directory / "rotest.toml").write_text(
        '[resources]\nmodules = ["lab"]\n[inventory]\nfile = "inventory.toml"\n'
    )
    (directory / "inventory.toml").write_text(
        "".join(
            f'[[Device]]\nname = "{device["id"]}"\nkind = "{device["type"]}"\n'
            for device in workload["devices"]
        )
    )
    lines = ["import time", "from lab import Device", "from rotest_core import TestCase", ""]
    for test in workload["tests"]:
        lines.append(f"class Case_{test['id']}(TestCase):")
        lines += [
            f"    device{number} = Device.request(kind__in={tuple(kinds)!r})"
            for number, kinds in enumerate(test["needs"])
        ]
        lines += [f"    def test_{test['id']}(self):", f"        time.sleep({test['duration']})", ""]
    (directory / "test_workload.py").write_text("\n".join(lines))


def xdist_project(workload: Mapping[str, Any], directory: Path) -> None:
    """Write a workload for pytest-xdist: a file lock for each device, set up by each worker that comes to it.

    What the workload calls a group stands in a file of its own, so that ``--dist loadfile`` gives it to one worker.
    """
    directory.mkdir(parents=True)
    devices = [(device["id"], device["type"]) for device in workload["devices"]]
    (directory / "conftest.py").write_text(_XDIST.format(devices=devices, init=workload["init_s"]))
    (directory / "pytest.ini").write_text("[pytest]\n")
    groups: dict[str, list[str]] = {}
    for test in workload["tests"]:
        lines = groups.setdefault(test["group"], ["import time", ""])
        lines += [
            f"def test_{test['id']}(take):",
            f"    take({test['needs']!r})",
            f"    time.sleep({test['duration']})",
            "",
        ]
    for group, lines in groups.items():
        (directory / f"test_{group}.py").write_text("\n".join(lines))


def sleeping_project(directory: Path, *, tests: int, seconds: float) -> None:
    """Write tests that take some time and need nothing."""
    (directory / "rotest.toml").write_text("")
    (directory / "pytest.ini").write_text("[pytest]\n")
    lines = ["import time, unittest", "class Sleep(unittest.TestCase):"]
    for number in range(tests):
        lines += [f"    def test_{number}(self) -> None:", f"        time.sleep({seconds})"]
    (directory / "test_sleep.py").write_text("\n".join(lines) + "\n")
    (directory / MOMENTS).write_text("0\n0\n")
