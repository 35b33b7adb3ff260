"""Any text can stand in the page, and does no harm."""

from __future__ import annotations

from hypothesis import given, strategies as st

from rotest_backends.outputs.html.markup import block, bounded, escaped, inline, number, text_lines


def test_markup_becomes_text() -> None:
    assert escaped("<b>&\"'</b>") == "&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;"


def test_what_is_not_printable_is_shown_as_python_escapes_it() -> None:
    assert escaped("\x1b[31m \ud800 \u202e \n") == r"\x1b[31m \ud800 \u202e \n"


@given(st.text(st.characters(), max_size=200))
def test_no_text_breaks_out(text: str) -> None:
    shown = block(text) + inline(text)
    assert not {"<", ">", '"', "'"} & set(shown)
    shown.encode()


def test_a_long_text_loses_its_middle_and_says_so() -> None:
    text = bounded("a" * 100 + "b" * 1_000_000 + "c" * 100, 1_000)
    assert text.startswith("a" * 100 + "b")
    assert text.endswith("c" * 100)
    assert "\n... 999,200 characters left out, see events.jsonl ...\n" in text
    assert len(text) < 1_100


def test_many_lines_lose_their_middle_and_say_so() -> None:
    lines = text_lines("\n".join(map(str, range(1000))), 8)
    assert lines == ["0", "1", "... 992 lines left out, see events.jsonl ...", *map(str, range(994, 1000))]


def test_a_line_that_is_too_long_ends_with_an_ellipsis() -> None:
    assert inline("x" * 50, 10) == "x" * 9 + "…"


def test_numbers_are_brief() -> None:
    assert [number(value) for value in (0.0, 1.0, 0.25, 10.0, 1e-9, 123.4567)] == [
        "0", "1", "0.25", "10", "0", "123.457"
    ]  # fmt: skip
