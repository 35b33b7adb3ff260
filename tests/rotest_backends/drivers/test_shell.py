"""The shell driver, with real commands."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rotest_backends.drivers.shell import CommandError, ShellDriver, ShellOptions
from rotest_core import DriverError
from rotest_core.testing import DriverContract


class TestContract(DriverContract):
    @pytest.fixture
    def driver(self) -> ShellDriver:
        return ShellDriver()

    @pytest.fixture
    def unreachable(self, tmp_path: Path) -> ShellDriver:
        return ShellDriver(ShellOptions(directory=tmp_path / "nowhere"))


@pytest.fixture
def shell() -> Iterator[ShellDriver]:
    driver = ShellDriver()
    driver.open()
    yield driver
    driver.close()


def test_gives_output_errors_and_status(shell: ShellDriver) -> None:
    result = shell.run("echo out; echo err >&2; exit 3", check=False)
    assert (result.status, result.output, result.errors) == (3, "out\n", "err\n")


def test_runs_a_program_without_a_shell(shell: ShellDriver) -> None:
    result = shell.run([sys.executable, "-c", "import sys; print(sys.argv[1])", "$HOME"])
    assert result.output == "$HOME\n"


def test_feeds_standard_input(shell: ShellDriver) -> None:
    assert shell.run("tr a-z A-Z", text="abc").output == "ABC"


def test_runs_where_and_with_what_it_is_told(tmp_path: Path) -> None:
    shell = ShellDriver(ShellOptions(directory=tmp_path, environment={"COLOUR": "green"}))
    shell.open()
    assert shell.run("pwd; echo $COLOUR").output == f"{tmp_path}\ngreen\n"
    shell.close()


def test_a_failing_command_is_an_error_with_its_last_words(shell: ShellDriver) -> None:
    with pytest.raises(CommandError, match=r"ended with exit status 7\n  no such device") as caught:
        shell.run("echo no such device >&2; exit 7")
    assert caught.value.result.status == 7


def test_a_command_ended_by_a_signal_names_it(shell: ShellDriver) -> None:
    with pytest.raises(CommandError, match="ended with signal SIGKILL"):
        shell.run("kill -KILL $$")


def test_bytes_that_are_no_text_survive(shell: ShellDriver) -> None:
    output = shell.run(r"printf '\377\376'").output
    assert output.encode("utf-8", "surrogateescape") == b"\xff\xfe"


def test_a_time_limit_ends_the_command_and_what_it_started(shell: ShellDriver) -> None:
    with pytest.raises(CommandError, match=r"did not end within 0\.3 s and was killed") as caught:
        shell.run("sleep 60 & echo $!; sleep 60", timeout=0.3)
    assert _wait_for_end(int(caught.value.result.output))


def test_closing_ends_what_still_runs(tmp_path: Path) -> None:
    shell = ShellDriver()
    shell.open()
    fifo = tmp_path / "started"
    os.mkfifo(fifo)
    errors: list[BaseException] = []

    def run() -> None:
        try:
            shell.run(f"echo > {fifo}; sleep 60")
        except CommandError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    fifo.read_text()
    shell.close()
    thread.join()
    assert "SIGKILL" in str(errors[0])


def test_a_program_that_is_not_there(shell: ShellDriver) -> None:
    with pytest.raises(DriverError, match="cannot run 'no-such-program': No such file or directory"):
        shell.run(["no-such-program"])


def test_a_closed_shell_says_what_to_do() -> None:
    with pytest.raises(DriverError, match=r"not open: call open\(\) first"):
        ShellDriver().run("true")


def test_a_shell_that_is_not_installed() -> None:
    with pytest.raises(DriverError, match="'no-such-shell' is not installed"):
        ShellDriver(ShellOptions(shell="no-such-shell")).open()


def _wait_for_end(pid: int) -> bool:
    """Wait until a process that is no child of this one has ended; False when it does not within 10 s."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], 10)[0])
    finally:
        os.close(process)
