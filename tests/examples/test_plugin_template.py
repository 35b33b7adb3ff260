"""The plugin to start from, installed as its users would: it is found, chosen, and keeps the contracts."""

from __future__ import annotations

import socketserver
import subprocess
import sys
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.commands import clean_environment

TEMPLATE = Path(__file__).parents[2] / "examples" / "plugin-template"

RESOURCES = """
import attrs
from rotest_core import BaseResource, ResourceData
from rotest_template.driver import LineDriver

@attrs.frozen(kw_only=True)
class EchoData(ResourceData):
    port: int

class Echo(BaseResource[EchoData]):
    def connect(self) -> None:
        self.line = self.driver("line", LineDriver, host="127.0.0.1", port=self.data.port)
        self.line.open()

    def finalize(self) -> None:
        self.line.close()
"""

TEST = """
from resources import Echo
from rotest_core import TestCase

class EchoTest(TestCase):
    echo = Echo.request()

    def test_echo(self) -> None:
        self.assertEqual(self.echo.line.ask("hello"), "HELLO")
"""

CONFIGURATION = """
[run]
outputs = ["counts"]
[resources]
modules = ["resources"]
[inventory]
file = "inventory.toml"
[store]
backend = "file"
[locks]
backend = "logged"
[drivers.line]
timeout = 2
"""


class Upper(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for line in self.rfile:
            self.wfile.write(line.upper())


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Install the template where only the tests of this module see it; what it needs is here already."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run(
        [*pip, "--no-deps", "--no-build-isolation", "--target", str(target), str(TEMPLATE)], check=True
    )
    cache = tmp_path_factory.mktemp("cache")
    return clean_environment(PYTHONPATH=str(target), XDG_CACHE_HOME=str(cache))


@pytest.fixture
def port() -> Generator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Upper) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield server.server_address[1]
        server.shutdown()


def test_it_keeps_the_contracts(environment: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    done = subprocess.run(
        [*command, str(TEMPLATE / "tests")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_project_chooses_all_four(environment: dict[str, str], tmp_path: Path, port: int) -> None:
    files = {
        "resources.py": RESOURCES,
        "test_echo.py": TEST,
        "rotest.toml": CONFIGURATION,
        "inventory.toml": f'[[Echo]]\nname = "echo1"\nport = {port}\n',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "rotest_core"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 success\n", "")
    assert (tmp_path / "inventory.pickle").is_file()
