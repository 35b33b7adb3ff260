"""The real command: which command a command line means, and how it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rotest_core import __version__
from rotest_core.cli.app import COMMANDS, command_position
from rotest_core.config.options import OPTIONS
from tests.commands import clean_environment, rotest
from tests.installed import install

COMMAND = """
from rotest_core.plugin.hookspecs import hookimpl

@hookimpl
def rotest_register(registry):
    def hello():
        import tiny_command
        return tiny_command
    registry.command("{name}", hello, summary="greet somebody")
"""
MODULE = """
{extra}

def configure(parser):
    parser.add_argument("name")
    parser.add_argument("--loudly", action="store_true")

def execute(arguments, context):
    print(("HELLO " if arguments.loudly else context.values.get("greeting", "hello") + " ") + arguments.name)
    {body}
    return 5
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    return directory


def with_plugin(project: Path, *, name: str = "hello", body: str = "", extra: str = "") -> dict[str, str]:
    """Install a plugin with a command, and return the environment in which it is found."""
    site = project.parent / "site"
    install(site, "tiny-hello", module=COMMAND.format(name=name))
    (site / "tiny_command.py").write_text(MODULE.format(body=body, extra=extra), encoding="utf-8")
    return {"PYTHONPATH": str(site)}


@pytest.mark.parametrize(
    ("words", "position"),
    [
        ([], None),
        (["config"], 0),
        (["-c", "config", "plugins"], 2),
        (["--config=x", "--color", "never", "-v", "-q", "plugins"], 5),
        (["--set", "a=b", "plugins"], 2),
        (["-F", "plugins"], None),
        (["-v"], None),
        (["-c"], None),
    ],
)
def test_command_stands_first_or_after_options_of_every_command(
    words: list[str], position: int | None
) -> None:
    assert command_position(words) == position


def test_version_is_the_package_s(project: Path) -> None:
    answer = rotest("--version", cwd=project)

    assert (answer.status, answer.out, answer.err) == (0, f"rotest {__version__}\n", "")


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_every_command_and_every_flag(project: Path, flag: str) -> None:
    answer = rotest(flag, cwd=project)

    assert (answer.status, answer.err) == (0, "")
    for command, summary in COMMANDS.items():
        assert f"  {command.ljust(25)} {summary}" in answer.out
    for option in OPTIONS.values():
        assert ", ".join(option.flags) in answer.out
    assert max(map(len, answer.out.splitlines())) <= 100


@pytest.mark.parametrize("command", ["init", "config", "plugins", "completion"])
def test_each_command_has_a_help_of_its_own(project: Path, command: str) -> None:
    answer = rotest(command, "--help", cwd=project)

    assert answer.status == 0
    assert answer.out.startswith(f"usage: rotest {command} ")
    assert COMMANDS[command] in answer.out
    assert "--color WHEN" in answer.out


def test_help_needs_no_configuration(project: Path) -> None:
    (project / "rotest.toml").write_text("broken =", encoding="utf-8")

    assert rotest("--help", cwd=project).status == 0


def test_command_of_a_plugin_is_listed_and_carried_out(project: Path) -> None:
    environment = with_plugin(project)

    listed = rotest("--help", cwd=project, environment=environment)
    answer = rotest("hello", "world", "--loudly", cwd=project, environment=environment)

    assert "commands of plugins:\n  hello                     greet somebody\n" in listed.out
    assert (answer.status, answer.out, answer.err) == (5, "HELLO world\n", "")


def test_command_of_a_plugin_has_the_options_of_every_command(project: Path) -> None:
    environment = with_plugin(project)

    answer = rotest("--color", "never", "hello", "--loudyl", "x", cwd=project, environment=environment)

    assert (answer.status, answer.out) == (2, "")
    assert answer.err == (
        "rotest: error: unknown option '--loudyl' (did you mean '--loudly'?); see rotest hello --help\n"
    )


def test_command_of_a_plugin_has_a_section_of_the_configuration(project: Path) -> None:
    environment = with_plugin(project)

    answer = rotest(
        "hello", "world", "--set", "commands.hello.greeting=bye", cwd=project, environment=environment
    )

    assert (answer.status, answer.out) == (5, "bye world\n")


def test_command_of_a_disabled_plugin_is_unknown(project: Path) -> None:
    environment = with_plugin(project)

    answer = rotest(
        "hello",
        "x",
        "--set",
        "plugins.disabled=tiny-hello,rotest-shell",
        cwd=project,
        environment=environment,
    )

    assert answer.status == 2
    assert answer.err.startswith("rotest: error: no such command or path: 'hello'; ")
    assert "tiny-hello is disabled by [plugins] disabled" in answer.err


def test_plugin_cannot_take_the_name_of_a_built_in_command(project: Path) -> None:
    environment = with_plugin(project, name="config")

    answer = rotest("unknown", cwd=project, environment=environment)

    assert answer.status == 2
    assert "command 'config' is registered twice: by rotest-core and by tiny-hello" in answer.err
    assert rotest("config", cwd=project, environment=environment).status == 0


def test_fault_of_a_command_is_reported_with_its_traceback(project: Path) -> None:
    environment = with_plugin(project, body="raise KeyError('surprise')")

    answer = rotest("hello", "x", cwd=project, environment=environment)

    assert (answer.status, answer.out) == (3, "hello x\n")
    assert "Traceback (most recent call last):" in answer.err
    assert answer.err.endswith(
        "rotest: internal error: KeyError: 'surprise'\nThis is a fault of Rotest or of a plugin; please report it.\n"
    )


def test_interrupt_ends_with_the_documented_status(project: Path) -> None:
    environment = with_plugin(project, body="raise KeyboardInterrupt")

    answer = rotest("hello", "x", cwd=project, environment=environment)

    assert (answer.status, answer.err) == (130, "rotest: interrupted\n")


def test_reader_that_leaves_early_is_no_error(project: Path) -> None:
    environment = with_plugin(project, body="print('x' * 1_000_000)")
    command = [sys.executable, "-m", "rotest_core", "hello", "x"]
    variables = clean_environment(XDG_CACHE_HOME=str(project.parent / "cache"), **environment)

    with subprocess.Popen(
        command, cwd=project, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        complaint = process.stderr.read()

    assert (process.returncode, complaint) == (141, b"")


def test_error_is_said_when_standard_output_is_closed(project: Path) -> None:
    command = f"exec {sys.executable} -m rotest_core plugins --nonsense >&-"

    done = subprocess.run(
        ["sh", "-c", command],
        cwd=project,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "unknown option '--nonsense'" in done.stderr
