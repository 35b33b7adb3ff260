"""Ctrl-C and SIGTERM at every stage of a real run: what is set up is torn down, and nothing stays leased."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from rotest_core.config.settings import load_settings
from rotest_core.plugin.loader import load_plugins
from rotest_core.session import Session
from tests.commands import clean_environment
from tests.installed import install

LIMIT = 30.0
"""Seconds after which a test gives up."""

PAUSE = """
    import os, signal, time
    from pathlib import Path

    HERE = Path(__file__).parent


    def tell(line):
        with (HERE / "story.txt").open("a") as story:
            story.write(line + "\\n")


    def stage(name):
        \"\"\"Say that a stage is reached; where the test asked for it, say so to the test and wait for ever.\"\"\"
        tell(name)
        if name in os.environ["PAUSE_AT"].split(","):
            with (HERE / "fifo").open("w") as fifo:
                fifo.write(name)
            while True:
                # Not for long: a signal that comes just before Python goes to sleep is noticed when it wakes up.
                time.sleep(0.05)
"""

TESTS = """
    from pause import stage, tell
    stage("import")

    import attrs
    from rotest_core import BaseResource, ResourceData, TestCase

    @attrs.frozen(kw_only=True)
    class DeviceData(ResourceData): ...

    class Device(BaseResource[DeviceData]):
        def connect(self): stage("connect")
        def initialize(self): stage("initialize")
        def finalize(self): stage("finalize")

    def setUpModule(): stage("setUpModule")
    def tearDownModule(): stage("tearDownModule")

    class Uses(TestCase):
        device = Device.request()
        @classmethod
        def setUpClass(cls): stage("setUpClass")
        @classmethod
        def tearDownClass(cls): stage("tearDownClass")
        def setUp(self):
            self.addCleanup(stage, "cleanup 1")
            self.addCleanup(stage, "cleanup 2")
            stage("setUp")
        def tearDown(self): stage("tearDown")
        def test_1(self): stage("test")
        def test_2(self): tell("never")
"""


class Lab:
    """Hold a project with one device, and start runs of it.

    Args:
        root: the project's directory.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.write("pause.py", PAUSE)
        self.write("test_a.py", TESTS)
        self.write("inventory.toml", '[[Device]]\nname = "one"\n')
        self.write("rotest.toml", '[resources]\nmodules = ["test_a"]\n[inventory]\nfile = "inventory.toml"\n')
        os.mkfifo(root / "fifo")
        self._processes: list[subprocess.Popen[str]] = []

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(dedent(text))

    def start(self, *words: str, pause_at: str = "", **environment: str) -> subprocess.Popen[str]:
        """Start a run that stops where it is told to."""
        process = subprocess.Popen(
            [sys.executable, "-m", "rotest_core", *words],
            cwd=self.root,
            env=clean_environment(
                PAUSE_AT=pause_at,
                PYTHONUNBUFFERED="1",
                XDG_CACHE_HOME=str(self.root.parent / "cache"),
                **environment,
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._processes.append(process)
        return process

    def reached(self) -> str:
        """Wait until the run stops at a stage, and return its name."""
        return (self.root / "fifo").read_text()

    @property
    def story(self) -> list[str]:
        """Give the stages that were reached, in order."""
        path = self.root / "story.txt"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def events(self) -> list[dict[str, Any]]:
        """Give the events of the newest run."""
        journal = self.root / ".rotest/runs/latest/events.jsonl"
        return [json.loads(line) for line in journal.read_text().splitlines()]

    def held(self) -> list[str]:
        """Name the records that are leased to anybody."""
        settings = load_settings(start=self.root, environ={})
        with Session(settings, load_plugins()) as session:
            return [lease.lease.key.name for lease in session.strategy.status().held]

    def close(self) -> None:
        """End what still runs."""
        for process in self._processes:
            process.kill()
            process.communicate()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(tmp_path / "lab")
    yield lab
    lab.close()


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=LIMIT)
    return process.returncode, out, err


AROUND = ["import", "setUpModule", "setUpClass", "connect", "initialize", "setUp", "test", "tearDown"]
CLEANED = ["tearDown", "cleanup 2", "cleanup 1", "finalize", "tearDownClass", "tearDownModule"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("stage", "after"),
    [
        ("setUpModule", []),
        ("setUpClass", ["tearDownModule"]),
        ("connect", ["finalize", "tearDownClass", "tearDownModule"]),
        ("initialize", ["finalize", "tearDownClass", "tearDownModule"]),
        ("setUp", ["cleanup 2", "cleanup 1", "finalize", "tearDownClass", "tearDownModule"]),
        ("test", CLEANED),
        ("tearDown", CLEANED[1:]),
        ("cleanup 2", CLEANED[2:]),
        ("cleanup 1", CLEANED[3:]),
        ("finalize", ["tearDownClass", "tearDownModule"]),
    ],
)
def test_one_signal_ends_the_run_in_good_order(lab: Lab, stage: str, after: list[str], number: int) -> None:
    process = lab.start("-o", "dots,xml", pause_at=stage)
    assert lab.reached() == stage
    process.send_signal(number)
    status, out, err = finish(process)
    assert (status, err) == (130, "")
    assert lab.story[lab.story.index(stage) + 1 :] == after
    assert lab.held() == []
    kinds = [event["event"] for event in lab.events]
    assert kinds.count("RunInterrupted") == 1
    assert kinds[-2:] == ["RunFinished", "ArtifactWritten"]
    assert kinds.count("TestStarted") == kinds.count("TestFinished")
    assert kinds.count("GroupStarted") == kinds.count("GroupFinished")
    assert kinds.count("ResourceLeased") == kinds.count("ResourceReleased") + kinds.count("ResourceKept")
    assert "INTERRUPTED" in out
    assert (lab.root / ".rotest/runs/latest/results.xml").exists()


def test_the_interrupted_test_is_an_error_that_shows_where_it_was(lab: Lab) -> None:
    process = lab.start(pause_at="test")
    lab.reached()
    process.send_signal(signal.SIGINT)
    finish(process)
    (report,) = [event for event in lab.events if event["event"] == "OutcomeReported"]
    assert (report["outcome"], report["summary"]) == ("error", "KeyboardInterrupt")
    assert "in test_1" in report["text"]
    assert [event["outcome"] for event in lab.events if event["event"] == "TestFinished"] == ["error"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_tests_are_collected_ends_the_command(lab: Lab, number: int) -> None:
    process = lab.start(pause_at="import")
    assert lab.reached() == "import"
    process.send_signal(number)
    assert finish(process) == (130, "", "rotest: interrupted\n")
    assert not (lab.root / ".rotest" / "runs").exists()


def test_a_signal_while_a_test_waits_for_a_resource_cancels_its_claim(lab: Lab) -> None:
    holder = lab.start(pause_at="test")
    lab.reached()
    process = lab.start("-o", "full", pause_at="")
    assert process.stdout is not None
    while "waits" not in (line := process.stdout.readline()):
        assert line, "the run ended"
    process.send_signal(signal.SIGINT)
    status, out, _ = finish(process)
    assert status == 130
    assert "INTERRUPTED" in out
    assert lab.held() == ["one"]
    holder.send_signal(signal.SIGINT)
    finish(holder)
    assert lab.held() == []


def test_a_signal_between_tests_stops_before_the_next(lab: Lab) -> None:
    process = lab.start(pause_at="tearDownClass")
    lab.reached()
    process.send_signal(signal.SIGINT)
    assert finish(process)[0] == 130
    assert lab.story[-1] == "tearDownModule"
    assert lab.held() == []


REPORTER = """
    from pathlib import Path

    from rotest_core.plugin.hookspecs import hookimpl


    class Slow:
        def handle(self, event):
            if type(event).__name__ == "RunFinished":
                with open("fifo", "w") as fifo:
                    fifo.write("report")
                Path("go").read_text()
                Path("report.txt").touch()
        def close(self): ...


    @hookimpl
    def rotest_register(registry):
        registry.output("slow", lambda context: Slow())
"""


def test_a_signal_while_reports_are_written_lets_them_be_finished(lab: Lab) -> None:
    install(lab.root.parent / "site", "tiny-reporter", module=dedent(REPORTER))
    os.mkfifo(lab.root / "go")
    process = lab.start("-o", "slow,dots", PYTHONPATH=str(lab.root.parent / "site"))
    assert lab.reached() == "report"
    process.send_signal(signal.SIGINT)
    (lab.root / "go").write_text("go on")
    status, out, _ = finish(process)
    assert (status, "2 passed" in out) == (0, True)
    assert (lab.root / "report.txt").exists()


@pytest.mark.parametrize("first", ["test", "setUp"])
def test_the_second_signal_releases_and_leaves(lab: Lab, first: str) -> None:
    process = lab.start("-o", "dots,xml", pause_at=f"{first},cleanup 2")
    assert lab.reached() == first
    process.send_signal(signal.SIGINT)
    assert lab.reached() == "cleanup 2"
    process.send_signal(signal.SIGINT)
    status, _, _ = finish(process)
    assert status == 130
    assert lab.story[-1] == "cleanup 2"
    assert lab.held() == []
    assert lab.events[-1]["event"] == "RunFinished"
    assert not (lab.root / ".rotest/runs/latest/results.xml").exists()


def test_a_device_of_an_interrupted_test_is_in_doubt_afterwards(lab: Lab) -> None:
    process = lab.start(pause_at="test")
    lab.reached()
    process.send_signal(signal.SIGINT)
    finish(process)
    assert [event.get("dirty", False) for event in lab.events if event["event"] == "ResourceReleased"] == [
        True
    ]
    assert finish(lab.start())[0] == 0
    assert lab.events[2]["event"] != "RunFinished"
    assert [event.get("dirty", False) for event in lab.events if event["event"] == "ResourceLeased"] == [
        True,
        False,
    ]


ASYNCHRONOUS = """
    import asyncio, unittest
    from pause import stage, tell

    async def pause(name):
        tell(name)
        with open("fifo", "w") as fifo:
            fifo.write(name)
        await asyncio.sleep(LIMIT)

    class Waits(unittest.IsolatedAsyncioTestCase):
        async def asyncSetUp(self):
            self.addAsyncCleanup(self.clean_up)
        async def clean_up(self): tell("clean_up")
        async def asyncTearDown(self): tell("asyncTearDown")
        def tearDown(self): tell("tearDown")
        async def test(self):
            try:
                await pause("test")
            finally:
                tell("finally")
"""


def test_an_asynchronous_test_cleans_up_after_a_signal(lab: Lab) -> None:
    lab.write("test_a.py", ASYNCHRONOUS.replace("LIMIT", str(LIMIT)))
    process = lab.start()
    lab.reached()
    process.send_signal(signal.SIGINT)
    assert finish(process)[0] == 130
    assert lab.story == ["test", "finally", "asyncTearDown", "tearDown", "clean_up"]


FORKS = """
    import os, signal, unittest
    from pause import tell

    class Forks(unittest.TestCase):
        def test(self):
            ready, tell_ready = os.pipe()
            child = os.fork()
            if not child:
                os.write(tell_ready, b"x")
                while True:
                    signal.pause()
            os.read(ready, 1)
            os.kill(child, signal.SIGTERM)
            _, status = os.waitpid(child, 0)
            self.assertEqual(os.WTERMSIG(status), signal.SIGTERM)
        def test_catches(self):
            with self.assertRaises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)
                signal.pause()
"""


def test_children_and_tests_that_deal_with_signals_themselves_are_left_alone(lab: Lab) -> None:
    lab.write("test_a.py", FORKS)
    status, out, _ = finish(lab.start())
    assert (status, "2 passed" in out) == (0, True)


def test_a_run_that_is_killed_leaves_a_log_that_can_be_read_and_no_lease_for_long(lab: Lab) -> None:
    process = lab.start(pause_at="test")
    lab.reached()
    process.kill()
    finish(process)
    assert lab.events[-1]["event"] == "SetupFinished"
    # Its device is had by the next run at once, and is in doubt.
    assert finish(lab.start())[0] == 0
    assert next(event.get("dirty", False) for event in lab.events if event["event"] == "ResourceLeased")
