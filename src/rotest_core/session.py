"""Open what tests and scripts share: the inventory, and leases of its records."""

from __future__ import annotations

import sys
from importlib import import_module

from rotest_core.errors import ConfigError
from rotest_core.model import links

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TextIO

    from rotest_core.allocation.inventory import Inventory
    from rotest_core.allocation.leases import Leases
    from rotest_core.config.settings import Settings
    from rotest_core.execution.debugging import PostMortem
    from rotest_core.execution.interrupts import Interrupts
    from rotest_core.planning.plan import Plan
    from rotest_core.plugin.loader import Plugins
    from rotest_core.plugin.protocols.driver import Driver
    from rotest_core.plugin.protocols.locks import LockStrategy
    from rotest_core.plugin.protocols.results import ResultsStore
    from rotest_core.plugin.protocols.store import Store
    from rotest_core.scheduling.run import RunEnd


class Session:
    """Hold open what one invocation uses; a context manager.

    Nothing is opened before it is asked for: a run of plain tests touches no store.

    Args:
        settings: the configuration.
        plugins: supply store and lock strategy.
    """

    def __init__(self, settings: Settings, plugins: Plugins) -> None:
        self._settings = settings
        self._plugins = plugins
        self._inventory: Inventory | None = None
        self._strategy: LockStrategy | None = None
        self._results: ResultsStore | None = None
        self._leases: list[Leases] = []
        links.install(self.make_driver)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def settings(self) -> Settings:
        """Give the configuration."""
        return self._settings

    @property
    def inventory(self) -> Inventory:
        """Open the inventory: resource modules are imported, and it follows its file, if it has one.

        Raises:
            ConfigError: a resource module cannot be imported.
            StoreError: the store cannot be opened.
            InventoryError: the file does not fit.
        """
        if self._inventory is None:
            self._inventory = self._open_inventory()
        return self._inventory

    @property
    def strategy(self) -> LockStrategy:
        """Open the lock strategy."""
        if self._strategy is None:
            backend = self._settings.locks.backend
            factory = self._plugins.catalogues.lock_strategies.get(backend)
            self._strategy = factory(self._settings.context("locks", backend))
        return self._strategy

    def open_results(self) -> ResultsStore:
        """Open the results store, or give the one that is open; a handler of a run asks from any thread.

        Raises:
            UnknownPluginError: nothing registered it.
            ConfigError: its options are wrong.
            StoreError: it cannot be opened.
        """
        if self._results is None:
            self._results = _open_results(self._settings, self._plugins)
        return self._results

    def close_results(self) -> None:
        """Close the results store, if it is open; whoever asks for it again gets a new one."""
        results, self._results = self._results, None
        if results is not None:
            results.close()

    def open_leases(self, run: str) -> Leases:
        """Open leases for a run or a script.

        Args:
            run: its identifier; others see it behind the name of the run, if that has one.
        """
        from rotest_core.allocation.leases import Leases
        from rotest_core.allocation.owner import current_owner

        name = self._settings.run.name
        owner = current_owner(f"{name}/{run}" if name else run, user=self.inventory.user)
        leases = Leases(self.inventory, self.strategy, owner, ttl=self._settings.locks.ttl)
        self._leases.append(leases)
        return leases

    def make_driver(self, name: str, values: Mapping[str, object]) -> Driver:
        """Make a driver by its registered name, or by that of a section ``[drivers.NAME]``.

        Args:
            name: the name; the section's key ``backend`` may say which driver is meant.
            values: options over those of the section.

        Raises:
            UnknownPluginError: nothing registered it.
            ConfigError: the options do not fit.
        """
        context = self._settings.context(f"drivers.{name}", name, values)
        backend = context.sibling(context.section).get("backend", name)
        return self._plugins.catalogues.drivers.get(str(backend))(context)

    def close_leases(self) -> None:
        """Release everything that is still leased, as dirty."""
        leases, self._leases = self._leases, []
        for held in leases:
            held.close()

    def close(self) -> None:
        """Release everything and close what was opened; may be called twice."""
        try:
            self.close_leases()
        finally:
            strategy, self._strategy = self._strategy, None
            inventory, self._inventory = self._inventory, None
            try:
                self.close_results()
                if strategy is not None:
                    strategy.close()
            finally:
                if inventory is not None:
                    inventory.store.close()

    def _open_inventory(self) -> Inventory:
        from rotest_core.allocation.inventory import Inventory

        self.import_modules()
        backend = self._settings.store.backend
        store = self._plugins.catalogues.stores.get(backend)(self._settings.context("store", backend))
        try:
            self._follow_file(store)
        except BaseException:
            store.close()
            raise
        return Inventory(store, user=_user())

    def _follow_file(self, store: Store) -> None:
        """Bring the inventory up to date with its file; records in use stay until a later time."""
        if not self._settings.inventory.file:
            return
        from pathlib import Path

        from rotest_core.allocation.inventory_import import synchronise

        synchronise(
            store,
            Path(self._settings.inventory.file),
            root=Path(self._settings.root),
            leased=lambda: [held.lease.key for held in self.strategy.status().held],
        )

    def import_modules(self) -> None:
        """Import the modules that define the project's resources.

        Raises:
            ConfigError: one cannot be imported.
        """
        root = self._settings.root
        if root not in sys.path:
            sys.path.insert(0, root)
        for name in self._settings.resources.modules:
            try:
                import_module(name)
            except Exception as error:
                raise ConfigError(
                    f"module {name!r} cannot be imported: {type(error).__name__}: {error}",
                    key="resources.modules",
                    origin=self._settings.origin("resources.modules"),
                ) from error


_KEEPING = frozenset({"db", "signature"})
"""Outputs that are of no use without the results store."""


def run_plan(
    settings: Settings,
    plugins: Plugins,
    plan: Plan,
    interrupts: Interrupts,
    *,
    stream: TextIO,
    color: bool,
) -> RunEnd:
    """Run the tests of a plan, with a session of their own.

    Args:
        settings: the configuration.
        plugins: supply all that is chosen in it.
        plan: the plan.
        interrupts: catches signals; entered already.
        stream: where handlers write for the person at the terminal.
        color: whether that stream may be coloured.

    Raises:
        UnknownPluginError: something that is chosen does not exist.
        ConfigError: its options are wrong.
        WorkDirError: the run's directory cannot be made.
    """
    from rotest_core.scheduling.run import Run, Surroundings

    post_mortem = _post_mortem(plugins) if settings.run.debug else None
    with Session(settings, plugins) as session:
        around = Surroundings(
            stream=stream,
            color=color,
            command=tuple(sys.argv),
            open_leases=session.open_leases,
            open_results=session.open_results,
            close_leases=session.close_leases,
            interrupts=interrupts,
            on_failure=post_mortem.on_failure if post_mortem else None,
            on_failed_expectation=post_mortem.on_failed_expectation if post_mortem else None,
            excuse=_excuses(session) if _KEEPING & {*settings.run.outputs} else None,
            durations=kept_durations(settings, plugins),
        )
        return Run(settings, plugins, around).carry_out(plan)


def _open_results(settings: Settings, plugins: Plugins) -> ResultsStore:
    backend = plugins.catalogues.results_backend(settings.results.backend, settings.store.backend)
    return plugins.catalogues.results_stores.get(backend)(settings.context("results", backend))


def kept_durations(
    settings: Settings, plugins: Plugins
) -> Callable[[], Mapping[str, Sequence[float]]] | None:
    """Return what reads how long tests took in the runs of which the results are kept; None where none are kept.

    Args:
        settings: the configuration.
        plugins: supply the results store.
    """
    if "db" not in settings.run.outputs:
        return None

    def read() -> Mapping[str, Sequence[float]]:
        from rotest_core.errors import StoreError

        try:
            store = _open_results(settings, plugins)
            try:
                return store.durations()
            finally:
                store.close()  # new processes may be made next
        except StoreError:  # the output says so; estimates are no reason not to run
            return {}

    return read


def _excuses(session: Session) -> Callable[[str], str] | None:
    """Read which failures are expected, and close the store again: new processes are made next.

    What is wrong with its configuration is said before anything is run.
    """
    import time

    from rotest_core.errors import StoreError
    from rotest_core.results.excusing import excuses

    try:
        store = session.open_results()
        described = store.signatures() if "signature" in session.settings.run.outputs else ()
    except StoreError:  # the output that is asked for says so
        return None
    finally:
        session.close_results()
    return excuses(described, now=time.time())


def _post_mortem(plugins: Plugins) -> PostMortem:
    from rotest_core.execution.debugging import PostMortem, choose_debugger

    return PostMortem(choose_debugger(plugins.catalogues.debuggers), sys.stdout)


def _user() -> str:
    import getpass
    import os

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return str(os.getuid())
