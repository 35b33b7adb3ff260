"""The language of ``--filter``: words, ``*`` and ``?``, ``not``, ``and``, ``or``, parentheses.

A test is a set of words: its tags and those above it, and the names of its method, class, suites and flows. An
expression's word matches if it is one of them as a whole, whatever the case of the letters::

    expression = conjunction ("or" conjunction)*
    conjunction = negation ("and" negation)*
    negation = "not" negation | word | "(" expression ")"
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from rotest_core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Verdict = Callable[[int], bool]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<bracket>[()])
      | "(?P<double>[^"]*)"
      | '(?P<single>[^']*)'
      | (?P<open>["'])
      | (?P<word>[^\s()"']+)
      | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_KEYWORDS: Final = ("and", "or", "not")
_DEEPEST: Final = 100  # parentheses; far above what a person writes, far below what exhausts the stack
_OPERAND: Final = "a word, 'not' or '('"


class FilterError(UsageError):
    """Report an expression that cannot be understood, with a caret under the mistake.

    Args:
        expression: the whole expression.
        position: where the mistake starts, from 0.
        length: how many characters it has.
        problem: what was expected there.
    """

    def __init__(self, expression: str, position: int, length: int, problem: str) -> None:
        self.expression = expression
        self.position = position
        self.problem = problem
        shown = re.sub(r"\s", " ", expression)
        caret = " " * position + "^" * max(length, 1)
        super().__init__(f"filter: {problem}\n  {shown}\n  {caret}")


class Filter:
    """Decide which tests match an expression.

    Every word of the expression is one bit of a mask, so that the words around many tests are looked at once: or-ed
    with the mask of a test's own name they give that test's mask, and equal masks have equal verdicts.

    Args:
        text: the expression.
        patterns: its words, in lower case, each once.
        verdict: tells whether a mask of matching patterns satisfies the expression.
    """

    __slots__ = ("_masks", "_plain", "_verdict", "_verdicts", "_wild", "text")

    def __init__(self, text: str, patterns: Iterable[str], verdict: Verdict) -> None:
        self.text = text
        self._verdict = verdict
        self._plain: dict[str, int] = {}
        self._wild: list[tuple[Callable[[str], object], int]] = []
        self._masks: dict[str, int] = {}
        self._verdicts: dict[int, bool] = {}
        for number, pattern in enumerate(patterns):
            if "*" in pattern or "?" in pattern:
                self._wild.append((_matcher(pattern), 1 << number))
            else:
                self._plain[pattern] = 1 << number

    def matches(self, words: Iterable[str]) -> bool:
        """Tell whether a test with these words is chosen."""
        return self.accepts(self.mask(words))

    def mask(self, words: Iterable[str]) -> int:
        """Give the mask of the patterns that match any of the words."""
        mask = 0
        for word in words:
            mask |= self.mask_of(word)
        return mask

    def mask_of(self, word: str) -> int:
        """Give the mask of the patterns that match a word."""
        mask = self._masks.get(word)
        if mask is None:
            lowered = word.lower()
            mask = self._plain.get(lowered, 0)
            for matches, bit in self._wild:
                if matches(lowered):
                    mask |= bit
            self._masks[word] = mask
        return mask

    def accepts(self, mask: int) -> bool:
        """Tell whether a test with this mask is chosen."""
        verdict = self._verdicts.get(mask)
        if verdict is None:
            verdict = self._verdicts[mask] = self._verdict(mask)
        return verdict


def parse_filter(text: str) -> Filter:
    """Understand an expression.

    Raises:
        FilterError: it does not follow the grammar.
    """
    parser = _Parser(text)
    verdict = parser.parse()
    return Filter(text, parser.patterns, verdict)


class _Token(NamedTuple):
    """A part of the expression: `kind` is ``word``, ``end``, a keyword or a bracket."""

    kind: str
    text: str
    position: int
    length: int

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else repr(self.text)


def _tokens(expression: str) -> Iterable[_Token]:
    position = 0
    while True:
        match = _TOKEN.match(expression, position)
        assert match is not None
        kind = match.lastgroup or ""
        text = match[kind]
        start = match.start(kind) - (kind in ("double", "single"))
        if kind == "open":
            raise FilterError(expression, start, 1, f"the quote {text} is not closed")
        if kind == "word" and text.lower() in _KEYWORDS:
            kind = text.lower()
        elif kind == "bracket":
            kind = text
        elif kind in ("double", "single"):
            kind = "word"
        yield _Token(kind, text, start, match.end() - start)
        if kind == "end":
            return
        position = match.end()


class _Parser:
    """Turn an expression into patterns and a verdict over which of them match."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens = iter(_tokens(expression))
        self._token = next(iter(self._tokens))
        self._depth = 0
        self.patterns: dict[str, int] = {}

    def parse(self) -> Verdict:
        verdict = self._disjunction()
        if self._token.kind != "end":
            raise self._error("'and', 'or' or the end")
        return verdict

    def _disjunction(self) -> Verdict:
        verdicts = [self._conjunction()]
        while self._took("or"):
            verdicts.append(self._conjunction())
        return verdicts[0] if len(verdicts) == 1 else lambda mask: any(verdict(mask) for verdict in verdicts)

    def _conjunction(self) -> Verdict:
        verdicts = [self._negation()]
        while self._took("and"):
            verdicts.append(self._negation())
        return verdicts[0] if len(verdicts) == 1 else lambda mask: all(verdict(mask) for verdict in verdicts)

    def _negation(self) -> Verdict:
        negated = False
        while self._took("not"):
            negated = not negated
        verdict = self._operand()
        return (lambda mask: not verdict(mask)) if negated else verdict

    def _operand(self) -> Verdict:
        token = self._token
        if self._took("("):
            self._depth += 1
            if self._depth > _DEEPEST:
                raise FilterError(self._expression, token.position, 1, "parentheses are nested too deeply")
            verdict = self._disjunction()
            if not self._took(")"):
                raise self._error("'and', 'or' or ')'")
            self._depth -= 1
            return verdict
        if not self._took("word"):
            raise self._error(_OPERAND)
        if not token.text.strip():
            raise FilterError(self._expression, token.position, token.length, "a name cannot be empty")
        bit = 1 << self.patterns.setdefault(token.text.lower(), len(self.patterns))
        return lambda mask: bool(mask & bit)

    def _took(self, kind: str) -> bool:
        if self._token.kind != kind:
            return False
        if kind != "end":
            self._token = next(self._tokens)
        return True

    def _error(self, expected: str) -> FilterError:
        token = self._token
        return FilterError(
            self._expression, token.position, token.length, f"expected {expected}, found {token}"
        )


def _matcher(pattern: str) -> Callable[[str], object]:
    parts = (
        ".*" if part == "*" else "." if part == "?" else re.escape(part)
        for part in re.split(r"([*?])", pattern)
    )
    return re.compile("".join(parts), re.DOTALL).fullmatch
