"""The monitors of a run: which they are, and what they had to complain of."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from rotest_core.authoring.monitor import Monitor
from rotest_core.errors import ConfigError, RotestError, UnknownPluginError
from rotest_core.events import LogWritten
from rotest_core.execution.watch import LOGGER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rotest_core.config.settings import Settings
    from rotest_core.events import Event
    from rotest_core.plugin.loader import Plugins
    from rotest_core.plugin.protocols.monitor import MonitorFactory

USE = "use"
"""The key of ``[monitors.NAME]`` that names a class of the project: ``lab.monitors:Temperature``."""


def make_monitors(settings: Settings, plugins: Plugins) -> tuple[Monitor, ...]:
    """Make the monitors that ``run.monitors`` names.

    Raises:
        UnknownPluginError: neither a package nor the project has one of that name.
        ConfigError: its class cannot be had, or its options are wrong.
    """
    made: list[Monitor] = []
    for name in dict.fromkeys(settings.run.monitors):
        try:
            monitor = _make(name, settings, plugins)
        except RotestError:
            raise
        except Exception as error:
            problem = f"the monitor cannot be made: {type(error).__name__}: {error}"
            raise ConfigError(problem, key=f"monitors.{name}") from error
        vars(monitor)["_rotest_name"] = name
        made.append(monitor)
    return tuple(made)


def check_monitors(settings: Settings, plugins: Plugins) -> None:
    """Refuse names that nothing supplies, before anything is imported.

    Raises:
        UnknownPluginError: neither a package nor the project has one of that name.
    """
    for name in settings.run.monitors:
        if not _class_named(name, settings):
            _factory(name, settings, plugins)


def _factory(name: str, settings: Settings, plugins: Plugins) -> MonitorFactory:
    try:
        return plugins.catalogues.monitors.get(name)
    except UnknownPluginError as error:
        sections = [section for section in settings.plugin_sections() if section.startswith("monitors.")]
        own = [known for section in sections if _class_named(known := section.partition(".")[2], settings)]
        reason = f'or name a class of the project: [monitors.{name}] {USE} = "module:Class"'
        raise UnknownPluginError(
            "monitor", name, (*error.known, *own), distribution=error.distribution, reason=reason
        ) from error


def _class_named(name: str, settings: Settings) -> str:
    """Give what the project says to use for a name, empty if it says nothing."""
    section = f"monitors.{name}"
    return str(settings.context(section, name).sibling(section).get(USE, ""))


def _make(name: str, settings: Settings, plugins: Plugins) -> Monitor:
    section = f"monitors.{name}"
    context = settings.context(section, name)
    use = _class_named(name, settings)
    if not use:
        return _factory(name, settings, plugins)(context)
    key = f"{section}.{USE}"
    origin = settings.origin(key)
    if name in plugins.catalogues.monitors:
        problem = f"an installed package has a monitor {name!r}: call yours otherwise"
        raise ConfigError(problem, key=key, origin=origin)
    monitor_type: Any = _class_of(use, settings.root, key, origin)
    if hasattr(monitor_type, "__attrs_attrs__"):
        with_options: Monitor = context.options(monitor_type)
        return with_options
    for option in context.values:
        problem = f"{use} takes no options: they are the fields of an attrs class"
        raise ConfigError(problem, key=f"{section}.{option}", origin=settings.origin(f"{section}.{option}"))
    plain: Monitor = monitor_type()
    return plain


def _class_of(reference: str, root: str, key: str, origin: str) -> type[Monitor]:
    module_name, _, class_name = reference.partition(":")
    if not module_name or not class_name:
        raise ConfigError(f'{reference!r} is not of the form "module:Class"', key=key, origin=origin)
    if root not in sys.path:
        sys.path.insert(0, root)
    try:
        found: object = getattr(import_module(module_name), class_name)
    except Exception as error:
        problem = f"{reference!r} cannot be imported: {type(error).__name__}: {error}"
        raise ConfigError(problem, key=key, origin=origin) from error
    if not (isinstance(found, type) and issubclass(found, Monitor)):
        raise ConfigError(f"{reference!r} is no class of rotest_core.Monitor", key=key, origin=origin)
    return found


class Complaints:
    """Gather what monitors raised, for the end of the run."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}
        self._times: dict[str, int] = {}

    def handle(self, event: Event) -> None:
        """Take one event of the run."""
        if isinstance(event, LogWritten) and event.logger.startswith(LOGGER):
            name = event.logger.removeprefix(LOGGER)
            self._times[name] = self._times.get(name, 0) + 1
            self._last[name] = event.text.rstrip("\n").rpartition("\n")[2]

    @property
    def problems(self) -> Iterator[str]:
        """Give one line for each monitor that raised."""
        for name, times in self._times.items():
            how_often = "once" if times == 1 else f"{times} times"
            last = self._last[name].removeprefix(f"monitor {name!r}: ")
            yield f"monitor {name!r} failed {how_often}, and its tests went on: {last}"
