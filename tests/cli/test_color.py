"""Colour is for terminals, unless somebody says otherwise."""

from __future__ import annotations

import io

import pytest

from rotest_core.cli.color import styled, use_color


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("when", "environ", "expected"),
    [
        ("auto", {}, True),
        ("auto", {"NO_COLOR": "1"}, False),
        ("auto", {"NO_COLOR": ""}, True),
        ("auto", {"TERM": "dumb"}, False),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {}, False),
    ],
)
def test_terminal_is_coloured_unless_told_otherwise(
    when: str, environ: dict[str, str], expected: bool
) -> None:
    assert use_color(when, Terminal(), environ) is expected


@pytest.mark.parametrize(("when", "expected"), [("auto", False), ("always", True), ("never", False)])
def test_file_is_coloured_only_when_asked_for(when: str, expected: bool) -> None:
    assert use_color(when, io.StringIO(), {}) is expected


def test_style_surrounds_a_text() -> None:
    assert styled("text", "red", True) == "\x1b[31mtext\x1b[0m"
    assert styled("text", "red", False) == "text"
    assert styled("", "red", True) == ""
