"""Commands are what plugins add to those of ``rotest`` itself: ``rotest shell``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from rotest_core.plugin.options import PluginContext

if TYPE_CHECKING:
    import argparse


class Command(Protocol):
    """Read a command line and carry it out; a module with these two functions is a command."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own arguments; those that all commands share are there already."""
        ...

    def execute(self, arguments: argparse.Namespace, context: PluginContext) -> int:
        """Carry the command out and return the exit status.

        Args:
            arguments: what `configure` asked for.
            context: the command's own section of the configuration, ``[commands.NAME]``.

        Raises:
            RotestError: shown to the user as one message, with the exit status of its type.
        """
        ...


CommandFactory = Callable[[], Command]
