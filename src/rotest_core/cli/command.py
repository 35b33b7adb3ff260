"""What commands share: finding them, their configuration, their plugins."""

from __future__ import annotations

from importlib import import_module

from rotest_core.config.settings import Settings, load_settings
from rotest_core.quick_typing import Protocol, cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from rotest_core.plugin.loader import Plugins


class BuiltIn(Protocol):
    """Read a command line and carry it out: what each module of a built-in command does."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own arguments; those that all commands share are there already."""
        ...

    def execute(self, arguments: argparse.Namespace) -> int:
        """Carry the command out and return the exit status."""
        ...


def settings_from(arguments: argparse.Namespace) -> Settings:
    """Load the configuration that a parsed command line asks for.

    Raises:
        ConfigError: something in file, environment or command line is wrong; all of it is reported at once.
    """
    given: Mapping[str, object] = vars(arguments)
    flags = {key: _joined(key, value) for key, value in given.items() if "." in key}
    sets = cast("list[str]", given.get("set", []))
    return load_settings(file=cast("str | None", given.get("config")), sets=sets, arguments=flags)


def _joined(key: str, value: object) -> object:
    """Make one value of a flag that was given several times."""
    if key == "terminal.verbosity":
        return sum(cast("list[int]", value))
    if key != "run.paths" and isinstance(value, list):
        return ",".join(cast("list[str]", value))
    return value


def installed_plugins(settings: Settings) -> Plugins:
    """Load the plugins that the configuration does not disable."""
    from rotest_core.plugin.loader import load_plugins

    return load_plugins(settings.plugins.disabled)


def load_plugins_for(settings: Settings) -> Plugins:
    """Load the plugins, and see that everything the configuration chose is among what they supply.

    Raises:
        UnknownPluginError: something is not installed; the nearest names are given.
    """
    plugins = installed_plugins(settings)
    catalogues = plugins.catalogues
    for name in settings.run.outputs:
        catalogues.outputs.get(name)
    catalogues.executors.get(settings.run.executor)
    catalogues.stores.get(settings.store.backend)
    catalogues.lock_strategies.get(settings.locks.backend)
    if settings.results.backend:
        catalogues.results_stores.get(settings.results.backend)
    return plugins


def built_in(name: str) -> BuiltIn:
    """Import the module of a built-in command."""
    return cast("BuiltIn", import_module(f"rotest_core.cli.{name}"))
