"""The commands that plugins add to the built-in ones."""

from __future__ import annotations

from rotest_core.errors import DuplicatePluginError, UnknownPluginError, UsageError, did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Sequence

    from rotest_core.plugin.protocols.command import Command, CommandFactory
    from rotest_core.plugin.registry import Catalogue


class PluginCommand:
    """Give a plugin's command its section of the configuration, and the shape of a built-in one."""

    def __init__(self, name: str, command: Command) -> None:
        self._name = name
        self._command = command

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own arguments."""
        self._command.configure(parser)

    def execute(self, arguments: argparse.Namespace) -> int:
        """Carry the command out."""
        from rotest_core.cli.command import settings_from
        from rotest_core.config.current import adopt

        settings = settings_from(arguments)
        adopt(settings)
        return self._command.execute(arguments, settings.context(f"commands.{self._name}", self._name))


def plugin_command(name: str, words: Sequence[str], built_in: Collection[str]) -> PluginCommand:
    """Return a command that a plugin adds.

    Args:
        name: the word where a command is expected.
        words: the rest of the command line; its options say which configuration counts.
        built_in: names of the built-in commands, which no plugin may take.

    Raises:
        UsageError: there is no such command, nor a path of that name.
        DuplicatePluginError: a plugin's command has the name of a built-in one.
    """
    from rotest_core.cli.command import installed_plugins, settings_from
    from rotest_core.cli.parser import parse_shared

    commands = installed_plugins(settings_from(parse_shared(words))).catalogues.commands
    _check_names(commands, built_in)
    try:
        return PluginCommand(name, commands.get(name)())
    except UnknownPluginError as error:
        known = (*built_in, *(entry.name for entry in commands))
        problem = f"no such command or path: {name!r}{did_you_mean(name, known)}"
        hint = str(error).partition("; ")[2].partition("; ")[2]
        raise UsageError(f"{problem}; {hint}" if hint else problem) from None


def _check_names(commands: Catalogue[CommandFactory], built_in: Collection[str]) -> None:
    for entry in commands:
        if entry.name in built_in:
            raise DuplicatePluginError(commands.kind, entry.name, ("rotest-core", entry.owner))
