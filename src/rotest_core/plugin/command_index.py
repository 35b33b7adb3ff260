"""Which commands plugins add, for the help and for the completion of shells.

These ask at every start or key press, and loading the plugins to tell costs more than the rest of the help. What they
told the last time is kept, and is valid as long as the same plugins are installed and their modules are unchanged.
"""

from __future__ import annotations

import sys

from rotest_core.plugin.cache import cache_path, file_state, read_table, write_table
from rotest_core.plugin.entry_points import find_plugins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rotest_core.plugin.entry_points import PluginEntry

_FORMAT = "rotest commands 1\n"
_OWN = "rotest-core"


def command_summaries(cache_directory: str | None = None) -> Mapping[str, str]:
    """Describe each command that an installed plugin adds in one line; a plugin that does not load adds none."""
    entries = [entry for entry in find_plugins(cache_directory=cache_directory) if entry.distribution != _OWN]
    if not entries:
        return {}
    state = "".join((_FORMAT, *(f"{entry!r}\n" for entry in entries)))
    path = cache_path("commands", (sys.prefix, state), cache_directory)
    rows = read_table(path, state)
    if rows is not None and all(len(row) == 3 and _holds(row) for row in rows):
        return {name: summary for kind, name, summary in rows if kind == "command"}
    summaries = _ask()
    write_table(path, state, (*_modules(entries), *(("command", *pair) for pair in summaries.items())))
    return summaries


def _ask() -> dict[str, str]:
    from rotest_core.errors import PluginError
    from rotest_core.plugin.loader import load_plugins

    try:
        commands = load_plugins().catalogues.commands
    except PluginError:  # a name that two register: said when the name is used
        return {}
    return {entry.name: entry.summary for entry in commands}


def _holds(row: list[str]) -> bool:
    kind, path, state = row
    return kind != "module" or file_state(path) == state


def _modules(entries: Iterable[PluginEntry]) -> Iterable[tuple[str, str, str]]:
    """Give the state of each plugin's module; one that could not be imported is looked at again every time."""
    for entry in entries:
        path = getattr(sys.modules.get(entry.target.partition(":")[0]), "__file__", None) or ""
        yield "module", path, file_state(path) if path else "unknown"
