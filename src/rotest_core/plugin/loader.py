"""Load the installed plugins and let them fill the catalogues.

The one module that touches pluggy's relay, whose hooks have no types: what leaves it is typed. Importing pluggy costs a
fifth of the start-up of a run of one plain test, so the relay is made for the first plugin that is more than a module
with a plain implementation of the one hook: such a one is called as the relay would call it.
"""

from __future__ import annotations

import importlib
from types import FunctionType, ModuleType

from rotest_core.errors import DuplicatePluginError, PluginError, did_you_mean
from rotest_core.plugin import hookspecs
from rotest_core.plugin.entry_points import PluginEntry, find_plugins
from rotest_core.plugin.registry import Catalogues, Registry
from rotest_core.quick_typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    import pluggy


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
        self.catalogues: Catalogues = Catalogues()
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
    relay = _Relay()
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


def _load(relay: _Relay, entry: PluginEntry, catalogues: Catalogues) -> None:
    module, _, attribute = entry.target.partition(":")
    plugin: object = importlib.import_module(module)
    for name in attribute.split(".") if attribute else ():
        plugin = getattr(plugin, name)
    registry = Registry(catalogues, owner=entry.distribution)
    register = _plain_implementation(plugin)
    if register is not None:
        register(registry=registry)
    else:
        relay.register(plugin, f"{entry.distribution}:{entry.name}", registry)


def _plain_implementation(plugin: object) -> Callable[..., object] | None:
    """Return the implementation of the hook, if the plugin is a module that has it and nothing else for a relay."""
    if not isinstance(plugin, ModuleType):
        return None
    marked = [value for value in vars(plugin).values() if hasattr(value, hookspecs.MARK)]
    if len(marked) != 1 or not isinstance(marked[0], FunctionType):
        return None
    function = marked[0]
    code = function.__code__
    # A mark with options in it was made by pluggy itself, and wants what only the relay can do.
    plain = not getattr(function, hookspecs.MARK) and function.__name__ == "rotest_register"
    return function if plain and code.co_varnames[: code.co_argcount] == ("registry",) else None


class _Relay:
    """Register plugins with pluggy and call their hooks."""

    def __init__(self) -> None:
        self._pluggy: pluggy.PluginManager | None = None

    def register(self, plugin: object, name: str, registry: Registry) -> None:
        """Check what a plugin implements, and let it register what it supplies.

        Raises:
            PluginError: it implements a hook that does not exist.
        """
        relay = self._relay()
        others = relay.get_plugins()
        relay.register(plugin, name)
        for caller in relay.get_hookcallers(plugin) or ():
            if not caller.has_spec():
                known = [known for known in vars(hookspecs) if known.startswith("rotest_")]
                relay.unregister(plugin)
                raise PluginError(
                    f"it implements an unknown hook, {caller.name}{did_you_mean(caller.name, known)}"
                )
        relay.subset_hook_caller("rotest_register", remove_plugins=others)(registry=registry)

    def _relay(self) -> pluggy.PluginManager:
        if self._pluggy is None:
            import pluggy

            pluggy.HookspecMarker("rotest")(hookspecs.rotest_register)
            self._pluggy = pluggy.PluginManager("rotest")
            self._pluggy.add_hookspecs(hookspecs)
        return self._pluggy


def _told(error: BaseException) -> str:
    text = f"{type(error).__name__}: {error}" if not isinstance(error, PluginError) else str(error)
    return " ".join(text.split())
