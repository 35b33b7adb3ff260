"""Text on terminals, files, and streams that cannot show everything."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from rotest_backends.outputs.terminal import Terminal, lines_of, one_line, seconds
from rotest_core.events import Outcome
from rotest_core.testing import SAMPLE_RUNS, FakeHandlerContext
from tests.rotest_backends.outputs.shown import shown


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (0.0, "0 ms"),
        (0.0004, "0 ms"),
        (0.012, "12 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.00 s"),
        (59.99, "59.99 s"),
        (59.996, "1:00 min"),
        (185, "3:05 min"),
        (3599.6, "1:00:00 h"),
        (3723, "1:02:03 h"),
        (-0.5, "0 ms"),
        (float("nan"), "? s"),
        (float("inf"), "? s"),
    ],
)
def test_durations_read_as_a_person_reads_them(duration: float, text: str) -> None:
    assert seconds(duration) == text


def test_what_is_not_printable_is_escaped() -> None:
    assert one_line("a\tb\n\x1b[31m\x00\ud800\u202e é 日本") == "a\\tb\\n\\x1b[31m\\x00\\ud800\\u202e é 日本"


@given(st.text())
def test_one_line_is_one_printable_line_whatever_the_text(text: str) -> None:
    assert one_line(text).isprintable()


@given(st.text())
def test_lines_are_printable_whatever_the_text(text: str) -> None:
    assert all(line.isprintable() for line in lines_of(text))


def test_lines_end_at_newlines_of_any_kind_and_tabs_are_spaces() -> None:
    assert lines_of("a\tb\r\nc\n\n") == ["a   b", "c"]


def ascii_stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict", write_through=True)


def written(stream: io.TextIOWrapper) -> str:
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode("ascii")


def test_a_stream_that_cannot_show_glyphs_gets_letters(tmp_path: Path) -> None:
    terminal = Terminal(FakeHandlerContext(tmp_path, stream=ascii_stream()))
    assert [terminal.glyph(outcome) for outcome in Outcome] == [".", "s", "x", "u", "F", "E"]
    assert terminal.symbol("│", "|") == "|"


def test_a_stream_that_cannot_show_a_character_gets_it_escaped(tmp_path: Path) -> None:
    stream = ascii_stream()
    Terminal(FakeHandlerContext(tmp_path, stream=stream)).line("é")
    assert written(stream) == "\\xe9\n"


@pytest.mark.parametrize("name", ["dots", "full", "logdebug", "pretty", "tree"])
def test_every_output_works_on_an_ascii_stream(name: str) -> None:
    stream = ascii_stream()
    shown(name, SAMPLE_RUNS["odd text"](), stream=stream)
    assert "CUT SHORT" not in written(stream)


class Screen(io.StringIO):
    """Be a terminal, as far as a handler can tell."""

    def isatty(self) -> bool:
        return True


def test_a_passing_line_is_erased_by_the_next(tmp_path: Path) -> None:
    screen = Screen()
    terminal = Terminal(FakeHandlerContext(tmp_path, stream=screen))
    terminal.passing("▸ test_add")
    terminal.line("✓ test_add")
    assert screen.getvalue() == "▸ test_add\r\x1b[K✓ test_add\n"


def test_a_passing_line_is_not_wider_than_the_terminal(tmp_path: Path) -> None:
    screen = Screen()
    Terminal(FakeHandlerContext(tmp_path, stream=screen)).passing("x" * 500)
    assert len(screen.getvalue()) == 79


def test_a_dumb_terminal_gets_no_passing_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    screen = Screen()
    Terminal(FakeHandlerContext(tmp_path, stream=screen)).passing("▸ test_add")
    assert screen.getvalue() == ""


@pytest.mark.parametrize("name", ["tree", "pretty"])
def test_the_current_test_shows_on_a_terminal(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    screen = Screen()
    shown(name, SAMPLE_RUNS["sample"](), stream=screen)
    assert "▸ test_division\r\x1b[K" in screen.getvalue()


class CountingStream(io.StringIO):
    """Count how often it was flushed."""

    flushes = 0

    def flush(self) -> None:
        self.flushes += 1


def test_a_file_is_flushed_when_time_has_passed_and_not_for_each_line(tmp_path: Path) -> None:
    stream = CountingStream()
    terminal = Terminal(FakeHandlerContext(tmp_path, stream=stream))
    for moment in (1000.0, 1000.01, 1000.05, 1000.2, 1000.21):
        terminal.pace(moment)
    assert stream.flushes == 2
