"""Resources make drivers by name, with the options of the configuration: seen through the real command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TEST = """
from rotest_backends.drivers.shell import CommandError, ShellDriver
from rotest_core import BaseResource, TestCase

class Host(BaseResource):
    def connect(self) -> None:
        self.shell = self.driver("{name}", ShellDriver{values})
        self.shell.open()

    def finalize(self) -> None:
        self.shell.close()

class HostTest(TestCase):
    host = Host.request()

    def test_greeting(self) -> None:
        self.assertEqual(self.host.shell.run("echo $GREETING").output, "hello\\n")
"""


def run(directory: Path, configuration: str, name: str, values: str = "") -> subprocess.CompletedProcess[str]:
    (directory / "rotest.toml").write_text(configuration, encoding="utf-8")
    (directory / "test_host.py").write_text(TEST.format(name=name, values=values), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "rotest_core"], cwd=directory, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("name", "configuration"),
    [
        ("shell", '[drivers.shell]\nenvironment = {GREETING = "hello"}'),
        ("bench", '[drivers.bench]\nbackend = "shell"\nenvironment = {GREETING = "hello"}'),
    ],
)
def test_the_section_gives_the_options(tmp_path: Path, name: str, configuration: str) -> None:
    done = run(tmp_path, configuration, name)
    assert (done.returncode, done.stderr) == (0, "")


def test_values_of_the_resource_go_over_those_of_the_section(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        '[drivers.shell]\ntimeout = 5\nenvironment = {GREETING = "goodbye"}',
        "shell",
        ', environment={"GREETING": "hello"}',
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_name_is_an_infrastructure_error_that_lists_the_known_ones(tmp_path: Path) -> None:
    done = run(tmp_path, "", "shel")
    assert done.returncode == 3
    assert "unknown driver 'shel' (did you mean 'shell'?); installed: rpyc, shell" in done.stdout


def test_an_option_that_does_not_fit_is_named_with_its_key(tmp_path: Path) -> None:
    done = run(tmp_path, '[drivers.shell]\ntimeout = "soon"', "shell")
    assert done.returncode == 3
    assert "drivers.shell.timeout" in done.stdout


def test_another_kind_of_driver_than_expected_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, '[drivers.shell]\nbackend = "rpyc"\nhost = "127.0.0.1"', "shell")
    assert done.returncode == 3
    assert "the driver 'shell' is a RpycDriver, not a ShellDriver" in done.stdout
