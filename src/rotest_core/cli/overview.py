"""The text of ``rotest --help``.

Made from the option table and the list of commands without argparse, whose import is a third of this command's time.
"""

from __future__ import annotations

from rotest_core.cli.shared_options import SHARED_OPTIONS
from rotest_core.config.options import OPTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_USAGE = """\
usage: rotest [run] [OPTION ...] [PATH ...]
       rotest COMMAND [OPTION ...]

Run system and integration tests that share scarce resources.
"""

_END = """\
"rotest COMMAND --help" tells more about a command, "rotest config" shows the configuration.
"""

_COLUMN = 28
_WIDTH = 100


def overview(commands: Mapping[str, str], plugin_commands: Mapping[str, str]) -> str:
    """Write the help of ``rotest`` itself.

    Args:
        commands: the built-in commands, each with its summary.
        plugin_commands: those that plugins add, likewise.
    """
    run_options = [
        (_spelled(option.flags, option.metavar), option.described)
        for option in OPTIONS.values()
        if option.flags
    ]
    shared = [(_spelled(flags, metavar), text) for flags, metavar, text in SHARED_OPTIONS]
    shared.append(("--version", "show the version"))
    color = [left for left, _ in shared]
    parts = [
        _USAGE,
        _block("commands", commands.items()),
        _block("commands of plugins", plugin_commands.items()),
        _block("options of run", (row for row in run_options if row[0] not in color)),
        _block("options of every command", shared),
        _END,
    ]
    return "\n".join(part for part in parts if part)


def _spelled(flags: tuple[str, ...], metavar: str) -> str:
    return f"{', '.join(flags)} {metavar}".rstrip()


def _block(title: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [line for left, right in rows for line in _row(left, right)]
    return "\n".join((f"{title}:", *lines, "")) if lines else ""


def _row(left: str, right: str) -> Iterator[str]:
    """Set a name and its explanation in two columns; the explanation goes on in further lines."""
    line = f"  {left}"
    if len(line) >= _COLUMN - 1:
        yield line
        line = ""
    line = line.ljust(_COLUMN - 1)
    for word in right.split():
        if len(line) + 1 + len(word) > _WIDTH:
            yield line
            line = " " * (_COLUMN - 1)
        line += " " + word
    yield line
