"""Choose the command that a command line asks for, and carry it out.

Only the module of the chosen command is imported, and for ``--help`` and ``--version`` not even argparse.
"""

from __future__ import annotations

import gc
import sys

from rotest_core.cli.shared_options import width
from rotest_core.errors import EXIT_INFRASTRUCTURE, EXIT_INTERRUPTED, RotestError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from typing import Final

    from rotest_core.cli.command import BuiltIn

COMMANDS: Final = {
    "run": "run tests; what is done without a command",
    "plan": "show which tests would run, with which resources, and when",
    "init": "write a small working project to start from",
    "resources": "look at the inventory and change it",
    "locks": "show who holds what and who waits; end leases by force",
    "runs": "show the runs in the results store, compare and delete them",
    "history": "show how a test fared, run after run",
    "flaky": "show the tests that pass at one time and fail at another",
    "stats": "show how often a test passed and how long it takes",
    "signatures": "show what failures have in common, and say what is known of them",
    "why": "say why a record is not to be had, or what a run waits for",
    "config": "show the configuration and where each value comes from",
    "plugins": "show the installed plugins and what they supply",
    "render": "make reports from the event log of an earlier run",
    "completion": "print the completion script of a shell",
}
"""The built-in commands, each a module of this package, with its line of the help."""

EXIT_BROKEN_PIPE = 141  # what a shell reports of a program that SIGPIPE ended


def main(words: Sequence[str] | None = None) -> int:
    """Run one command line.

    Args:
        words: the arguments after the program's name; those of the process when None.

    Returns:
        The exit status.
    """
    return guarded(lambda: _dispatch(list(sys.argv[1:] if words is None else words)))


def guarded(call: Callable[[], int]) -> int:
    """Call something that gives an exit status, and answer what it raises with a message and a status."""
    try:
        status = call()
        _flush()
    except RotestError as error:
        return _complain(f"error: {error}", error.exit_status)
    except KeyboardInterrupt:
        return _complain("interrupted", EXIT_INTERRUPTED)
    except BrokenPipeError:
        return _leave_pipe()
    except Exception as error:
        import traceback

        traceback.print_exc()
        what = f"internal error: {type(error).__name__}: {error}"
        return _complain(
            f"{what}\nThis is a fault of Rotest or of a plugin; please report it.", EXIT_INFRASTRUCTURE
        )
    return status


def _dispatch(words: list[str]) -> int:
    first = words[0] if words else ""
    if first == "--version":
        from rotest_core._version import __version__

        print(f"rotest {__version__}")
        return 0
    if first in ("-h", "--help"):
        from rotest_core.cli.overview import overview
        from rotest_core.plugin.command_index import command_summaries

        print(overview(COMMANDS, command_summaries()), end="")
        return 0
    position = command_position(words)
    if position is None or not _is_command(words[position]):
        return _run(words)
    name = words.pop(position)
    if name == "run":
        return _run(words)
    if name in COMMANDS:
        return _execute(name, _built_in(name), words)
    from rotest_core.cli.plugin_commands import plugin_command

    return _execute(name, plugin_command(name, words, COMMANDS), words)


def _run(words: list[str]) -> int:
    if "-l" in words or "--list" in words:
        from rotest_core.cli.recall import recall

        status = recall(words)  # before any configuration is read
        if status is not None:
            return status
    if not any(word.startswith("-") for word in words):
        # Paths and nothing else: there is nothing to parse, and to set a parser up takes longer than many a test.
        from types import SimpleNamespace

        from rotest_core.quick_typing import cast

        paths = {"run.paths": words} if words else {}
        parsed = SimpleNamespace(words=tuple(words), **paths)
        return _built_in("run").execute(cast("argparse.Namespace", parsed))
    return _execute("run", _built_in("run"), words)


def command_position(words: Sequence[str]) -> int | None:
    """Find where a command may stand: first, or after options that all commands share; None where none may."""
    position = 0
    while position < len(words) and words[position].startswith("-"):
        flag, equals, _ = words[position].partition("=")
        taken = width(flag)
        if not taken:
            return None
        position += 1 if equals else taken
    return position if position < len(words) else None


def _is_command(word: str) -> bool:
    """Tell a command from a path to run: what looks like a path, or is one, is a path."""
    if word in COMMANDS:
        return True
    from os.path import exists

    return not exists(word.partition("::")[0]) and not any(mark in word for mark in "/\\.:*?")


def _built_in(name: str) -> BuiltIn:
    from rotest_core.cli.command import built_in

    return built_in(name)


def _execute(name: str, command: BuiltIn, words: list[str]) -> int:
    from rotest_core.cli.parser import make_parser

    parser = make_parser(name, COMMANDS.get(name, ""))
    command.configure(parser)
    try:
        arguments = parser.parse(words)
    except SystemExit:  # the help of the command was asked for, and printed
        return 0
    if name == "run":
        arguments.words = tuple(words)
    else:
        gc.enable()
    return command.execute(arguments)


def _complain(message: str, status: int) -> int:
    try:
        _flush()
        print(f"rotest: {message}", file=sys.stderr)
    except BrokenPipeError:
        return _leave_pipe()
    return status


def _flush() -> None:
    if sys.stdout is not None:  # a daemon may have none
        sys.stdout.flush()


def _leave_pipe() -> int:
    """Let the interpreter close an output whose reader has left, without another complaint."""
    import os

    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return EXIT_BROKEN_PIPE
