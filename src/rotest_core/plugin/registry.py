"""The catalogues of named factories that plugins fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rotest_core.errors import DuplicatePluginError, UnknownPluginError
from rotest_core.quick_typing import Generic, NamedTuple, TypeVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rotest_core.plugin.protocols.command import CommandFactory
    from rotest_core.plugin.protocols.debugger import DebuggerFactory
    from rotest_core.plugin.protocols.driver import DriverFactory
    from rotest_core.plugin.protocols.executor import ExecutorFactory
    from rotest_core.plugin.protocols.handler import OutputHandlerFactory
    from rotest_core.plugin.protocols.locks import LockStrategyFactory
    from rotest_core.plugin.protocols.monitor import MonitorFactory
    from rotest_core.plugin.protocols.results import ResultsStoreFactory
    from rotest_core.plugin.protocols.store import StoreFactory

FactoryT = TypeVar("FactoryT")


class Entry(NamedTuple, Generic[FactoryT]):
    """One registered factory and the distribution that it came from."""

    name: str
    factory: FactoryT
    owner: str
    summary: str


class Catalogue(Generic[FactoryT]):
    """Hold the factories of one kind of plugin by name.

    Args:
        kind: what messages call it: ``output``, ``store``, ``results store``, ``lock strategy``, ``driver``,
            ``executor``, ``command`` or ``debugger``.
        suppliers: names that known packages would supply, with the distribution to install.
        missing: why what a distribution would supply is not here, by distribution; filled while plugins are
            loaded.
    """

    def __init__(
        self, kind: str, suppliers: dict[str, str] | None = None, missing: dict[str, str] | None = None
    ) -> None:
        self.kind = kind
        self._suppliers = suppliers or {}
        self._missing = {} if missing is None else missing
        self._entries: dict[str, Entry[FactoryT]] = {}

    def add(self, name: str, factory: FactoryT, *, owner: str, summary: str) -> None:
        """Take a factory in.

        Raises:
            DuplicatePluginError: the name is taken; both owners are named.
        """
        if name in self._entries:
            raise DuplicatePluginError(self.kind, name, (self._entries[name].owner, owner))
        self._entries[name] = Entry(name, factory, owner, summary)

    def get(self, name: str) -> FactoryT:
        """Return the factory of a name.

        Raises:
            UnknownPluginError: nothing registered it; the nearest names and the package to install are named,
                or why the package that would supply it could not be used.
        """
        if name not in self._entries:
            supplier = self._suppliers.get(name, "")
            if supplier in self._missing:
                raise UnknownPluginError(self.kind, name, self._entries, reason=self._missing[supplier])
            reason = "" if supplier else "; ".join(self._missing.values())
            raise UnknownPluginError(self.kind, name, self._entries, distribution=supplier, reason=reason)
        return self._entries[name].factory

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[Entry[FactoryT]]:
        return iter(sorted(self._entries.values()))


class Registry:
    """Take the factories of one plugin package.

    Each method registers one factory under a name that users write in ``rotest.toml``; `summary` is the line
    that ``rotest plugins`` shows.
    """

    def __init__(self, catalogues: Catalogues, owner: str) -> None:
        self._catalogues = catalogues
        self._owner = owner

    def store(self, name: str, factory: StoreFactory, *, summary: str = "") -> None:
        """Register a place to keep the inventory."""
        self._catalogues.stores.add(name, factory, owner=self._owner, summary=summary)

    def results_store(self, name: str, factory: ResultsStoreFactory, *, summary: str = "") -> None:
        """Register a place to keep the results of runs."""
        self._catalogues.results_stores.add(name, factory, owner=self._owner, summary=summary)

    def lock_strategy(self, name: str, factory: LockStrategyFactory, *, summary: str = "") -> None:
        """Register a way to keep leases exclusive."""
        self._catalogues.lock_strategies.add(name, factory, owner=self._owner, summary=summary)

    def driver(self, name: str, factory: DriverFactory, *, summary: str = "") -> None:
        """Register a way to reach devices."""
        self._catalogues.drivers.add(name, factory, owner=self._owner, summary=summary)

    def executor(self, name: str, factory: ExecutorFactory, *, summary: str = "") -> None:
        """Register a way to run tests."""
        self._catalogues.executors.add(name, factory, owner=self._owner, summary=summary)

    def command(self, name: str, factory: CommandFactory, *, summary: str = "") -> None:
        """Register a sub-command of ``rotest``."""
        self._catalogues.commands.add(name, factory, owner=self._owner, summary=summary)

    def debugger(self, name: str, factory: DebuggerFactory, *, summary: str = "") -> None:
        """Register a debugger for ``--debug``."""
        self._catalogues.debuggers.add(name, factory, owner=self._owner, summary=summary)

    def output(
        self, name: str, factory: OutputHandlerFactory, *, summary: str = "", last: bool = False
    ) -> None:
        """Register an output handler.

        Args:
            name: what users call it.
            factory: makes it for a run.
            summary: one line for those who look for an output.
            last: whether each event is to reach it after all others: it takes up the files that they write.
        """
        self._catalogues.outputs.add(name, factory, owner=self._owner, summary=summary)
        if last:
            self._catalogues.last_outputs.add(name)

    def monitor(self, name: str, factory: MonitorFactory, *, summary: str = "") -> None:
        """Register what watches tests while they run."""
        self._catalogues.monitors.add(name, factory, owner=self._owner, summary=summary)


class Catalogues:
    """Hold one catalogue for each kind of plugin.

    Attributes:
        missing: why what a distribution would supply is not here, by distribution.
        last_outputs: the outputs that events reach after all others.
    """

    def __init__(self) -> None:
        self.missing: dict[str, str] = {}
        self.last_outputs: set[str] = set()
        postgres = {"postgres": "rotest-postgres"}
        self.stores: Catalogue[StoreFactory] = Catalogue("store", postgres, self.missing)
        self.results_stores: Catalogue[ResultsStoreFactory] = Catalogue(
            "results store", postgres, self.missing
        )
        self.lock_strategies: Catalogue[LockStrategyFactory] = Catalogue(
            "lock strategy", postgres, self.missing
        )
        self.drivers: Catalogue[DriverFactory] = Catalogue("driver", {}, self.missing)
        self.executors: Catalogue[ExecutorFactory] = Catalogue("executor", {}, self.missing)
        self.outputs: Catalogue[OutputHandlerFactory] = Catalogue(
            "output", {"excel": "rotest-excel"}, self.missing
        )
        self.monitors: Catalogue[MonitorFactory] = Catalogue(
            "monitor", {"process": "rotest-psutil"}, self.missing
        )
        self.commands: Catalogue[CommandFactory] = Catalogue(
            "command", {"shell": "rotest-shell"}, self.missing
        )
        self.debuggers: Catalogue[DebuggerFactory] = Catalogue("debugger", {}, self.missing)

    def in_order(self, outputs: Iterable[str]) -> list[str]:
        """Return the outputs of a run, each once, in the order in which events reach them."""
        return sorted(dict.fromkeys(outputs), key=self.last_outputs.__contains__)

    def results_backend(self, chosen: str, store: str) -> str:
        """Return the name of the results store to use: by default that of what keeps the inventory.

        What knows the inventory alone, or keeps it in memory, so that it is read from a file each time, leaves the
        results to a file: they are of use to later runs only.

        Args:
            chosen: as the configuration has it, or empty.
            store: the name of the store.
        """
        if chosen:
            return chosen
        return store if store in self.results_stores and store != "memory" else "sqlite"
