"""The argument parser of a command: argparse, with errors that name the nearest option."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, cast

from rotest_core.cli.shared_options import COLOR, SHARED_OPTIONS
from rotest_core.config.options import OPTIONS, Option
from rotest_core.errors import UsageError, did_you_mean


class CommandParser(argparse.ArgumentParser):
    """Parse the words of one command; a mistake is a `UsageError` instead of an exit."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options.setdefault("allow_abbrev", False)  # an abbreviation breaks when an option is added
        super().__init__(*arguments, **options)
        self._between = False

    @property
    def actions(self) -> Sequence[argparse.Action]:
        """Give everything that the parser takes, in the order it was added."""
        return tuple(self._actions)

    @property
    def commands(self) -> dict[str, CommandParser]:
        """Give the parsers of the commands below this one."""
        tables = (
            cast("Mapping[str, object]", action.choices)
            for action in self._actions
            if action.nargs == argparse.PARSER
        )
        parsers = ((name, parser) for table in tables for name, parser in table.items())
        return {name: parser for name, parser in parsers if isinstance(parser, CommandParser)}

    def parse(self, words: Sequence[str]) -> argparse.Namespace:
        """Parse all words; options may stand before, between and after the other arguments.

        Raises:
            UsageError: an unknown option, with the nearest known one; a missing or mistyped argument.
        """
        return self.parse_args(words)

    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride] - the sum of argparse's overloads
        self, args: Any = None, namespace: Any = None
    ) -> Any:
        """Parse as argparse does, but report words that do not belong here where they are met."""
        if self._between:
            return super().parse_known_args(args, namespace)
        self._between = True
        try:
            parse = super().parse_known_args if self.commands else self.parse_known_intermixed_args
            namespace, extras = parse(args, namespace)
        finally:
            self._between = False
        self._refuse(extras)
        return namespace, extras

    def error(self, message: str) -> NoReturn:
        """Report a mistake in the words."""
        choice = re.fullmatch(r"(.*invalid choice: '?(.*?)'?) (\(choose from (.*)\))", message)
        if choice:
            near = did_you_mean(choice[2], re.findall(r"[\w.-]+", choice[4]))
            message = f"{choice[1]}{near} {choice[3]}"
        raise UsageError(f"{message}; see {self.prog} --help")

    def _refuse(self, extras: Sequence[str]) -> None:
        if not extras:
            return
        word = extras[0]
        if not word.startswith("-"):
            self.error(f"unexpected argument {word!r}")
        known = [flag for action in self._actions for flag in action.option_strings]
        self.error(f"unknown option {word!r}{did_you_mean(word.partition('=')[0], known)}")


def make_parser(command: str, summary: str = "") -> CommandParser:
    """Make the parser of a command, with the options that every command has."""
    parser = CommandParser(prog=f"rotest {command}", description=summary, formatter_class=_Formatter)
    add_shared_options(parser)
    return parser


def parse_shared(words: Sequence[str]) -> argparse.Namespace:
    """Read the options that every command has, whatever else is among the words."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    add_shared_options(parser)
    return parser.parse_known_args(words)[0]


def add_shared_options(parser: argparse.ArgumentParser) -> None:
    """Let a parser take the options that every command has; the parsers of a command's own commands may, too."""
    group = parser.add_argument_group("options of every command")
    for flags, metavar, text in SHARED_OPTIONS:
        if flags == COLOR.flags:
            group.add_argument(*flags, dest=COLOR.key, metavar=metavar, help=text, default=argparse.SUPPRESS)
        elif metavar:
            action = "append" if flags == ("--set",) else "store"
            group.add_argument(*flags, action=action, metavar=metavar, help=text, default=argparse.SUPPRESS)
        elif "--help" not in flags:
            step = 1 if "-v" in flags else -1
            group.add_argument(
                *flags,
                action="append_const",
                const=step,
                dest="terminal.verbosity",
                help=text,
                default=argparse.SUPPRESS,
            )


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Let a parser take PATH and every option of the table's section ``run`` that has flags."""
    for option in OPTIONS.values():
        if option.section == "run":
            add_option(parser, option)


def add_option(parser: argparse.ArgumentParser, option: Option) -> None:
    """Let a parser take one option of the table; what is not given is not in the namespace."""
    if option.kind == "paths":
        parser.add_argument(
            option.key, nargs="*", metavar=option.metavar, help=option.described, default=argparse.SUPPRESS
        )
    elif not option.flags:
        return
    elif option.kind == "bool":
        parser.add_argument(
            *option.flags,
            dest=option.key,
            action=argparse.BooleanOptionalAction,
            help=option.described,
            default=argparse.SUPPRESS,
        )
    else:
        parser.add_argument(
            *option.flags,
            dest=option.key,
            metavar=option.metavar,
            action="append" if option.kind == "words" else "store",
            help=option.described,
            default=argparse.SUPPRESS,
        )


class _Formatter(argparse.HelpFormatter):
    """Give explanations as much room as ``rotest --help`` does."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=100)
