"""The command as a person meets it, at a real terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

LAB = """
from pathlib import Path
import attrs
from rotest_core import BaseResource, ResourceData, TestCase

STEPS = Path(__file__).with_name("steps.txt")

def note(text):
    with STEPS.open("a") as steps:
        steps.write(text + "\\n")

@attrs.frozen(kw_only=True)
class ShellLampData(ResourceData):
    watts: int = 5

class ShellLamp(BaseResource[ShellLampData]):
    def connect(self): note(f"connect {self.name}")
    def finalize(self): note(f"finalize {self.name}")

class Shine(TestCase):
    lamp = ShellLamp.request()
    def test_shine(self): note(f"shine {self.lamp.name}")
    def test_for_ever(self):
        import time
        try:
            print("waiting")
            time.sleep(60)
        finally:
            note("woken")
"""

SETTINGS = """
[resources]
modules = ["shell_lab"]
[inventory]
file = "inventory.toml"
[commands.shell]
startup = ["import shell_lab, time", "nothing_of_that_name", "lamp = ShellLamp.lock(name='l2')"]
outputs = ["dots"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "shell_lab.py").write_text(LAB)
    (root / "rotest.toml").write_text(SETTINGS)
    (root / "inventory.toml").write_text('[[ShellLamp]]\nname = "l1"\n[[ShellLamp]]\nname = "l2"\n')
    return root


def environment(project: Path) -> dict[str, str]:
    """Give what a shell may see of the world: nothing of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ROTEST_", "IPYTHON"))}
    own = {"IPYTHONDIR": str(project.parent / "ipython"), "XDG_CACHE_HOME": str(project.parent / "cache")}
    return {**kept, **own, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}


def steps(project: Path) -> list[str]:
    """Give what was done to lamps."""
    file = project / "steps.txt"
    return file.read_text().splitlines() if file.exists() else []


class Terminal:
    """Hold a shell at a terminal of its own."""

    def __init__(self, project: Path, *words: str) -> None:
        self._child: pexpect.spawn[str] = pexpect.spawn(
            sys.executable,
            ["-m", "rotest_core", "shell", *words],
            cwd=str(project),
            env=environment(project),
            timeout=30,
            encoding="utf-8",
            dimensions=(60, 200),
        )
        self.say("print('it is', 'ready')", "it is ready")

    @property
    def pid(self) -> int:
        """Give the process."""
        assert self._child.pid is not None
        return self._child.pid

    def say(self, line: str, answer: str) -> None:
        """Type a line, and wait for what it makes the shell print."""
        self._child.send(line + "\r")
        self._child.expect_exact(answer)

    def leave(self) -> None:
        """Press Ctrl-D, once the shell reads keys."""
        self.until_prompt()
        self._child.sendcontrol("d")

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._child.sendcontrol("c")

    def until_prompt(self) -> None:
        """Wait for the next prompt."""
        self._child.expect_exact("]: ")

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Close the terminal, as with the window."""
        self._child.close(force=False)

    def status(self) -> int:
        """Wait for the end; return the exit status, below 0 for a signal."""
        if not self._child.closed:
            self._child.expect(pexpect.EOF)
        self._child.wait()
        status = self._child.exitstatus
        return -(self._child.signalstatus or 0) if status is None else status

    def end(self) -> None:
        """Leave no process behind."""
        self._child.close(force=True)


@pytest.fixture
def terminal(project: Path) -> Iterator[Terminal]:
    made = Terminal(project)
    yield made
    made.end()


def test_the_startup_commands_have_run_and_a_mistake_among_them_stops_nothing(
    project: Path, terminal: Terminal
) -> None:
    assert steps(project) == ["connect l2"]
    terminal.say("print(lamp.name, shell_lab.__name__, dict(shared_data))", "l2 shell_lab {}")
    terminal.say("ShellLamp.lock(name='l3', wait=0)", "rotest: error: ")
    terminal.say("run_test(shell_lab.Shine, 'test_shine', lamp=lamp)", "SUCCESS")
    terminal.leave()

    assert terminal.status() == 0
    assert steps(project) == ["connect l2", "shine l2", "finalize l2"]


def sent(number: signal.Signals) -> Callable[[Terminal], None]:
    def send(terminal: Terminal) -> None:
        terminal.signal(number)

    return send


def interrupted(terminal: Terminal) -> None:
    terminal.interrupt()
    terminal.say("print('still', 'here')", "still here")
    terminal.leave()


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (sent(signal.SIGHUP), 128 + signal.SIGHUP),
        (interrupted, 0),
    ],
    ids=["SIGHUP", "Ctrl-C"],
)
def test_what_is_locked_is_finalized_when_a_test_is_cut_short(
    project: Path, terminal: Terminal, end: Callable[[Terminal], None], status: int
) -> None:
    terminal.say("run_test(shell_lab.Shine, 'test_for_ever')", "waiting")
    end(terminal)

    assert terminal.status() == status
    assert steps(project) == ["connect l2", "connect l1", "woken", "finalize l1", "finalize l2"]


def test_a_signal_at_the_prompt_ends_the_shell(project: Path, terminal: Terminal) -> None:
    terminal.until_prompt()
    terminal.signal(signal.SIGTERM)

    assert terminal.status() == 128 + signal.SIGTERM
    assert steps(project) == ["connect l2", "finalize l2"]


def test_a_signal_ends_a_line_that_runs(project: Path, terminal: Terminal) -> None:
    terminal.say("print('now'); time.sleep(60)", "now\r\n")
    terminal.signal(signal.SIGTERM)

    assert terminal.status() == 128 + signal.SIGTERM
    assert steps(project) == ["connect l2", "finalize l2"]


def test_a_terminal_that_is_closed_leaves_nothing_locked(project: Path, terminal: Terminal) -> None:
    terminal.hang_up()
    terminal.status()

    assert steps(project) == ["connect l2", "finalize l2"]


def test_what_a_killed_shell_had_is_to_be_had_again(project: Path, terminal: Terminal) -> None:
    terminal.signal(signal.SIGKILL)
    assert terminal.status() == -signal.SIGKILL

    script = "from shell_lab import ShellLamp; ShellLamp.lock(name='l2', wait=20).release()"
    subprocess.run([sys.executable, "-c", script], cwd=project, env=environment(project), check=True)

    assert steps(project) == ["connect l2", "connect l2", "finalize l2"]


def test_a_mistake_in_the_configuration_is_told_in_one_message(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rotest_core", "shell", "--set", 'commands.shell.outputs=["dot"]'],
        cwd=project,
        env=environment(project),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("rotest: error: unknown output 'dot'"), done.stderr
