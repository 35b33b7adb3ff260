from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from rotest_core.errors import EXIT_USAGE
from rotest_core.planning.overrides import Override, OverrideError, parse_overrides


def mistake(text: str) -> OverrideError | None:
    try:
        parse_overrides(text)
    except OverrideError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  ", []),
        ("a=b", [("a", "name", "b")]),
        ("a=b,", [("a", "name", "b")]),
        ("a=", [("a", "name", "")]),
        (" a = b c , d=e ", [("a", "name", "b c"), ("d", "name", "e")]),
        ("a.group=QA,a.port__gte=9000", [("a", "group", "QA"), ("a", "port__gte", "9000")]),
        ("a.power.outlet=3", [("a", "power__outlet", "3")]),
        ("a='x, y=z',b=\"it's\"", [("a", "name", "x, y=z"), ("b", "name", "it's")]),
        ("a.url=http://x/?q=1", [("a", "url", "http://x/?q=1")]),
        ("a=' padded '", [("a", "name", " padded ")]),
    ],
)
def test_the_language(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert tuple(Override(*parts) for parts in expected) == parse_overrides(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a", "resources: expected '=' after 'a'\n  a\n   ^"),
        ("a=b,c", "resources: expected '=' after 'c'\n  a=b,c\n       ^"),
        ("=b", "resources: expected a name\n  =b\n  ^"),
        (",", "resources: expected a name\n  ,\n  ^"),
        ("a='b", "resources: the quote ' is not closed\n  a='b\n    ^"),
        ("a='b'c", "resources: expected ',' or the end\n  a='b'c\n       ^"),
        ("a=b'c'", "resources: a quote starts or ends a whole value\n  a=b'c'\n     ^"),
        ("1a=b", "resources: '1a' is no name or name.field\n  1a=b\n  ^"),
        ("a=b,a..c=d", "resources: 'a..c' is no name or name.field\n  a=b,a..c=d\n      ^"),
    ],
)
def test_a_mistake_is_shown_with_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(OverrideError) as caught:
        parse_overrides(text)

    assert message == str(caught.value)
    assert caught.value.exit_status == EXIT_USAGE


@given(st.text(alphabet="ab.=,'\" \t1", max_size=25))
def test_any_text_is_understood_or_an_error_that_shows_where(text: str) -> None:
    error = mistake(text)

    assert error is None or 0 <= error.position <= len(text)
