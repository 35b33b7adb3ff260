"""Tables for people are aligned, whatever the characters."""

from __future__ import annotations

from rotest_core.cli.table import table


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert table(("NAME", "X"), [("a", "1"), ("longer", "22")]) == "NAME    X\na       1\nlonger  22\n"


def test_no_rows_leave_the_headings() -> None:
    assert table(("NAME", "X"), []) == "NAME  X\n"


def test_wide_and_combining_characters_take_the_columns_they_take() -> None:
    rows = [("電源", "1"), ("e\u0301", "2"), ("abcd", "3")]

    assert table(("N", "X"), rows) == "N     X\n電源  1\ne\u0301     2\nabcd  3\n"


def test_headings_are_bold_in_colour() -> None:
    assert table(("N",), [("a",)], color=True) == "\x1b[1mN\x1b[0m\na\n"


def test_a_table_fits_the_terminal() -> None:
    rows = [("a", "x" * 50, "short"), ("b", "two\nlines", "計" * 20)]

    lines = table(("NAME", "LONG", "ALSO"), rows, width=40).splitlines()

    assert lines == [
        "NAME  LONG              ALSO",
        "a     xxxxxxxxxxxxxxx…  short",
        "b     two lines         計計計計計計計…",
    ]
