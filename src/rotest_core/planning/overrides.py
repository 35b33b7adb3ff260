"""The language of ``--resources``: change what tests request, from the command line.

::

    calculator=calc1,board.group=QA,board.port__gte=9000,board.power.outlet=3,rack.comment='second, from the left'

A name alone chooses a record by its name; dots lead to fields and through them to parts; what stands in quotes is
taken as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from rotest_core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rotest_core.model.request import Request

_CHOICE = re.compile(
    r"""\s*
    (?P<path>[^\s=,"']+)\s*
    =\s*
    (?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<plain>[^,"']*?))\s*
    (?:,|\Z)""",
    re.VERBOSE,
)


class OverrideError(UsageError):
    """Report choices of resources that cannot be understood, with a caret under the mistake."""

    def __init__(self, text: str, position: int, problem: str) -> None:
        self.text = text
        self.position = position
        self.problem = problem
        shown = re.sub(r"\s", " ", text)
        super().__init__(f"resources: {problem}\n  {shown}\n  {' ' * position}^")


class Override(NamedTuple):
    """One choice: the attribute name of a request, a lookup, and its value as text."""

    request: str
    lookup: str
    value: str


def parse_overrides(text: str) -> tuple[Override, ...]:
    """Understand the value of ``--resources``.

    Raises:
        OverrideError: it does not follow the grammar.
    """
    overrides: list[Override] = []
    position = 0
    while position < len(text.rstrip()):
        match = _CHOICE.match(text, position)
        if match is None:
            raise OverrideError(text, *_mistake(text, position))
        value = next(value for value in match.group("double", "single", "plain") if value is not None)
        name, *path = match["path"].split(".")
        if not name.isidentifier() or not all(part.isidentifier() for part in path):
            raise OverrideError(text, match.start("path"), f"{match['path']!r} is no name or name.field")
        overrides.append(Override(name, "__".join(path) or "name", value))
        position = match.end()
    return tuple(overrides)


def overridden(request: Request[Any], overrides: tuple[Override, ...]) -> Request[Any]:
    """Return a request with the choices that are made for its name.

    Raises:
        PlanError: a value does not fit its field.
    """
    lookups: Mapping[str, object] = {
        override.lookup: override.value for override in overrides if override.request == request.name
    }
    return request.with_lookups(lookups, text=True) if lookups else request


def _mistake(text: str, position: int) -> tuple[int, str]:
    """Find where a choice goes wrong, and say what was expected there."""
    while position < len(text) and text[position].isspace():
        position += 1
    path = re.compile(r"[^\s=,\"']*").match(text, position)
    end = path.end() if path else position
    if end == position:
        return position, "expected a name"
    equals = re.compile(r"\s*=\s*").match(text, end)
    if equals is None:
        return end, f"expected '=' after {text[position:end]!r}"
    start = equals.end()
    quote = text[start : start + 1]
    if quote in ("'", '"') and quote:
        close = text.find(quote, start + 1)
        if close < 0:
            return start, f"the quote {quote} is not closed"
        return close + 1, "expected ',' or the end"
    inner = re.compile(r"[^,\"']*").match(text, start)
    return inner.end() if inner else start, "a quote starts or ends a whole value"
