"""The configuration of one invocation: typed, checked, every value with its origin."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from rotest_core.config.files import find_file, read_file
from rotest_core.config.given import Given, as_table
from rotest_core.config.options import OPTIONS, Option
from rotest_core.config.sources import Gathering
from rotest_core.config.values import Value, from_text, from_toml
from rotest_core.errors import ConfigError, ConfigErrors
from rotest_core.quick_typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any, TypeVar

    from rotest_core.config.context import SectionContext

    SectionT = TypeVar("SectionT", bound=NamedTuple)

DEFAULT_ORIGIN = "default"
PROGRAM_ORIGIN = "program"


class RunSettings(NamedTuple):
    """What to run and how; the fields are the keys of ``[run]``, described in the option table."""

    paths: tuple[str, ...]
    outputs: tuple[str, ...]
    monitors: tuple[str, ...]
    filter: str
    order: tuple[str, ...]
    name: str
    list: bool
    failfast: bool
    hold_on_failure: float
    delta: int
    save_state: bool
    skip_init: bool
    smart_client: bool
    resources: str
    debug: bool
    wait: float
    workers: str
    shard: str
    policy: str
    timeout: float
    setup_timeout: float
    cleanup_timeout: float
    executor: str
    exclude: tuple[str, ...]
    work_dir: str
    keep_runs: int
    keep_days: int


class RetrySettings(NamedTuple):
    """The keys of the table ``retry`` in ``[run]``."""

    times: int
    on: str
    fresh_resource: bool


class ResourceSettings(NamedTuple):
    """The keys of ``[resources]``."""

    modules: tuple[str, ...]


class InventorySettings(NamedTuple):
    """The keys of ``[inventory]``; `file` is empty when there is none."""

    file: str


class StoreSettings(NamedTuple):
    """The keys of ``[store]`` that are the core's."""

    backend: str


class ResultSettings(NamedTuple):
    """The keys of ``[results]`` that are the core's; an empty `backend` stands for that of the store."""

    backend: str


class LockSettings(NamedTuple):
    """The keys of ``[locks]`` that are the core's; `ttl` in seconds."""

    backend: str
    ttl: float


class LoggingSettings(NamedTuple):
    """The keys of ``[logging]``."""

    level: str


class PluginSettings(NamedTuple):
    """The keys of ``[plugins]``."""

    disabled: tuple[str, ...]


class TerminalSettings(NamedTuple):
    """The keys of ``[terminal]``."""

    color: str
    verbosity: int


class Effective(NamedTuple):
    """Show one value of the configuration and where it came from."""

    key: str
    value: object
    origin: str


class Settings:
    """Hold the configuration of one invocation.

    Attributes:
        root: the project's directory, absolute: where the configuration file is, else the start directory.
        file: absolute path of the configuration file, None when there is none.
        config: the ``[config]`` table: free for the project, read by its tests and resources.
    """

    def __init__(
        self, *, root: str, file: str | None, values: Mapping[str, Value], gathered: Gathering
    ) -> None:
        self.root = root
        self.file = file
        self._values = values
        self._gathered = gathered
        self._replaced: frozenset[str] = frozenset()
        self.run: RunSettings = self._section("run", RunSettings)
        self.retry: RetrySettings = self._section("run.retry", RetrySettings)
        self.resources: ResourceSettings = self._section("resources", ResourceSettings)
        self.inventory: InventorySettings = self._section("inventory", InventorySettings)
        self.store: StoreSettings = self._section("store", StoreSettings)
        self.results: ResultSettings = self._section("results", ResultSettings)
        self.locks: LockSettings = self._section("locks", LockSettings)
        self.logging: LoggingSettings = self._section("logging", LoggingSettings)
        self.plugins: PluginSettings = self._section("plugins", PluginSettings)
        self.terminal: TerminalSettings = self._section("terminal", TerminalSettings)
        self.config: Mapping[str, object] = _nested(gathered.free)

    def origin(self, key: str) -> str:
        """Tell where a value came from: ``default``, a file, a variable, a flag, or the ``program`` itself.

        Args:
            key: full key of an option, of a plugin's section (``outputs.excel.path``) or of ``[config]``.
        """
        if key in self._replaced:
            return PROGRAM_ORIGIN
        given = self._gathered.options.get(key)
        if given is None:
            section, _, name = key.rpartition(".")
            given = self._gathered.plugins.get(section, {}).get(name) or self._gathered.free.get(
                tuple(key.split(".")[1:])
            )
        return given.origin if given else DEFAULT_ORIGIN

    def effective(self) -> Iterator[Effective]:
        """Give every value with its origin: options first, then what was set for plugins and ``[config]``."""
        for key, value in self._values.items():
            yield Effective(key, value, self.origin(key))
        for section, values in self._gathered.plugins.items():
            for name, given in values.items():
                yield Effective(f"{section}.{name}", given.as_toml(), given.origin)
        for section, unresolved in self._gathered.unresolved.items():
            for rest, given in unresolved.items():
                yield Effective(f"{section}.{rest.replace('_', '.', 1)}", given.as_toml(), given.origin)
        for path, given in self._gathered.free.items():
            yield Effective(f"config.{'.'.join(path)}", given.as_toml(), given.origin)

    def context(
        self, section: str, name: str, on_top: Mapping[str, object] = MappingProxyType({})
    ) -> SectionContext:
        """Give a plugin its own section.

        Args:
            section: ``store``, ``locks``, ``outputs.NAME``, ``drivers.NAME``, ``executors.NAME``.
            name: the registered name that was chosen.
            on_top: values over those of the section.
        """
        from rotest_core.config.context import SectionContext

        return SectionContext(
            name=name, root=self.root, section=section, gathered=self._gathered, on_top=on_top
        )

    def with_run(self, **values: object) -> Settings:
        """Return the same configuration with other values of ``[run]``, which count as chosen."""
        from copy import copy

        changed = copy(self)
        fields: dict[str, Any] = values
        changed.run = self.run._replace(**fields)
        changed._replaced = self._replaced.union(f"run.{name}" for name in values)
        return changed

    def plugin_sections(self) -> tuple[str, ...]:
        """Name the plugins' own sections that somebody filled."""
        return tuple(self._gathered.plugins)

    def _section(self, section: str, made: type[SectionT]) -> SectionT:
        return made._make(self._values[f"{section}.{field}"] for field in made._fields)


def load_settings(
    *,
    start: Path | str = ".",
    file: Path | str | None = None,
    sets: Sequence[str] = (),
    arguments: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Load the configuration: command line over environment over file over defaults.

    Args:
        start: directory from which the file is searched upwards.
        file: the file to read instead of searching.
        sets: ``section.key=value`` texts of ``--set``.
        arguments: values of command-line flags, by full key; they win over `sets`.
        environ: environment to read; that of the process when None.

    Raises:
        ConfigError: something is wrong; `ConfigErrors` when several things are.
    """
    start = _absolute(start)
    found = read_file(os.path.join(start, file)) if file is not None else find_file(start)
    root = os.path.dirname(found.path) if found else start
    gathered = Gathering()
    if found:
        gathered.add_file(found)
    gathered.add_environment(os.environ if environ is None else environ)
    gathered.add_sets(sets)
    gathered.add_arguments(arguments or {})
    values: dict[str, Value] = {}
    for key, option in OPTIONS.items():
        try:
            values[key] = _value(option, gathered.options.get(key), root, start)
        except ValueError as error:
            gathered.errors.append(ConfigError(str(error), key=key, origin=gathered.options[key].origin))
    if gathered.errors:
        raise ConfigErrors.of(gathered.errors)
    return Settings(root=root, file=found.path if found else None, values=values, gathered=gathered)


def _absolute(start: Path | str) -> str:
    try:
        return os.path.abspath(start)
    except FileNotFoundError:
        raise ConfigError("the working directory does not exist any more") from None


def _value(option: Option, given: Given | None, root: str, start: str) -> Value:
    value = option.default if given is None else _converted(option, given)
    base = root if given is None or given.in_file else start
    if option.kind == "path" and isinstance(value, str):
        return _placed(value, base, start)
    if option.kind == "paths" and isinstance(value, tuple):
        return tuple(_placed(path, base, start) for path in value)
    return value


def _converted(option: Option, given: Given) -> Value:
    if not given.is_text or not isinstance(given.value, str):
        return from_toml(option, given.value)
    if given.value[:1] in ("[", '"', "'"):
        value = given.as_toml()
        return from_text(option, value) if isinstance(value, str) else from_toml(option, value)
    return from_text(option, given.value)


def _placed(path: str, base: str, start: str) -> str:
    """Make a path of the file usable from the working directory; one that is so already stays as typed."""
    return path if base == start or not path else os.path.join(base, path)


def _nested(free: Mapping[tuple[str, ...], Given]) -> dict[str, object]:
    table: dict[str, object] = {}
    for name, given in free.items():
        *parents, last = name
        inner = table
        for parent in parents:
            fresh = dict(as_table(inner.get(parent)) or {})
            inner[parent] = fresh
            inner = fresh
        inner[last] = given.as_toml()
    return table
