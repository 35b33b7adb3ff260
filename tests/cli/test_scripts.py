"""Scripts that lock resources by hand, each started as a program of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from rotest_core.config.settings import load_settings
from rotest_core.plugin.loader import load_plugins
from rotest_core.session import Session
from tests.commands import Answer, clean_environment, rotest

DEVICES = """
    import attrs
    from rotest_core import BaseResource, ResourceData

    @attrs.frozen(kw_only=True)
    class DeviceData(ResourceData):
        fails: str = ""

    class Device(BaseResource[DeviceData]):
        def step(self, name):
            print(name, self.name)
            if self.data.fails == name:
                raise OSError(f"{name} is broken")
        def connect(self): self.step("connect")
        def initialize(self): self.step("initialize")
        def finalize(self): self.step("finalize")

    class Service(BaseResource):
        size: int = 1
"""


class Lab:
    """Hold a project with two devices, and run scripts in it.

    Args:
        root: the project's directory.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.write("devices.py", DEVICES)
        self.fails()
        self.write(
            "rotest.toml",
            """
            [resources]
            modules = ["devices"]
            [inventory]
            file = "inventory.toml"
            [config]
            mood = "good"
            """,
        )

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(dedent(text))

    def fails(self, one: str = "", two: str = "") -> None:
        """Say in which step each device fails."""
        rows = [
            f'[[Device]]\nname = "{name}"\nfails = "{step}"' for name, step in (("one", one), ("two", two))
        ]
        self.write("inventory.toml", "\n".join(rows))

    def run(self, script: str, *options: str) -> Answer:
        self.write("script.py", script)
        done = subprocess.run(
            [sys.executable, *options, "script.py"],
            cwd=self.root,
            env=clean_environment(XDG_CACHE_HOME=str(self.root.parent / "cache")),
            capture_output=True,
            text=True,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def held(self) -> list[str]:
        """Name the records that are leased to anybody."""
        with Session(load_settings(start=self.root, environ={}), load_plugins()) as session:
            return [lease.lease.key.name for lease in session.strategy.status().held]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path / "lab")


def test_a_resource_is_set_up_and_given_back_by_with(lab: Lab) -> None:
    answer = lab.run(
        """
        from devices import Device
        with Device.lock(name="two") as device:
            print(device.name, device.config["mood"])
        """,
        *("-W", "error"),
    )
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines() == ["connect two", "initialize two", "two good", "finalize two"]
    assert lab.held() == []


def test_it_is_leased_as_long_as_it_is_locked(lab: Lab) -> None:
    answer = lab.run(
        """
        from devices import Device
        from rotest_core import DeadlockError
        first = Device.lock(skip_init=True, config={"mood": "bad"})
        second = Device.lock(skip_init=True)
        print(first.name != second.name, first.config["mood"], second.config["mood"])
        try:
            Device.lock()
        except DeadlockError:
            print("none is left")
        second.release()
        Device.lock(wait=0, skip_init=True).release()
        first.release()
        """
    )
    assert (answer.status, answer.err) == (0, "")
    assert "True bad good" in answer.out
    assert "none is left" in answer.out
    assert answer.out.count("connect") == answer.out.count("finalize") == 3


def test_a_service_is_built_of_its_parameters(lab: Lab) -> None:
    answer = lab.run(
        "from devices import Service\nwith Service.lock(size=7) as service: print(service.size)\n"
    )
    assert (answer.status, answer.out) == (0, "7\n")


def test_what_a_script_forgets_is_given_back_with_a_warning(lab: Lab) -> None:
    answer = lab.run("from devices import Device\nDevice.lock(name='one')\n", "-W", "always")
    assert answer.status == 0
    assert answer.out.splitlines()[-1] == "finalize one"
    assert "ResourceWarning: <Device one> was locked and not released" in answer.err
    assert lab.held() == []


def test_what_a_script_holds_when_it_breaks_is_given_back(lab: Lab) -> None:
    answer = lab.run("from devices import Device\nDevice.lock(name='one')\nraise LookupError('gone')\n")
    assert answer.status == 1
    assert answer.out.splitlines()[-1] == "finalize one"
    assert lab.held() == []


def test_a_set_up_that_fails_gives_back_in_doubt(lab: Lab) -> None:
    lab.fails(one="initialize")
    answer = lab.run("from devices import Device\nDevice.lock(name='one')\n")
    assert answer.status == 1
    assert "ResourceError: one: initialize failed: OSError: initialize is broken" in answer.err
    assert answer.out.splitlines() == ["connect one", "initialize one", "finalize one"]
    assert lab.held() == []
    lab.fails()
    # In doubt, it is initialized in spite of skip_init.
    answer = lab.run("from devices import Device\nDevice.lock(name='one', skip_init=True).release()\n")
    assert answer.out.splitlines() == ["connect one", "initialize one", "finalize one"]


def test_a_finalize_that_fails_is_told_and_the_record_is_free(lab: Lab) -> None:
    lab.fails(one="finalize")
    answer = lab.run("from devices import Device\nDevice.lock(name='one').release()\n")
    assert answer.status == 1
    assert "one: finalize failed" in answer.err
    assert lab.held() == []


def test_a_wrong_lookup_is_refused_before_anything_is_leased(lab: Lab) -> None:
    answer = lab.run("from devices import Device\nDevice.lock(nmae='one')\n")
    assert answer.status == 1
    assert "PlanError" in answer.err
    assert "name" in answer.err


def test_a_test_may_lock_by_hand_within_its_run(lab: Lab) -> None:
    lab.write(
        "test_a.py",
        """
        from devices import Device
        from rotest_core import TestCase

        class Locks(TestCase):
            device = Device.request(name="one")
            def test_careful(self):
                with Device.lock(name="two") as other:
                    self.assertEqual(other.name, "two")
            def test_forgetful(self):
                Device.lock(name="two")
        """,
    )
    answer = rotest("-o", "dots", cwd=lab.root)
    assert (answer.status, answer.err) == (0, ""), answer
    assert answer.out.count("connect two") == answer.out.count("finalize two") == 2
    assert lab.held() == []
