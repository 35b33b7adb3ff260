"""Prove each part by the contract of its kind, and see that Rotest finds the plugin."""

from __future__ import annotations

import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from rotest_template.driver import LineDriver, LineOptions
from rotest_template.handler import Counts
from rotest_template.locks import LoggedLocks
from rotest_template.monitor import Threads
from rotest_template.store import FileStore

from rotest_core import TestCase
from rotest_core.plugin import LockStrategy, MonitorFactory, OutputHandlerFactory
from rotest_core.testing import (
    DriverContract,
    FakeWatch,
    HandlerContract,
    LockStrategyContract,
    MonitorContract,
    StoreContract,
)


class Upper(socketserver.StreamRequestHandler):
    """Be a device: answer each line in capitals."""

    def handle(self) -> None:
        """Answer until the link is closed."""
        for line in self.rfile:
            self.wfile.write(line.upper())


@pytest.fixture
def device() -> Generator[tuple[str, int]]:
    """Run the device on a free port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Upper) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield "127.0.0.1", server.server_address[1]
        server.shutdown()


class TestDriver(DriverContract):
    @pytest.fixture
    def driver(self, device: tuple[str, int]) -> LineDriver:
        return LineDriver(LineOptions(host=device[0], port=device[1]))

    @pytest.fixture
    def unreachable(self) -> LineDriver:
        return LineDriver(LineOptions(host="127.0.0.1", port=1))


def test_the_device_answers(device: tuple[str, int]) -> None:
    driver = LineDriver(LineOptions(host=device[0], port=device[1]))
    driver.open()
    assert driver.ask("hello") == "HELLO"
    driver.close()


class TestHandler(HandlerContract):
    @pytest.fixture
    def factory(self) -> OutputHandlerFactory:
        return Counts


class TestMonitor(MonitorContract):
    @pytest.fixture
    def factory(self) -> MonitorFactory:
        return lambda context: Threads()


def test_too_many_threads_fail_the_test() -> None:
    case = TestCase()
    with FakeWatch(case) as watch:
        Threads(most=0).run_monitor(case)
    assert watch.failures == [f"{watch.samples[0].value:g} threads are more than 0"]


class TestStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FileStore:
        return FileStore(tmp_path / "inventory.pickle")


class TestLocks(LockStrategyContract):
    @pytest.fixture
    def open_strategy(self) -> Callable[[], LockStrategy]:
        locks = LoggedLocks()
        return lambda: locks


def test_rotest_lists_them_all() -> None:
    command = [sys.executable, "-m", "rotest_core", "plugins"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    own = [line for line in listed.splitlines() if "rotest-template" in line]
    assert sorted(
        name
        for line in own
        for name in ("line", "counts", "file", "logged", "threads")
        if name in line.split()
    ) == [
        "counts",
        "file",
        "line",
        "logged",
        "threads",
    ]
