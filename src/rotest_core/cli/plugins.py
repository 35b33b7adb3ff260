"""``rotest plugins``: what the installed plugins supply."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from rotest_core.cli.color import styled, use_color
from rotest_core.cli.command import installed_plugins, settings_from
from rotest_core.cli.table import table

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from rotest_core.config.settings import Settings
    from rotest_core.plugin.loader import Plugins


class Row(NamedTuple):
    """Show one thing that a plugin supplies, or a plugin that supplies nothing.

    Args:
        kind: ``output``, ``store``, ...; ``plugin`` for one that supplies nothing.
        state: ``used`` where the configuration chose it, ``disabled``, ``broken``, else empty.
        summary: a line of description; of a broken one, why.
    """

    kind: str
    name: str
    package: str
    version: str
    state: str
    summary: str


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def execute(arguments: argparse.Namespace) -> int:
    """Print a line for everything that plugins supply."""
    settings = settings_from(arguments)
    plugins = installed_plugins(settings)
    rows = [*_supplied(plugins, settings), *_absent(plugins)]
    if arguments.json:
        import json

        print(json.dumps([row._asdict() for row in rows], indent=2))
        return 0
    color = use_color(settings.terminal.color, sys.stdout)
    headings = [field.upper() for field in Row._fields]
    lines = table(headings, rows, color=color).splitlines(keepends=True)
    print(lines[0], end="")
    for row, line in zip(rows, lines[1:], strict=True):
        style = {"broken": "red", "disabled": "dim"}.get(row.state)
        print(styled(line.rstrip("\n"), style, color) if style else line.rstrip("\n"))
    return 0


def _supplied(plugins: Plugins, settings: Settings) -> Iterator[Row]:
    catalogues = plugins.catalogues
    kinds = (
        (catalogues.stores, (settings.store.backend,)),
        (
            catalogues.results_stores,
            (catalogues.results_backend(settings.results.backend, settings.store.backend),),
        ),
        (catalogues.lock_strategies, (settings.locks.backend,)),
        (catalogues.drivers, ()),
        (catalogues.executors, (settings.run.executor,)),
        (catalogues.outputs, settings.run.outputs),
        (catalogues.monitors, settings.run.monitors),
        (catalogues.commands, ()),
        (catalogues.debuggers, ()),
    )
    versions = plugins.distributions
    for catalogue, used in kinds:
        for entry in catalogue:
            state = "used" if entry.name in used else ""
            yield Row(catalogue.kind, entry.name, entry.owner, versions[entry.owner], state, entry.summary)


def _absent(plugins: Plugins) -> Iterator[Row]:
    for entry in plugins.disabled:
        yield Row("plugin", entry.name, entry.distribution, entry.version, "disabled", entry.summary)
    for entry, error in plugins.problems:
        yield Row("plugin", entry.name, entry.distribution, entry.version, "broken", error)
