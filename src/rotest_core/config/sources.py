"""Gather what file, environment and command line say, by key.

Each source adds to a :class:`Gathering`, weakest first: a later one replaces what an earlier one gave.
What is wrong is collected, and reported together with everything else that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rotest_core.config.files import ConfigFile, shown_path
from rotest_core.config.given import Given, as_table
from rotest_core.config.options import (
    BACKEND_SECTIONS,
    ENVIRONMENT_PREFIX,
    FREE_SECTION,
    OPTIONS,
    PLUGIN_SECTIONS,
    sections,
)
from rotest_core.config.values import shown
from rotest_core.errors import ConfigError, did_you_mean


class Gathering:
    """Hold the values given so far, and the errors met.

    Attributes:
        options: values of the option table, by full key.
        plugins: values of the plugins' own sections, by section (``outputs.excel``, ``store``), then key.
        free: the ``[config]`` table, by the path of each key.
        unresolved: values from the environment for sections with one table per plugin, by what follows the
            section in the variable's name: where the plugin's name ends is known only with the plugin.
        errors: everything that is wrong.
    """

    def __init__(self) -> None:
        self.options: dict[str, Given] = {}
        self.plugins: dict[str, dict[str, Given]] = {}
        self.free: dict[tuple[str, ...], Given] = {}
        self.unresolved: dict[str, dict[str, Given]] = {section: {} for section in PLUGIN_SECTIONS}
        self.errors: list[ConfigError] = []

    def add_file(self, file: ConfigFile) -> None:
        """Take in the tables of a configuration file."""
        origin = shown_path(file.path)
        for section, value in file.tables.items():
            table = as_table(value)
            if section not in sections():
                self._reject(f"unknown section{_nearest_section(section)}", section, origin)
            elif table is None:
                self._reject(f"expected a table, got {shown(value)}", section, origin)
            elif section in PLUGIN_SECTIONS:
                self._add_plugin_tables(section, table, origin)
            else:
                for name, inner in table.items():
                    self._add((section, name), Given(inner, origin, in_file=True))

    def add_environment(self, environ: Mapping[str, str]) -> None:
        """Take in every variable whose name begins with ROTEST_."""
        for variable in sorted(name for name in environ if name.startswith(ENVIRONMENT_PREFIX)):
            given = Given(environ[variable], variable, is_text=True)
            section, _, rest = variable.removeprefix(ENVIRONMENT_PREFIX).lower().partition("_")
            if section in PLUGIN_SECTIONS and rest:
                self.unresolved[section][rest] = given
            elif section in sections() and rest:
                self._add((section, *_name_of(section, rest)), given)
            else:
                self._reject(f"unknown setting{_nearest_variable(variable)}", "", variable)

    def add_sets(self, sets: Iterable[str]) -> None:
        """Take in the values of ``--set``."""
        for text in sets:
            key, equals, value = text.partition("=")
            path = tuple(key.strip().split("."))
            if not equals or not all(path):
                self._reject(f"expected section.key=value, got {text!r}", "", "--set")
            else:
                self._add(path, Given(value.strip(), "--set", is_text=True))

    def add_arguments(self, arguments: Mapping[str, object]) -> None:
        """Take in what the command line's own flags said, by full key."""
        for key, value in arguments.items():
            flags = OPTIONS[key].flags
            self.options[key] = Given(
                value, flags[-1] if flags else "command line", is_text=isinstance(value, str)
            )

    def _add(self, path: tuple[str, ...], given: Given) -> None:
        section, *names = path
        key = ".".join(path)
        if section == FREE_SECTION and names:
            self._add_free(tuple(names), given)
        elif section in PLUGIN_SECTIONS and len(names) > 1:
            self.plugins.setdefault(f"{section}.{names[0]}", {})[".".join(names[1:])] = given
        elif key in OPTIONS:
            self.options[key] = given
        elif any(known.startswith(f"{key}.") for known in OPTIONS) and section != key:
            self._add_table(path, given)
        elif section in BACKEND_SECTIONS and names:
            self.plugins.setdefault(section, {})[".".join(names)] = given
        elif section in PLUGIN_SECTIONS:
            self._reject(f"expected {section}.NAME.key, where NAME is a plugin's", key, given.origin)
        elif section in sections():
            self._reject(f"unknown key{_nearest_key(key)}", key, given.origin)
        else:
            self._reject(f"unknown section{_nearest_section(section)}", section, given.origin)

    def _add_table(self, path: tuple[str, ...], given: Given) -> None:
        """Take in a table of options that stands in a section: ``retry`` in ``[run]``."""
        table = as_table(given.as_toml())
        if table is None:
            self._reject(f"expected a table, got {shown(given.value)}", ".".join(path), given.origin)
            return
        for name, inner in table.items():
            self._add((*path, name), Given(inner, given.origin, in_file=given.in_file))

    def _add_plugin_tables(self, section: str, tables: Mapping[str, object], origin: str) -> None:
        for name, value in tables.items():
            table = as_table(value)
            if table is None:
                self._reject(f"expected a table, got {shown(value)}", f"{section}.{name}", origin)
                continue
            values = self.plugins.setdefault(f"{section}.{name}", {})
            values.update({key: Given(inner, origin, in_file=True) for key, inner in table.items()})

    def _add_free(self, path: tuple[str, ...], given: Given) -> None:
        table = as_table(given.value)
        if not table:
            self.free[path] = given
            return
        for name, inner in table.items():
            self._add_free((*path, name), given._replace(value=inner))

    def _reject(self, problem: str, key: str, origin: str) -> None:
        self.errors.append(ConfigError(problem, key=key, origin=origin))


def _name_of(section: str, rest: str) -> list[str]:
    """Split what follows the section in a variable's name: it cannot tell ``.`` from ``_``."""
    for option in OPTIONS.values():
        if option.section == section and option.name.replace(".", "_") == rest:
            return option.name.split(".")
    return [rest]


def _nearest_key(key: str) -> str:
    """Suggest keys for an unknown one: the same name in another section, or a near one of its own."""
    section, _, name = key.partition(".")
    elsewhere = [known for known, option in OPTIONS.items() if option.name in (name, section)]
    if elsewhere:
        return f" (did you mean {' or '.join(map(repr, elsewhere))}?)"
    near = did_you_mean(name, [option.name for option in OPTIONS.values() if option.section == section])
    return near or did_you_mean(key, OPTIONS)


def _nearest_section(section: str) -> str:
    return did_you_mean(section, sections()) or _nearest_key(section)


def _nearest_variable(variable: str) -> str:
    """Suggest variables; what all of their names begin with says nothing about nearness."""
    known = (option.variable.removeprefix(ENVIRONMENT_PREFIX) for option in OPTIONS.values())
    near = did_you_mean(variable.removeprefix(ENVIRONMENT_PREFIX), known)
    return near.replace("mean '", f"mean '{ENVIRONMENT_PREFIX}").replace("or '", f"or '{ENVIRONMENT_PREFIX}")
