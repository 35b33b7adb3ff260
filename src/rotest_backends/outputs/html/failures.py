"""Hold the tests that did not go well until the end, grouped by what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rotest_backends.outputs.html.markup import inline
from rotest_backends.outputs.html.rows import code_of, summary
from rotest_backends.outputs.html.signatures import signature
from rotest_backends.outputs.outcomes import look_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO

    from rotest_backends.outputs.html.gathering import Story
    from rotest_backends.outputs.html.spool import Piece, Spool

IDS = 40
"""How many tests the command names that runs the failed ones again."""


class Failure(NamedTuple):
    """Be one test that did not go well.

    Args:
        code: its outcome's.
        message: why, on one line, bounded.
        infrastructure: whether that is to blame.
        id: what selects it.
        piece: where its text lies.
    """

    code: str
    message: str
    infrastructure: bool
    id: str
    piece: Piece


class Failures:
    """Gather failures; a later attempt of a test puts the earlier ones aside."""

    def __init__(self) -> None:
        self._last: dict[int, Failure] = {}
        self._earlier: list[Failure] = []

    def __len__(self) -> int:
        return len(self._last)

    def add(self, story: Story, piece: Piece) -> None:
        """Add a test that did not go well."""
        started = story.report.started
        infrastructure = story.report.cause == "infrastructure"
        message = summary(story)[:600] or look_of(story.report.outcome).word
        self._last[started.test] = Failure(code_of(story), message, infrastructure, started.id, piece)

    def put_aside(self, test: int) -> str | None:
        """Put an earlier attempt aside, and return its code; None if it had gone well."""
        earlier = self._last.pop(test, None)
        if earlier is None:
            return None
        self._earlier.append(earlier)
        return earlier.code

    def ids(self) -> tuple[str, ...]:
        """Return what selects the tests that failed, nothing if that are too many for a command."""
        ids = tuple(dict.fromkeys(failure.id for failure in self._last.values() if failure.id))
        return ids if len(ids) <= IDS else ()

    def write(self, target: IO[bytes], spool: Spool) -> None:
        """Write all failures as HTML, the most frequent sort first."""
        first = True
        for key, alike in self._groups():
            title = _title(alike, key) if len(alike) > 1 else ""
            _write(target, spool, title, alike, is_open=first)
            first = False
        if self._earlier:
            count = len(self._earlier)
            title = f"<h3>{count:,} earlier attempt{'s' * (count > 1)} of what was run again</h3>"
            _write(target, spool, title, self._earlier, is_open=False)

    def _groups(self) -> Iterable[tuple[str, list[Failure]]]:
        groups: dict[tuple[str, str], list[Failure]] = {}
        for failure in self._last.values():
            groups.setdefault((failure.code, signature(failure.message)), []).append(failure)
        return ((key[1], alike) for key, alike in sorted(groups.items(), key=lambda group: -len(group[1])))


def _title(alike: list[Failure], key: str) -> str:
    messages = {failure.message for failure in alike}
    message = alike[0].message if len(messages) == 1 else key
    return f'<h3><b class="{alike[0].code}">{len(alike):,} alike</b> {inline(message)}</h3>'


def _write(target: IO[bytes], spool: Spool, title: str, failures: list[Failure], *, is_open: bool) -> None:
    target.write(f'<section class="alike">{title}'.encode())
    for failure in failures:
        for content in _unfolded(spool.read(failure.piece)) if is_open else (spool.read(failure.piece),):
            target.write(content)
        is_open = False
    target.write(b"</section>\n")


def _unfolded(content: bytes) -> Iterator[bytes]:
    """Let a ``details`` be open from the start."""
    yield b"<details open"
    yield content.removeprefix(b"<details")
