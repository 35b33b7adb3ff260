"""``rotest resources``: look at the inventory and change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rotest_core.cli import (
    resources_change,
    resources_files,
    resources_remove,
    resources_reserve,
    resources_show,
    resources_stats,
)
from rotest_core.cli.command import load_plugins_for, settings_from
from rotest_core.cli.parser import add_shared_options

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from rotest_core.session import Session

    Configure = Callable[[argparse.ArgumentParser], None]
    Execute = Callable[[argparse.Namespace, Session], int]

ACTIONS: dict[str, tuple[str, Configure, Execute]] = {
    "list": ("show records in a table", resources_show.configure_list, resources_show.execute_list),
    "show": ("show all of one record", resources_show.configure_show, resources_show.execute_show),
    "add": ("add a record", resources_change.configure_add, resources_change.execute_add),
    "set": ("change fields of a record", resources_change.configure_set, resources_change.execute_set),
    "remove": ("remove records", resources_remove.configure, resources_remove.execute),
    "reserve": (
        "keep records for one user alone",
        resources_reserve.configure_reserve,
        resources_reserve.execute_reserve,
    ),
    "unreserve": (
        "end reservations",
        resources_reserve.configure_unreserve,
        resources_reserve.execute_unreserve,
    ),
    "import": ("add the records of a file", resources_files.configure_import, resources_files.execute_import),
    "stats": (
        "show what the results say of a record",
        resources_stats.configure,
        resources_stats.execute,
    ),
    "export": ("write records to a file", resources_files.configure_export, resources_files.execute_export),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the commands below this one."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    for name, (summary, configure_action, _) in ACTIONS.items():
        action = actions.add_parser(name, help=summary, description=summary)
        configure_action(action)
        add_shared_options(action)


def execute(arguments: argparse.Namespace) -> int:
    """Open the inventory and carry the chosen action out."""
    from rotest_core.session import Session

    settings = settings_from(arguments)
    _, _, execute_action = ACTIONS[cast("str", arguments.action)]
    with Session(settings, load_plugins_for(settings)) as session:
        return execute_action(arguments, session)
