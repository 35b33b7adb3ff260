"""Runs and tests of the results store, as they are spelled and shown on a terminal."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from itertools import compress
from typing import TYPE_CHECKING, Any, cast

from rotest_core.cli.color import use_color
from rotest_core.cli.command import load_plugins_for, settings_from
from rotest_core.cli.locks_words import moment
from rotest_core.cli.resources_words import moment as moment_to_come
from rotest_core.cli.table import table, terminal_width
from rotest_core.errors import UsageError, did_you_mean
from rotest_core.plugin.protocols.results import RunFilter, RunState
from rotest_core.results.recovery import settle

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator, Sequence

    from rotest_core.plugin.protocols.results import ResultsStore, StoredRun, StoredTest
    from rotest_core.session import Session

RUN_HELP = "a run: its id or how that begins, its name (the newest of that name), or latest"
TEST_HELP = "a test: its id, or a part of it that no other has"
_SHOWN = 10
_ID_LENGTH = 8


@contextmanager
def opened(arguments: argparse.Namespace) -> Generator[tuple[Session, ResultsStore]]:
    """Open the results store; runs that were killed are brought to their end first."""
    from rotest_core.session import Session

    settings = settings_from(arguments)
    with Session(settings, load_plugins_for(settings)) as session:
        store = session.open_results()
        settle(store)
        yield session, store


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the flag that programs use."""
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def find_run(store: ResultsStore, spelled: str) -> StoredRun:
    """Return the run that is meant.

    Raises:
        UsageError: none is, with the nearest ones; or several are.
    """
    run = store.run(spelled)
    if run is not None:
        return run
    runs = store.runs(RunFilter())
    if not runs:
        raise UsageError("the results store holds no run: run tests with -o db")
    if spelled == "latest":
        return runs[0]
    named = [each for each in runs if each.name == spelled]
    if named:
        return named[0]
    found = [each for each in runs if spelled and each.id.startswith(spelled)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{len(found)} runs begin with {spelled!r}: {', '.join(each.id for each in found[:_SHOWN])}"
        )
    known = dict.fromkeys(text for each in runs for text in (each.id, each.name) if text)
    raise UsageError(f"there is no run {spelled!r}{did_you_mean(spelled, known)}")


def find_test(store: ResultsStore, spelled: str) -> str:
    """Return the id of the test that is meant.

    Raises:
        UsageError: none is, with the nearest ones; or several are.
    """
    if store.history([spelled], limit=1):
        return spelled
    known = store.ids()
    for found in (
        [each for each in known if each.endswith(f"::{spelled}")],
        [each for each in known if spelled in each],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
            raise UsageError(f"{spelled!r} may be {', '.join(found[:_SHOWN])}{more}: give more of it")
    if not known:
        raise UsageError("the results store holds no test: run tests with -o db")
    names = [*known, *(each.rpartition("::")[2] for each in known)]
    raise UsageError(f"there are no results of {spelled!r}{did_you_mean(spelled, dict.fromkeys(names))}")


def past(spelled: str) -> float:
    """Read a moment of the past, in seconds since the epoch: how long ago (``2h``, ``30d``), or a date.

    Raises:
        UsageError: it is neither.
    """
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    try:
        found = moment_to_come(spelled, now)
    except UsageError:
        raise UsageError(
            f"{spelled!r} is no time: write 90m, 2h, 30d, 4w, 2030-12-31 or 2030-12-31T18:00"
        ) from None
    ago = 2 * now.timestamp() - found.timestamp()
    return ago if spelled.strip()[-1:].isalpha() else found.timestamp()


def short(run: StoredRun) -> str:
    """Show a run's identifier as far as people need it."""
    return run.id[:_ID_LENGTH]


def verdict(run: StoredRun) -> str:
    """Say in a few words how a run ended, or that it goes on."""
    if run.state is RunState.RUNNING:
        return "running"
    if run.state is RunState.INTERRUPTED:
        return "interrupted"
    words = {0: "passed", 1: "failed", 3: "infrastructure", 130: "interrupted"}
    return words.get(-1 if run.status is None else run.status, f"status {run.status}")


def outcome_of(test: StoredTest) -> str:
    """Say what came of a test."""
    if test.outcome is None:
        return "unfinished"
    if test.flaky:
        return f"flaky (attempt {test.attempt})"
    return str(test.outcome).replace("_", " ")


def seconds(duration: float) -> str:
    """Show a duration with as many digits as matter."""
    if duration >= 100:
        minutes, rest = divmod(round(duration), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02} min"
    return f"{duration:.3g} s" if duration >= 0.9995 else f"{duration * 1000:.0f} ms"


def percent(part: float) -> str:
    """Show a part of a whole; 100 % stands for all, and 0 % for nothing."""
    rounded = round(100 * part)
    if (rounded == 100 and part < 1) or (rounded == 0 and part > 0):
        return f"{100 * part:.1f} %" if 0.0005 <= part < 0.9995 else ("> 99.9 %" if part > 0.5 else "< 0.1 %")
    return f"{rounded} %"


def counted(number: int, what: str) -> str:
    """Show a number of things: ``1 run``, ``2 runs``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def when(seconds_: float) -> str:
    """Show a moment."""
    return moment(seconds_)


def print_json(value: object) -> None:
    """Print a value for programs; numbers that JSON lacks become null."""
    print(json.dumps(as_plain(value), ensure_ascii=False, indent=2, allow_nan=False))


def print_table(session: Session, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table without the columns that are empty."""
    used = [any(row[column] for row in rows) for column in range(len(headings))]
    text = table(
        list(compress(headings, used)),
        [list(compress(row, used)) for row in rows],
        color=use_color(session.settings.terminal.color, sys.stdout),
        width=terminal_width(sys.stdout),
    )
    print(text, end="")


def iso(moment_: float) -> str:
    """Write a moment for programs, in the local zone."""
    return time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(moment_))


def as_plain(value: Any) -> Any:
    """Turn a value into what JSON holds."""
    import math

    import attrs

    kind = cast("type[object]", type(value))
    if attrs.has(kind):
        return {field.name: as_plain(getattr(value, field.name)) for field in attrs.fields(kind)}
    if hasattr(value, "_asdict"):
        return as_plain(value._asdict())
    if isinstance(value, dict):
        return {str(key): as_plain(each) for key, each in cast("dict[object, object]", value).items()}
    if isinstance(value, list | tuple):
        return [as_plain(each) for each in cast("list[object]", value)]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str):
        # Halves of surrogate pairs cannot be printed.
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    return value
