"""Measure the report for a browser: its size for each test, writing it, and opening 10,000 tests in headless Chromium.

The budget: 400 KB, 300 bytes for each passing test, and two seconds until 10,000 tests are there and can be used.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rotest_backends.outputs.db import Db, DbOptions
from rotest_backends.outputs.factories import register_outputs
from rotest_backends.stores.memory_results import MemoryResults
from rotest_core.events import Event
from rotest_core.plugin.registry import Catalogues, Registry
from rotest_core.testing import FakeHandlerContext
from tests.browser import NoBrowserError, opened_browser
from tests.report_runs import laboratory, many_tests

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from rotest_core.plugin import ResultsStore

FIRST_LOOK = "new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
TIMELINE = ".picture svg"
DRAWN = f"""new Promise(done => {{
  const look = () => document.querySelector("{TIMELINE}") ? done(performance.now()) : setTimeout(look, 2);
  look();
}})"""
SEARCH = """
  const search = document.querySelector("input");
  search.value = "wifi";
  search.dispatchEvent(new Event("input"));
"""
UNFOLD = "document.dispatchEvent(new KeyboardEvent('keydown', { key: 'e' }))"


def main(rounds: int = 5) -> None:
    """Measure and print.

    Args:
        rounds: how often the page is opened.
    """
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        empty, _ = write(directory / "empty", many_tests(0))
        print(f"page without a test:     {empty.stat().st_size / 1000:8.0f} KB")
        small, _ = write(directory / "laboratory", laboratory())
        print(f"60 tests with details:   {small.stat().st_size / 1000:8.0f} KB")
        many, seconds = write(directory / "many", many_tests())
        each = (many.stat().st_size - empty.stat().st_size) / 10_000
        print(f"10,000 tests:            {many.stat().st_size / 1000:8.0f} KB, {each:.0f} bytes each")
        print(f"                         {seconds * 1e6 / 10_000:8.0f} µs for each to gather and write")
        try:
            with opened_browser() as browser:
                _measure_opening(browser, many, rounds)
        except NoBrowserError as error:
            print(error)


def write(
    directory: Path, events: Iterable[Event], results: ResultsStore | None = None
) -> tuple[Path, float]:
    """Write a report; return where it is and the seconds that the handler took, the making of events left out."""
    directory.mkdir()
    catalogues = Catalogues()
    register_outputs(Registry(catalogues, "rotest-core"))
    chosen = ("html", "db") if results else ("html",)
    context = FakeHandlerContext(directory, name="html", results=results, chosen=chosen)
    made = list(events)
    begin = time.perf_counter()
    handler = catalogues.outputs.get("html")(context)
    for event in made:
        handler.handle(event)
    handler.close()
    return context.written[0], time.perf_counter() - begin


def _measure_opening(browser: Browser, path: Path, rounds: int) -> None:
    taken = list(zip(*[list(_open(browser, path)) for _ in range(rounds)], strict=True))
    words = ("10,000 tests in sight:", "with the timeline:", "search among them:", "unfold them all:")
    for word, milliseconds in zip(words, taken, strict=True):
        print(f"{word:24} {statistics.median(milliseconds):8.0f} ms")


def _open(browser: Browser, path: Path) -> Iterator[float]:
    """Yield milliseconds: until the page is there, until its timeline is; for a search; to unfold all."""
    page = browser.new_page()
    page.goto(path.as_uri(), wait_until="commit")
    page.wait_for_load_state("load")
    yield page.evaluate(FIRST_LOOK)
    yield page.evaluate(DRAWN)
    for act in (SEARCH, UNFOLD):
        begin = page.evaluate("performance.now()")
        page.evaluate(act)
        yield page.evaluate(FIRST_LOOK) - begin
    page.close()


def take_pictures(directory: Path) -> None:
    """Take the pictures that show what the report looks like.

    Args:
        directory: where to put them; it is made.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, opened_browser() as browser:
        small, _ = write(Path(name) / "laboratory", laboratory(), _last_nights(Path(name)))
        many, _ = write(Path(name) / "many", many_tests())
        for picture, path, look, place in (
            ("light", small, "light", ""),
            ("dark", small, "dark", ""),
            ("print", small, "print", ""),
            ("failures", small, "light", "#failures"),
            ("changes", small, "light", "#changes"),
            ("timeline", small, "dark", "#timeline"),
            ("many", many, "light", "#tests"),
        ):
            context = browser.new_context(
                color_scheme="dark" if look == "dark" else "light", viewport={"width": 1280, "height": 900}
            )
            page = context.new_page()
            page.emulate_media(media="print" if look == "print" else "screen")
            page.goto(path.as_uri() + place)
            page.wait_for_selector(TIMELINE)
            page.screenshot(path=directory / f"{picture}.png")
            context.close()


def _last_nights(directory: Path) -> ResultsStore:
    """Keep what the laboratory did in the nights before."""
    store = MemoryResults()
    for night in range(18, 0, -1):
        handler = Db(FakeHandlerContext(directory, results=store), DbOptions())
        for event in laboratory(nights_ago=night):
            handler.handle(event)
        handler.close()
    return store


if __name__ == "__main__":
    if sys.argv[1:]:
        take_pictures(Path(sys.argv[1]))
    else:
        main()
