"""Write reports of runs, and read them back."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from rotest_backends.outputs.html.handler import html
from rotest_core.testing import FakeHandlerContext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from rotest_core.events import Event
    from rotest_core.plugin import ResultsStore

VOID = frozenset(("meta", "input", "br"))


def write(
    directory: Path,
    events: Iterable[Event],
    values: Mapping[str, object] | None = None,
    *,
    results: ResultsStore | None = None,
    chosen: tuple[str, ...] = (),
) -> Path:
    """Write the report of a run, and return where it is.

    Args:
        directory: where to write it.
        events: the run.
        values: options.
        results: a results store that knows earlier runs.
        chosen: the outputs of the run.
    """
    context = FakeHandlerContext(directory, name="html", values=values, results=results, chosen=chosen)
    handler = html(context)
    for event in events:
        handler.handle(event)
    handler.close()
    (path,) = context.written
    return path


class Page(HTMLParser):
    """Read a page: its elements, its text, and whether every element is closed where it must be.

    Attributes:
        elements: names and attributes, in order.
        text: all text but that of style and script.
        open: the elements around the place that was read last.
        wrong: elements that were closed out of order.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self._texts: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()

    @property
    def text(self) -> str:
        """Return what a person reads, without script."""
        return " ".join(" ".join(self._texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self._texts.append(data)

    def ids(self) -> list[str]:
        """Return all ids."""
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]

    def count(self, tag: str, name: str = "") -> int:
        """Count elements by name and class."""
        return sum(
            found == tag and (not name or name in attributes.get("class", "").split())
            for found, attributes in self.elements
        )
