"""``rotest config``: the configuration as it counts, and where each value comes from."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rotest_core.cli.color import use_color
from rotest_core.cli.command import installed_plugins, settings_from
from rotest_core.cli.table import table
from rotest_core.config.files import shown_path
from rotest_core.config.options import PLUGIN_SECTIONS
from rotest_core.config.values import shown
from rotest_core.errors import did_you_mean

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from rotest_core.config.settings import Effective, Settings
    from rotest_core.plugin.loader import Plugins

_SECRET = ("password", "passwd", "secret", "token")
_HIDDEN = "***"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def execute(arguments: argparse.Namespace) -> int:
    """Print the configuration, and complain about sections that no installed plugin reads."""
    settings = settings_from(arguments)
    values = [_without_secret(value) for value in settings.effective()]
    problems = list(_unread(settings, installed_plugins(settings)))
    if arguments.json:
        _print_json(settings, values, problems)
        return 0
    print(f"project: {settings.root}")
    print(
        f"file:    {shown_path(settings.file) if settings.file else 'none; written by rotest init, or by hand'}\n"
    )
    rows = [(value.key, shown(value.value), value.origin) for value in values]
    print(table(("KEY", "VALUE", "FROM"), rows, color=use_color(settings.terminal.color, sys.stdout)), end="")
    for problem in problems:
        print(f"rotest: warning: {problem}", file=sys.stderr)
    return 0


def _print_json(settings: Settings, values: list[Effective], problems: list[str]) -> None:
    import json

    document = {
        "root": settings.root,
        "file": settings.file,
        "values": [{"key": value.key, "value": value.value, "origin": value.origin} for value in values],
        "problems": problems,
    }
    print(json.dumps(document, indent=2, default=str))


def _without_secret(value: Effective) -> Effective:
    """Keep passwords out of the logs of CI systems."""
    name = value.key.rpartition(".")[2].lower()
    return value._replace(value=_HIDDEN) if any(word in name for word in _SECRET) else value


def _unread(settings: Settings, plugins: Plugins) -> Iterator[str]:
    """Name the sections of plugins that are not installed: harmless, or a mistake in the name."""
    catalogues = plugins.catalogues
    known = {
        "outputs": [entry.name for entry in catalogues.outputs],
        "drivers": [entry.name for entry in catalogues.drivers],
        "executors": [entry.name for entry in catalogues.executors],
        "commands": [entry.name for entry in catalogues.commands],
    }
    for section in settings.plugin_sections():
        kind, _, name = section.partition(".")
        if kind not in PLUGIN_SECTIONS or "backend" in settings.context(section, name).sibling(section):
            continue
        if name not in known[kind]:
            near = did_you_mean(name, known[kind])
            yield f"{section}: nothing of this name is installed that reads it{near}"
