"""Load the installed plugins and let them fill the catalogues.

The one module that touches pluggy's relay, whose hooks have no types: what leaves it is typed.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Sequence

import pluggy

from rotest_core.errors import DuplicatePluginError, PluginError, did_you_mean
from rotest_core.named_tuple import NamedTuple
from rotest_core.plugin import hookspecs
from rotest_core.plugin.entry_points import PluginEntry, find_plugins
from rotest_core.plugin.registry import Catalogues, Registry


class PluginProblem(NamedTuple):
    """Say why an installed plugin is not there to be used."""

    plugin: PluginEntry
    error: str

    def __str__(self) -> str:
        return f"plugin {self.plugin.name!r} of {self.plugin.distribution} {self.plugin.version} {self.error}"


class Plugins:
    """Hold what the installed plugins supply.

    Attributes:
        catalogues: the factories, by kind and name.
        loaded: the plugins that work.
        disabled: the plugins that the configuration leaves out.
        problems: the plugins that do not work, and why.
    """

    def __init__(self) -> None:
        self.catalogues = Catalogues()
        self.loaded: list[PluginEntry] = []
        self.disabled: list[PluginEntry] = []
        self.problems: list[PluginProblem] = []

    @property
    def distributions(self) -> dict[str, str]:
        """Map the distribution of every installed plugin to its version."""
        entries = (*self.loaded, *self.disabled, *(problem.plugin for problem in self.problems))
        return {entry.distribution: entry.version for entry in entries}


def load_plugins(disabled: Collection[str] = (), *, entries: Sequence[PluginEntry] | None = None) -> Plugins:
    """Load every installed plugin that is not disabled.

    A plugin that cannot be loaded is listed under `problems`, and named when something is chosen that nothing
    else supplies.

    Args:
        disabled: names of plugins or of distributions to leave out.
        entries: the plugins to load; those installed when None.

    Raises:
        DuplicatePluginError: two plugins register one name.
    """
    plugins = Plugins()
    relay = pluggy.PluginManager("rotest")
    relay.add_hookspecs(hookspecs)
    for entry in find_plugins() if entries is None else entries:
        if entry.name in disabled or entry.distribution in disabled:
            plugins.disabled.append(entry)
            plugins.catalogues.missing[entry.distribution] = (
                f"plugin {entry.name!r} of {entry.distribution} is disabled by [plugins] disabled"
            )
            continue
        try:
            _load(relay, entry, plugins.catalogues)
            plugins.loaded.append(entry)
        except DuplicatePluginError:
            raise
        except (Exception, SystemExit) as error:
            problem = PluginProblem(entry, f"cannot be loaded: {_told(error)}")
            plugins.problems.append(problem)
            plugins.catalogues.missing[entry.distribution] = str(problem)
    return plugins


def _load(relay: pluggy.PluginManager, entry: PluginEntry, catalogues: Catalogues) -> None:
    module, _, attribute = entry.target.partition(":")
    plugin: object = importlib.import_module(module)
    for name in attribute.split(".") if attribute else ():
        plugin = getattr(plugin, name)
    others = relay.get_plugins()
    relay.register(plugin, f"{entry.distribution}:{entry.name}")
    for caller in relay.get_hookcallers(plugin) or ():
        if not caller.has_spec():
            known = [name for name in vars(hookspecs) if name.startswith("rotest_")]
            relay.unregister(plugin)
            raise PluginError(
                f"it implements an unknown hook, {caller.name}{did_you_mean(caller.name, known)}"
            )
    register = relay.subset_hook_caller("rotest_register", remove_plugins=others)
    register(registry=Registry(catalogues, owner=entry.distribution))


def _told(error: BaseException) -> str:
    text = f"{type(error).__name__}: {error}" if not isinstance(error, PluginError) else str(error)
    return " ".join(text.split())
