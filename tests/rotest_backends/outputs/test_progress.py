"""The live bar, on a real pseudo-terminal and drawn by itself."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from rotest_backends.outputs.progress import Progress, progress
from rotest_core.events import Outcome
from rotest_core.testing import SAMPLE_RUNS, EventScript, FakeHandlerContext

if TYPE_CHECKING:
    from rotest_core.events import Event


@pytest.fixture(autouse=True)
def in_a_good_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")


def on_terminal(events: list[Event], directory: Path, *, chosen: tuple[str, ...] = ("progress",)) -> str:
    """Return all that was written to a pseudo-terminal, escape sequences and all."""
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        context = FakeHandlerContext(directory, name="progress", stream=stream, color=True, chosen=chosen)
        handler = progress(context)
        for event in events:
            handler.handle(event)
        handler.close()
    written = b""
    # Linux tells the end of a pseudo-terminal by EIO.
    with contextlib.suppress(OSError):
        while chunk := os.read(ours, 65536):
            written += chunk
    os.close(ours)
    return written.decode()


def small_run() -> list[Event]:
    script = EventScript()
    with script.test("test_good"):
        pass
    with script.test("test_skipped") as test:
        test.report(Outcome.SKIPPED, "no printer")
    return script.finish()


def test_a_terminal_shows_the_bar_and_then_the_summary_in_its_place(tmp_path: Path) -> None:
    written = on_terminal(small_run(), tmp_path)
    bar, _, rest = written.rpartition("2/2")
    assert "━" in bar
    assert "✓ 1" in rest
    assert rest.splitlines()[-1] == (
        "\x1b[1A\x1b[2K\x1b[38;5;36;1mPASSED\x1b[0m  \x1b[38;5;36m1 passed\x1b[0m, "
        "\x1b[38;5;214m1 skipped\x1b[0m\x1b[2m in 47 ms\x1b[0m"
    )


def test_beside_another_output_of_the_terminal_no_bar_is_drawn(tmp_path: Path) -> None:
    assert on_terminal(small_run(), tmp_path, chosen=("tree", "progress")).startswith("\x1b[38;5;36;1mPASSED")
    assert "2/2" in on_terminal(small_run(), tmp_path, chosen=("xml", "progress"))


def test_elsewhere_only_the_summary_is_printed(tmp_path: Path) -> None:
    context = FakeHandlerContext(tmp_path, name="progress")
    handler = progress(context)
    for event in small_run():
        handler.handle(event)
    handler.close()
    assert context.text == "PASSED  1 passed, 1 skipped in 47 ms\n"


def drawn(handler: Progress) -> list[str]:
    console = Console(file=io.StringIO(), width=80, force_terminal=False)
    with console.capture() as capture:
        console.print(handler.draw())
    return [line.rstrip() for line in capture.get().splitlines()]


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_current_tests_are_named_with_what_they_wait_for(tmp_path: Path) -> None:
    script = EventScript()
    context = FakeHandlerContext(tmp_path, name="progress", stream=Screen(), values={"tests": 2})
    handler = progress(context)
    assert isinstance(handler, Progress)
    with script.test("test_first") as first:
        first.wait("[red]board1[/red] is held by bob\x07")
        with script.test("test_second"), script.test("test_third"):
            for event in script.cut()[1:]:
                handler.handle(event)
    assert drawn(handler)[1:] == [
        "  ▸ test_first waits: [red]board1[/red] is held by bob\\x07",
        "  ▸ test_second",
        "    and 1 more",
    ]
    handler.close()


def test_counts_have_the_glyph_of_each_outcome(tmp_path: Path) -> None:
    context = FakeHandlerContext(tmp_path, name="progress", stream=Screen())
    handler = progress(context)
    assert isinstance(handler, Progress)
    for event in SAMPLE_RUNS["sample"]():
        handler.handle(event)
    assert " 9/9 ✓ 2  ○ 1  ≈ 1  ≠ 1  ✗ 2  ‼ 3 " in drawn(handler)[0]
    handler.close()


def test_the_bar_needs_no_total(tmp_path: Path) -> None:
    handler = progress(FakeHandlerContext(tmp_path, name="progress", stream=Screen()))
    assert isinstance(handler, Progress)
    assert " 0/0 " in drawn(handler)[0]
    handler.close()
