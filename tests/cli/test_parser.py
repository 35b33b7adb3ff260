"""Command lines are read as they were meant, or refused with the nearest option."""

from __future__ import annotations

import argparse

import pytest

from rotest_core.cli.parser import CommandParser, add_run_options, add_shared_options, make_parser
from rotest_core.errors import UsageError


@pytest.fixture
def run_parser() -> CommandParser:
    parser = make_parser("run")
    add_run_options(parser)
    return parser


@pytest.fixture
def nested_parser() -> CommandParser:
    parser = make_parser("resources")
    commands = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = commands.add_parser("add")
    add_shared_options(add)
    add.add_argument("name")
    add.add_argument("--json", action="store_true")
    commands.add_parser("remove")
    return parser


def refusal(parser: CommandParser, *words: str) -> str:
    with pytest.raises(UsageError) as caught:
        parser.parse(words)
    return str(caught.value)


def test_nothing_given_is_nothing_in_the_namespace(run_parser: CommandParser) -> None:
    assert vars(run_parser.parse([])) == {}


def test_options_stand_before_between_and_after_paths(run_parser: CommandParser) -> None:
    assert vars(run_parser.parse(["a", "-F", "b", "-n", "x", "c"])) == {
        "run.paths": ["a", "b", "c"],
        "run.failfast": True,
        "run.name": "x",
    }


def test_every_flag_of_the_specification_is_there(run_parser: CommandParser) -> None:
    line = "-c f -s -o a,b -f e -O t -n N -l -F -S -r x=y -D --set a.b=1 -v -v -q --color never p"

    assert vars(run_parser.parse(line.split())) == {
        "config": "f",
        "run.save_state": True,
        "run.outputs": ["a,b"],
        "run.filter": "e",
        "run.order": ["t"],
        "run.name": "N",
        "run.list": True,
        "run.failfast": True,
        "run.skip_init": True,
        "run.resources": "x=y",
        "run.debug": True,
        "set": ["a.b=1"],
        "terminal.verbosity": [1, 1, -1],
        "terminal.color": "never",
        "run.paths": ["p"],
    }


def test_switch_of_the_file_can_be_switched_off(run_parser: CommandParser) -> None:
    assert vars(run_parser.parse(["--no-failfast"])) == {"run.failfast": False}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--failfats"], "unknown option '--failfats' (did you mean '--failfast' or '--no-failfast'"),
        (["--outptus=xml"], "unknown option '--outptus=xml' (did you mean '--outputs'"),
        (["--fail"], "unknown option '--fail'"),
        (["-Z"], "unknown option '-Z'"),
        (["-n"], "argument -n/--name: expected one argument"),
    ],
)
def test_unknown_option_is_refused_with_the_nearest(
    run_parser: CommandParser, words: list[str], message: str
) -> None:
    told = refusal(run_parser, *words)

    assert told.startswith(message)
    assert told.endswith("; see rotest run --help")


def test_mistakes_below_a_command_name_the_command(nested_parser: CommandParser) -> None:
    assert refusal(nested_parser, "add", "x", "--jsno") == (
        "unknown option '--jsno' (did you mean '--json'?); see rotest resources add --help"
    )
    assert (
        refusal(nested_parser, "add", "x", "y") == "unexpected argument 'y'; see rotest resources add --help"
    )
    assert refusal(nested_parser, "add") == (
        "the following arguments are required: name; see rotest resources add --help"
    )


def test_unknown_command_below_a_command_is_refused_with_the_nearest(nested_parser: CommandParser) -> None:
    told = refusal(nested_parser, "addd")

    assert "invalid choice: 'addd' (did you mean 'add'?)" in told


def test_shared_options_hold_before_and_after_a_command_below(nested_parser: CommandParser) -> None:
    read = nested_parser.parse(["-c", "f", "add", "x", "--set", "a.b=1"])

    assert read == argparse.Namespace(config="f", action="add", name="x", json=False, set=["a.b=1"])
