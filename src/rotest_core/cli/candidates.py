"""What may follow the words of a command line, for the completion of shells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rotest_core.cli.app import COMMANDS, command_position
from rotest_core.cli.command import BuiltIn, built_in, installed_plugins, settings_from
from rotest_core.cli.parser import CommandParser, make_parser, parse_shared
from rotest_core.cli.plugin_commands import PluginCommand
from rotest_core.config.options import OPTIONS
from rotest_core.plugin.command_index import command_summaries

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from rotest_core.plugin.registry import Catalogues, Entry

    Candidates = Iterable[tuple[str, str]]


def candidates(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Give what the last word may become, each with its explanation.

    Args:
        words: what was typed after ``rotest``; the last one is unfinished, and may be empty.
    """
    *finished, unfinished = words
    parser = _parser(finished)
    flag, equals, value = unfinished.partition("=")
    if not (equals and flag.startswith("--")):
        flag, equals, value = (finished[-1] if finished else ""), "", unfinished
    option = _option_with_value(parser, flag)
    if option is not None:
        start = f"{flag}=" if equals else ""
        found: Candidates = ((start + word, text) for word, text in _values(option, value, finished))
    elif unfinished.startswith("-"):
        found = _flags(parser)
    else:
        found = _arguments(parser, _is_first(finished))
    yield from ((word, text) for word, text in found if word.startswith(unfinished))


def _parser(finished: Sequence[str]) -> CommandParser:
    """Find the parser that the next word is for: of a command below a command, of a command, of ``run``."""
    words = list(finished)
    position = command_position(words)
    name = words.pop(position) if position is not None else "run"
    if name not in COMMANDS and name not in command_summaries():
        name = "run"
    parser = make_parser(name)
    (built_in(name) if name in COMMANDS else _plugin_command(name, words)).configure(parser)
    for word in words:
        parser = parser.commands.get(word, parser)
    return parser


def _plugin_command(name: str, words: Sequence[str]) -> BuiltIn:
    return PluginCommand(name, _catalogues(words).commands.get(name)())


def _catalogues(words: Sequence[str]) -> Catalogues:
    return installed_plugins(settings_from(parse_shared(words))).catalogues


def _is_first(finished: Sequence[str]) -> bool:
    """Tell whether the next word may be a command: nothing but options that all commands share is before it."""
    return command_position([*finished, "word"]) == len(finished)


def _option_with_value(parser: CommandParser, flag: str) -> argparse.Action | None:
    actions = (action for action in parser.actions if flag in action.option_strings and action.nargs != 0)
    return next(actions, None)


def _values(option: argparse.Action, value: str, words: Sequence[str]) -> Candidates:
    if option.dest == "set":
        return ((f"{key}=", known.help) for key, known in OPTIONS.items())
    if option.dest == "run.executor":
        return ((entry.name, entry.summary) for entry in _catalogues(words).executors)
    if option.dest in ("run.outputs", "run.monitors"):
        before = value.rpartition(",")[0]
        start = f"{before}," if before else ""
        catalogues = _catalogues(words)
        catalogue: Iterable[Entry[Any]] = (
            catalogues.outputs if option.dest == "run.outputs" else catalogues.monitors
        )
        entries = (entry for entry in catalogue if entry.name not in before.split(","))
        return ((start + entry.name, entry.summary) for entry in entries)
    known = OPTIONS.get(option.dest)
    choices = known.choices if known else option.choices or ()
    return ((str(choice), "") for choice in choices)


def _flags(parser: CommandParser) -> Candidates:
    return ((flag, action.help or "") for action in parser.actions for flag in action.option_strings)


def _arguments(parser: CommandParser, first: bool) -> Candidates:
    if first:
        return (*COMMANDS.items(), *command_summaries().items())
    if parser.commands:
        return ((name, "") for name in parser.commands)
    choices = (action.choices for action in parser.actions if not action.option_strings and action.choices)
    return ((str(choice), "") for several in choices for choice in several)
