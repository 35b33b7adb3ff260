"""A plugin's own section becomes its attrs class, strictly."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Literal

import attrs
import pytest

from rotest_core.config.settings import load_settings
from rotest_core.errors import ConfigError, ConfigErrors


class Style(Enum):
    PLAIN = "plain"
    RICH = "rich"


@attrs.frozen(kw_only=True)
class Sheet:
    title: str
    rows: int = 10


@attrs.frozen(kw_only=True)
class Options:
    path: Path = Path("default.xlsx")
    name: str = ""
    rows: int = 10
    limit: float | None = None
    wait: float = 1.0
    wide: bool = False
    columns: tuple[str, ...] = ()
    theme: Literal["dark", "light"] = "light"
    style: Style = Style.PLAIN
    sheets: list[Sheet] = attrs.field(factory=list)
    _hidden: int = 0


@attrs.frozen(kw_only=True)
class Required:
    host: str = attrs.field(metadata={"help": "name or address of the server"})
    port: int = attrs.field(default=1, validator=attrs.validators.lt(65536))


def options(directory: Path, toml: str, environ: Mapping[str, str] | None = None, *sets: str) -> Options:
    (directory / "rotest.toml").write_text(f"[outputs.x]\n{toml}", encoding="utf-8")
    return (
        load_settings(start=directory, environ=environ or {}, sets=sets)
        .context("outputs.x", "x")
        .options(Options)
    )


def refusals(directory: Path, options_type: type[object], toml: str, *sets: str) -> list[str]:
    file = directory / "rotest.toml"
    file.write_text(f"[outputs.x]\n{toml}", encoding="utf-8")
    context = load_settings(start=directory, environ={}, sets=sets).context("outputs.x", "x")
    with pytest.raises(ConfigError) as caught:
        context.options(options_type)
    several = caught.value.problems if isinstance(caught.value, ConfigErrors) else (caught.value,)
    return [
        str(problem).replace(problem.origin, Path(problem.origin).name)
        for problem in several
        if problem.origin
    ] + [str(problem) for problem in several if not problem.origin]


def test_defaults_of_the_class_stand_in_for_what_is_missing(tmp_path: Path) -> None:
    assert options(tmp_path, "") == Options()


def test_values_of_the_file_are_converted_by_the_types_of_the_fields(tmp_path: Path) -> None:
    toml = """
    path = "out/a.xlsx"
    name = "lab"
    rows = 3
    limit = 2
    wait = "1m"
    wide = true
    columns = ["a", "b"]
    theme = "dark"
    style = "rich"
    sheets = [{title = "one"}, {title = "two", rows = 2}]
    """

    assert options(tmp_path, toml) == Options(
        path=tmp_path / "out" / "a.xlsx",
        name="lab",
        rows=3,
        limit=2.0,
        wait=60.0,
        wide=True,
        columns=("a", "b"),
        theme="dark",
        style=Style.RICH,
        sheets=[Sheet(title="one"), Sheet(title="two", rows=2)],
    )


def test_private_field_has_the_name_of_its_field(tmp_path: Path) -> None:
    assert options(tmp_path, "_hidden = 5") == Options(hidden=5)


def test_typed_texts_are_read_by_the_types_of_the_fields(tmp_path: Path) -> None:
    environ = {
        "ROTEST_OUTPUTS_X_NAME": "5",
        "ROTEST_OUTPUTS_X_COLUMNS": "a, b",
        "ROTEST_OUTPUTS_X_WIDE": "yes",
    }

    read = options(
        tmp_path,
        "",
        environ,
        "outputs.x.rows=7",
        "outputs.x.wait=90s",
        "outputs.x.path=a.xlsx",
        "outputs.x.limit=1.5",
    )

    assert read == Options(
        name="5", columns=("a", "b"), wide=True, rows=7, wait=90.0, path=Path("a.xlsx"), limit=1.5
    )


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("rosw = 1", "outputs.x.rosw (rotest.toml): unknown key (did you mean 'rows'?); known: "),
        ("rows = '5'", 'outputs.x.rows (rotest.toml): expected a whole number, got "5"'),
        ("rows = true", "outputs.x.rows (rotest.toml): expected a whole number, got true"),
        ("wide = 1", "outputs.x.wide (rotest.toml): expected true or false, got 1"),
        ("name = 5", "outputs.x.name (rotest.toml): expected text, got 5"),
        ("path = 5", "outputs.x.path (rotest.toml): expected a path, got 5"),
        (
            "wait = 'soon'",
            'outputs.x.wait (rotest.toml): expected a number, or a duration such as "90s", got "soon"',
        ),
        ("columns = 'a'", 'outputs.x.columns (rotest.toml): expected a list, got "a"'),
        ("columns = ['a', 1]", "outputs.x.columns[1] (rotest.toml): expected text, got 1"),
        ("theme = 'blue'", 'outputs.x.theme (rotest.toml): expected "dark" or "light"'),
        ("style = 'blue'", 'outputs.x.style (rotest.toml): expected "plain" or "rich"'),
        ("sheets = [{rows = 1}]", "outputs.x.sheets[0].title (rotest.toml): missing; expected text"),
        (
            "sheets = [{title = 'a', rwos = 1}]",
            "outputs.x.sheets[0] (rotest.toml): unknown key 'rwos' (did you mean 'rows'?)",
        ),
    ],
)
def test_mistake_is_told_with_the_full_key(tmp_path: Path, toml: str, message: str) -> None:
    (told,) = refusals(tmp_path, Options, toml)

    assert told.startswith(message)
    assert told == message or message.endswith("known: ")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    told = refusals(tmp_path, Required, "prot = 5\nport = 'x'")

    assert told == [
        "outputs.x.prot (rotest.toml): unknown key (did you mean 'port'?); known: host, port",
        'outputs.x.port (rotest.toml): expected a whole number, got "x"',
        "outputs.x.host: missing; expected text (name or address of the server)",
    ]


def test_validator_of_the_plugin_is_told_with_the_section(tmp_path: Path) -> None:
    (told,) = refusals(tmp_path, Required, "host = 'a'\nport = 70000")

    assert told == "outputs.x: 'port' must be < 65536: 70000"
