"""The language of ``--filter``: words, ``*`` and ``?``, ``not``, ``and``, ``or``, parentheses.

A test is a set of words: its tags and those above it, and the names of its method, class, suites and flows. An
expression's word matches if it is one of them as a whole, whatever the case of the letters::

    expression = conjunction ("or" conjunction)*
    conjunction = negation ("and" negation)*
    negation = "not" negation | word | "(" expression ")"
"""

from __future__ import annotations

import re

from rotest_core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence
    from typing import Final

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
        patterns: the words of the expression, in lower case, each once; each stands for one bit.
        verdict: tells whether a mask of matching patterns satisfies the expression.
    """

    __slots__ = ("_plain", "_verdict", "_verdicts", "_wild")

    def __init__(self, patterns: Iterable[str], verdict: Verdict) -> None:
        self._verdict = verdict
        self._verdicts: dict[int, bool] = {}
        self._plain: dict[str, int] = {}
        self._wild: list[tuple[re.Pattern[str], int]] = []
        for number, pattern in enumerate(patterns):
            if "*" in pattern or "?" in pattern:
                self._wild.append((_compiled(pattern), 1 << number))
            else:
                self._plain[pattern] = 1 << number

    def matches(self, words: Iterable[str]) -> bool:
        """Tell whether a test with these words is chosen."""
        return self._accepts(self.mask(words))

    def mask(self, words: Iterable[str]) -> int:
        """Give the mask of the patterns that match any of the words."""
        mask = 0
        for word in words:
            lowered = word.lower()
            mask |= self._plain.get(lowered, 0)
            for regex, bit in self._wild:
                if regex.fullmatch(lowered):
                    mask |= bit
        return mask

    def judge(self, mask: int, names: Sequence[str]) -> list[bool]:
        """Tell of each name whether a test of that name is chosen.

        Args:
            mask: that of the words around the tests.
            names: one for each test, of one line.
        """
        if not names:
            return []
        text = "\n".join(names).lower()
        found = self._found(mask, text)
        if not found:
            return [self._accepts(mask)] * len(names)
        if len(found) == 1:
            matching, bit = found[0]
            there, elsewhere = self._accepts(mask | bit), self._accepts(mask)
            return [there if name in matching else elsewhere for name in text.split("\n")]
        return [
            self._accepts(mask | sum(bit for matching, bit in found if name in matching))
            for name in text.split("\n")
        ]

    def _found(self, mask: int, text: str) -> list[tuple[Container[str], int]]:
        """Give the patterns that match lines of a text and are not in a mask yet, with the lines."""
        found: list[tuple[Container[str], int]] = [
            ((pattern,), bit) for pattern, bit in self._plain.items() if not mask & bit and pattern in text
        ]
        for regex, bit in self._wild:
            if not mask & bit:
                matching = frozenset(regex.findall(text))
                if matching:
                    found.append((matching, bit))
        return found

    def _accepts(self, mask: int) -> bool:
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
    return Filter(parser.patterns, verdict)


class _Token:
    """A part of the expression: `kind` is ``word``, ``end``, a keyword or a bracket."""

    def __init__(self, kind: str, text: str, position: int, length: int) -> None:
        self.kind = kind
        self.text = text
        self.position = position
        self.length = length

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


def _compiled(pattern: str) -> re.Pattern[str]:
    """Make a pattern into an expression that finds the lines that match as a whole."""
    parts = re.split(r"([*?])", pattern)
    wild = {"*": r"[^\n]*", "?": r"[^\n]"}
    return re.compile(f"^{''.join(wild.get(part) or re.escape(part) for part in parts)}$", re.MULTILINE)
