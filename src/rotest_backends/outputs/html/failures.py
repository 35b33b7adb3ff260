"""Hold the tests that did not go well until the end, grouped by what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rotest_backends.outputs.html.markup import LINE, escaped, inline
from rotest_backends.outputs.html.rows import code_of, summary
from rotest_backends.outputs.outcomes import look_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import IO

    from rotest_backends.outputs.html.gathering import Story
    from rotest_backends.outputs.html.spool import Piece, Spool
    from rotest_core.events import FailureClassified

_BODY = b"</summary><div>"
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
        self._classified: dict[int, FailureClassified] = {}
        self._earlier: list[Failure] = []

    def __len__(self) -> int:
        return len(self._last)

    def add(self, story: Story, piece: Piece) -> None:
        """Add a test that did not go well."""
        started = story.report.started
        infrastructure = story.report.cause == "infrastructure"
        message = summary(story)[:600] or look_of(story.report.outcome).word
        self._last[started.test] = Failure(code_of(story), message, infrastructure, started.id, piece)

    def classify(self, event: FailureClassified) -> None:
        """Take note of what sort a test's failure is; may come before the failure and after it."""
        self._classified[event.test] = event._replace(
            signature=event.signature[:LINE], name=event.name[:LINE], link=event.link[:LINE]
        )

    def states(self) -> str:
        """Tell how many failures are new and how many are known, empty where nobody looked."""
        states = [self._classified[test].state for test in self._last if test in self._classified]
        counts = ((states.count(state), state) for state in ("new", "known"))
        return " · ".join(f"{count:,} {state}" for count, state in counts if count)

    def put_aside(self, test: int) -> str | None:
        """Put an earlier attempt aside, and return its code; None if it had gone well."""
        earlier = self._last.pop(test, None)
        if earlier is None:
            return None
        self._earlier.append(earlier)
        return earlier.code

    def all_ids(self) -> tuple[str, ...]:
        """Return what selects the tests that failed."""
        return tuple(dict.fromkeys(failure.id for failure in self._last.values() if failure.id))

    def ids(self) -> tuple[str, ...]:
        """Return what selects the tests that failed, nothing if that are too many for a command."""
        ids = self.all_ids()
        return ids if len(ids) <= IDS else ()

    def write(self, target: IO[bytes], spool: Spool, past_of: Callable[[str], str] = lambda test: "") -> None:
        """Write all failures as HTML: what is known already after what is not, the most frequent sort first.

        Args:
            target: takes it.
            spool: has what is told of each.
            past_of: shows what became of a test earlier, by its id.
        """
        first = True
        for key, alike, classified in self._groups():
            title = _title(alike, key, classified) if len(alike) > 1 or classified else ""
            _write(target, spool, title, alike, past_of, is_open=first)
            first = False
        if self._earlier:
            count = len(self._earlier)
            title = f"<h3>{count:,} earlier attempt{'s' * (count > 1)} of what was run again</h3>"
            _write(target, spool, title, self._earlier, lambda test: "", is_open=False)

    def _groups(self) -> Iterable[_Group]:
        # Late: with it comes all of the results store, and most runs have no failures.
        from rotest_core.results import normalise

        groups: dict[tuple[str, str], _Group] = {}
        for test, failure in self._last.items():
            classified, general = self._classified.get(test), normalise(failure.message)
            key = (failure.code, classified.signature if classified else general)
            groups.setdefault(key, _Group(general, [], classified)).alike.append(failure)
        return sorted(groups.values(), key=lambda group: (group.is_known, -len(group.alike)))


class _Group(NamedTuple):
    """Hold failures of one sort.

    Args:
        message: what they have in common.
        alike: the failures.
        classified: what is known of their sort, None where nobody looked.
    """

    message: str
    alike: list[Failure]
    classified: FailureClassified | None

    @property
    def is_known(self) -> bool:
        return self.classified is not None and self.classified.state == "known"


def _title(alike: list[Failure], key: str, classified: FailureClassified | None) -> str:
    messages = {failure.message for failure in alike}
    message = alike[0].message if len(messages) == 1 else key
    count = f"{len(alike):,} alike" if len(alike) > 1 else "1"
    return f'<h3><b class="{alike[0].code}">{count}</b> {_sort(classified)}{inline(message)}</h3>'


def _sort(classified: FailureClassified | None) -> str:
    """Show what is known of a sort of failures, with a link to where it is dealt with."""
    if classified is None:
        return ""
    state = "known" if classified.state == "known" else "new"
    shown = f'<em class="{state}">{state}</em> '
    name = classified.name or classified.link
    if not name:
        return shown
    if classified.link.startswith(("https://", "http://")):
        return f'{shown}<a href="{escaped(classified.link)}" rel="noreferrer">{inline(name, 120)}</a> '
    return f"{shown}<strong>{inline(name, 120)}</strong> "


def _write(
    target: IO[bytes],
    spool: Spool,
    title: str,
    failures: list[Failure],
    past_of: Callable[[str], str],
    *,
    is_open: bool,
) -> None:
    target.write(f'<section class="alike">{title}'.encode())
    for failure in failures:
        content = spool.read(failure.piece)
        past = past_of(failure.id)
        if past:
            content = content.replace(_BODY, _BODY + past.encode(), 1)
        for part in _unfolded(content) if is_open else (content,):
            target.write(part)
        is_open = False
    target.write(b"</section>\n")


def _unfolded(content: bytes) -> Iterator[bytes]:
    """Let a ``details`` be open from the start."""
    yield b"<details open"
    yield content.removeprefix(b"<details")
