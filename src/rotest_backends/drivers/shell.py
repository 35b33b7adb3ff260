"""Run commands on this host."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from rotest_backends.drivers.limits import positive
from rotest_core import DriverError


@attrs.frozen(kw_only=True)
class ShellOptions:
    """Say where and how commands run.

    Args:
        directory: working directory; that of the run when None.
        environment: variables to add to this process's own.
        timeout: seconds that a command may take unless it says otherwise, None for no limit.
        shell: program that interprets a command given as text.
    """

    directory: Path | None = None
    environment: Mapping[str, str] = attrs.field(factory=dict[str, str])
    timeout: float | None = attrs.field(default=60.0, validator=positive)
    shell: str = "/bin/sh"


@attrs.frozen(kw_only=True)
class CommandResult:
    """Tell how a command ended.

    Args:
        command: as it was given.
        status: exit status; minus the number of the signal that ended it.
        output: what it wrote to standard output; bytes that are no UTF-8 are kept as surrogate escapes.
        errors: what it wrote to standard error.
        duration: seconds.
    """

    command: str | tuple[str, ...]
    status: int
    output: str
    errors: str
    duration: float


class CommandError(DriverError):
    """Report a command that failed or ran out of time.

    Args:
        problem: what went wrong.
        result: what the command wrote until then.
    """

    def __init__(self, problem: str, result: CommandResult) -> None:
        self.result = result
        last = (result.errors or result.output).strip().splitlines()[-5:]
        super().__init__("\n  ".join((problem, *last)))


class ShellDriver:
    """Run commands on this host, each in a process group of its own.

    Args:
        options: where and how they run.
    """

    def __init__(self, options: ShellOptions | None = None) -> None:
        self.options = options or ShellOptions()
        self._is_open = False
        self._running: set[subprocess.Popen[str]] = set()
        # Held while a command starts: close() must not overlook one that runs but is not noted yet.
        self._starting = threading.Lock()

    def open(self) -> None:
        """See that the shell and the working directory are there.

        Raises:
            DriverError: one of them is not.
        """
        if shutil.which(self.options.shell) is None:
            raise DriverError(f"the shell {self.options.shell!r} is not installed on this host")
        directory = self.options.directory
        if directory is not None and not directory.is_dir():
            raise DriverError(f"the working directory {str(directory)!r} does not exist")
        self._is_open = True

    def close(self) -> None:
        """End the commands that still run."""
        with self._starting:
            self._is_open = False
            for process in self._running:
                _kill_group(process)

    @property
    def is_open(self) -> bool:
        return self._is_open

    def run(
        self,
        command: str | Sequence[str],
        *,
        timeout: float | None = None,
        check: bool = True,
        text: str = "",
    ) -> CommandResult:
        """Run a command and wait for it.

        Args:
            command: a text for the shell, or a program with its arguments.
            timeout: seconds it may take; the driver's own limit when None.
            check: whether an exit status other than 0 is an error.
            text: what it reads from standard input.

        Raises:
            CommandError: it failed or ran out of time; what it had written is in `result`.
            DriverError: it could not be started, or the link is not open.
        """
        limit = self.options.timeout if timeout is None else timeout
        started = time.monotonic()
        with self._start(command) as process:
            try:
                late = False
                try:
                    output, errors = process.communicate(text, timeout=limit)
                except subprocess.TimeoutExpired:
                    late = True
                    _kill_group(process)
                    output, errors = process.communicate()
            except BaseException:
                _kill_group(process)
                raise
            finally:
                with self._starting:
                    self._running.discard(process)
        result = CommandResult(
            command=command if isinstance(command, str) else tuple(command),
            status=process.returncode,
            output=output,
            errors=errors,
            duration=time.monotonic() - started,
        )
        if late:
            raise CommandError(f"{command!r} did not end within {limit:g} s and was killed", result)
        if check and result.status:
            raise CommandError(f"{command!r} ended with {_describe(result.status)}", result)
        return result

    def _start(self, command: str | Sequence[str]) -> subprocess.Popen[str]:
        arguments = [self.options.shell, "-c", command] if isinstance(command, str) else list(command)
        with self._starting:
            if not self._is_open:
                raise DriverError("the shell is not open: call open() first, in connect() for instance")
            process = self._spawn(arguments)
            self._running.add(process)
            return process

    def _spawn(self, arguments: list[str]) -> subprocess.Popen[str]:
        options = self.options
        try:
            return subprocess.Popen(
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=options.directory,
                env={**os.environ, **options.environment},
                encoding="utf-8",
                errors="surrogateescape",
                start_new_session=True,  # so that a time limit ends what the command started, too
            )
        except OSError as error:
            raise DriverError(f"cannot run {arguments[0]!r}: {error.strerror}") from error


def _kill_group(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _describe(status: int) -> str:
    return f"exit status {status}" if status > 0 else f"signal {signal.Signals(-status).name}"
