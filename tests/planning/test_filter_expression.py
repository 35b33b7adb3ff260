from __future__ import annotations

from collections.abc import Set
from fnmatch import fnmatchcase

import pytest
from hypothesis import given, strategies as st

from rotest_core.errors import EXIT_USAGE
from rotest_core.planning.filter_expression import FilterError, parse_filter

WORDS = ("smoke", "SLOW", "test_a", "Test_B", "nightly run", "not", "x")
PATTERNS = ("smoke", "SMOKE", "s*", "*", "?", "test_?", "*run", "nightly run", "not", "slo", "b")


def quoted(pattern: str) -> str:
    return f'"{pattern}"' if " " in pattern or pattern == "not" else pattern


class Node:
    """An expression as a tree, to be written and to be evaluated the slow way."""

    def __init__(self, operator: str, *operands: Node, pattern: str = "") -> None:
        self.operator = operator
        self.operands = operands
        self.pattern = pattern

    def __repr__(self) -> str:
        return f"<{self.text()}>"

    def text(self) -> str:
        if self.operator == "word":
            return quoted(self.pattern)
        if self.operator == "not":
            return f"not ({self.operands[0].text()})"
        return f" {self.operator} ".join(f"({operand.text()})" for operand in self.operands)

    def evaluate(self, words: Set[str]) -> bool:
        if self.operator == "word":
            return any(fnmatchcase(word.lower(), self.pattern.lower()) for word in words)
        if self.operator == "not":
            return not self.operands[0].evaluate(words)
        verdicts = [operand.evaluate(words) for operand in self.operands]
        return all(verdicts) if self.operator == "and" else any(verdicts)


def branches(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    pair = st.tuples(nodes, nodes)
    return st.one_of(
        nodes.map(lambda node: Node("not", node)),
        pair.map(lambda operands: Node("and", *operands)),
        pair.map(lambda operands: Node("or", *operands)),
    )


def mistake(text: str) -> FilterError | None:
    try:
        parse_filter(text)
    except FilterError as error:
        return error
    return None


nodes = st.recursive(st.sampled_from(PATTERNS).map(lambda pattern: Node("word", pattern=pattern)), branches)
words = st.frozensets(st.sampled_from(WORDS))


@given(nodes, st.lists(words, max_size=5))
def test_a_filter_decides_as_its_expression_reads(node: Node, tests: list[Set[str]]) -> None:
    chooser = parse_filter(node.text())

    assert [node.evaluate(test) for test in tests] == [chooser.matches(test) for test in tests]


@given(nodes, words, st.lists(st.sampled_from(WORDS)))
def test_tests_that_share_words_are_judged_together(node: Node, group: Set[str], names: list[str]) -> None:
    chooser = parse_filter(node.text())

    assert [node.evaluate({*group, name}) for name in names] == chooser.judge(chooser.mask(group), names)


@given(st.text(alphabet="ab*? ()'\"\t\nandort", max_size=30))
def test_any_text_is_a_filter_or_an_error_that_shows_where(text: str) -> None:
    error = mistake(text)

    if error is not None:
        _, shown, caret = str(error).split("\n")
        assert 0 <= error.position <= len(text)
        assert caret.index("^") == 2 + error.position
        assert len(shown) == 2 + len(text)


@pytest.mark.parametrize(
    ("expression", "tags", "expected"),
    [
        ("smoke", {"SMOKE"}, True),
        ("smoke", {"SMOKES"}, False),
        ("smok?", {"smoke"}, True),
        ("smok?", {"smok"}, False),
        ("*oke", {"smoke"}, True),
        ("a or b and c", {"a"}, True),
        ("(a or b) and c", {"a"}, False),
        ("not a and b", {"b"}, True),
        ("not (a and b)", {"b"}, True),
        ("not not a", {"a"}, True),
        ("NOT a OR b", set[str](), True),
        ('"my suite"', {"My Suite"}, True),
        ("'my *'", {"my suite"}, True),
        ("'and'", {"and"}, True),
        ("android", {"android"}, True),
        ("not-ready", {"not-ready"}, True),
        ("a.b[c]", {"a.b[c]"}, True),
        ("a.b", {"axb"}, False),
        ("(((a)))", {"a"}, True),
        ("größe", {"GRÖSSE"}, False),
        ("größe", {"GRÖßE"}, True),
        ("*", set[str](), False),
    ],
)
def test_the_language(expression: str, tags: set[str], expected: bool) -> None:
    assert expected == parse_filter(expression).matches(tags)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (
            "smoke fast",
            "filter: expected 'and', 'or' or the end, found 'fast'\n  smoke fast\n        ^^^^",
        ),
        ("a and", "filter: expected a word, 'not' or '(', found the end\n  a and\n       ^"),
        ("and a", "filter: expected a word, 'not' or '(', found 'and'\n  and a\n  ^^^"),
        ("(a or b", "filter: expected 'and', 'or' or ')', found the end\n  (a or b\n         ^"),
        ("a)", "filter: expected 'and', 'or' or the end, found ')'\n  a)\n   ^"),
        ("()", "filter: expected a word, 'not' or '(', found ')'\n  ()\n   ^"),
        ("a or 'b", "filter: the quote ' is not closed\n  a or 'b\n       ^"),
        ("a and ''", "filter: a name cannot be empty\n  a and ''\n        ^^"),
        ("a\nor or", "filter: expected a word, 'not' or '(', found 'or'\n  a or or\n       ^^"),
        ("not", "filter: expected a word, 'not' or '(', found the end\n  not\n     ^"),
    ],
)
def test_a_mistake_is_shown_with_what_was_expected(expression: str, message: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(expression)

    assert message == str(caught.value)
    assert caught.value.exit_status == EXIT_USAGE


def test_parentheses_cannot_exhaust_the_stack() -> None:
    with pytest.raises(FilterError, match="nested too deeply"):
        parse_filter("(" * 100_000)


def test_a_long_expression_is_fine() -> None:
    chooser = parse_filter(
        " or ".join(f"tag{number}" for number in range(5_000)) + " or " + "not " * 5_001 + "x"
    )

    assert chooser.matches({"tag4999"})
    assert not chooser.matches({"x"})
