"""A session in a process of its own, which a test commands, stops and kills."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import IO, Any, TypeAlias

from rotest_core.allocation.owner import current_owner
from rotest_core.plugin.protocols.locks import Claim, Grant, Lease, LockSession, Notice
from rotest_core.testing.locks.sessions import OpenStrategy

Answer: TypeAlias = tuple[str, Any]


class Actor:
    """Command a session in another process.

    Args:
        open_strategy: opens the strategy there: a function of a module, or a `functools.partial` of one.
        run: the owner's run.
        ttl: time to live of the session, in seconds.
    """

    def __init__(self, open_strategy: OpenStrategy, run: str, *, ttl: float) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"import {__name__}; {__name__}.main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._commands: IO[bytes] = self._process.stdin
        self._answers: IO[bytes] = self._process.stdout
        self._ask("open", open_strategy, run, ttl)

    def submit(self, claim: Claim) -> Grant | None:
        """Submit a claim there."""
        grant: Grant | None = self._ask("submit", claim)
        return grant

    def wait(self, timeout: float) -> Sequence[Notice]:
        """Wait there for what happens."""
        notices: Sequence[Notice] = self._ask("wait", timeout)
        return notices

    def release(self, leases: Sequence[Lease]) -> None:
        """Release there; raise what was raised there."""
        self._ask("release", leases)

    def spin(self, seconds: float) -> None:
        """Keep the interpreter there busy, as a test does that computes."""
        self._ask("spin", seconds)

    def kill(self) -> None:
        """Kill the process, in whatever it is doing."""
        self._process.kill()

    def stop(self) -> None:
        """Stop the process, as if its host had no time for it."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a stopped process go on."""
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End the process, however it is."""
        self._process.kill()
        self._process.wait()
        self._commands.close()
        self._answers.close()

    def _ask(self, command: str, *values: object) -> Any:
        pickle.dump((command, *values), self._commands)
        self._commands.flush()
        kind, value = pickle.load(self._answers)
        if kind == "raised":
            raise value
        return value


def main() -> None:
    """Do what the test commands, until it ends."""
    commands, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What is printed must not come between the answers.
    os.dup2(2, 1)
    _, open_strategy, run, ttl = pickle.load(commands)
    session = open_strategy().open(current_owner(run), ttl=ttl)
    _answer(answers, ("returned", None))
    while True:
        try:
            command, *values = pickle.load(commands)
        except EOFError:
            return
        _answer(answers, _obey(session, command, values))


def _obey(session: LockSession, command: str, values: list[Any]) -> Answer:
    try:
        if command == "spin":
            _spin(*values)
            return "returned", None
        return "returned", getattr(session, command)(*values)
    except Exception as error:
        return "raised", error


def _spin(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def _answer(answers: IO[bytes], answer: Answer) -> None:
    pickle.dump(answer, answers)
    answers.flush()
