"""The contract of output handlers catches handlers that break it."""

from __future__ import annotations

import random
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rotest_core.events import Event, OutcomeReported, RunFinished, RunStarted, TestFinished, TestStarted
from rotest_core.testing import HandlerContract

if TYPE_CHECKING:
    from collections.abc import Callable

    from rotest_core.plugin.protocols.handler import HandlerContext, OutputHandler


class Good:
    """Print the names of tests, safely, and write how many there were."""

    def __init__(self, context: HandlerContext) -> None:
        self.context = context
        self.count = 0
        self.finished = False

    def handle(self, event: Event) -> None:
        if isinstance(event, TestStarted):
            self.count += 1
            self.context.stream.write(ascii(event.name) + "\n")
        if isinstance(event, RunFinished):
            self.finish()

    def finish(self) -> None:
        self.finished = True
        path = self.context.directory / "count.txt"
        path.write_text(str(self.count))
        self.context.wrote(path)

    def close(self) -> None:
        if not self.finished:
            self.finish()


class TestGoodHandler(HandlerContract):
    @pytest.fixture
    def factory(self) -> Callable[[HandlerContext], OutputHandler]:
        return Good


class KnowsNoErrors(Good):
    def handle(self, event: Event) -> None:
        if isinstance(event, OutcomeReported):
            raise TypeError(event.outcome)


class NeedsWholeRuns(Good):
    def close(self) -> None:
        if not self.finished:
            raise ValueError("the run did not finish")


class NeedsEveryStart(Good):
    def __init__(self, context: HandlerContext) -> None:
        super().__init__(context)
        self.names: dict[int, str] = {}

    def handle(self, event: Event) -> None:
        if isinstance(event, TestStarted):
            self.names[event.test] = event.name
        if isinstance(event, TestFinished):
            del self.names[event.test]


class WritesElsewhere(Good):
    def close(self) -> None:
        super().close()
        (self.context.directory.parent / "elsewhere.txt").write_text("here I am")


class WritesToStdout(Good):
    def close(self) -> None:
        super().close()
        print("done", file=sys.stdout)


class TellsOfNothing(Good):
    def finish(self) -> None:
        self.finished = True
        (self.context.directory / "count.txt").write_text(str(self.count))


class TellsOfWhatIsNotThere(Good):
    def finish(self) -> None:
        self.finished = True
        self.context.wrote(self.context.directory / "count.txt")


class WritesAtTheVeryEnd(Good):
    def handle(self, event: Event) -> None:
        if not isinstance(event, RunFinished):
            super().handle(event)


class IsNeverTheSame(Good):
    def close(self) -> None:
        super().close()
        self.context.stream.write(str(random.random()))


class AlwaysColours(Good):
    def close(self) -> None:
        super().close()
        self.context.stream.write("\x1b[32mdone\x1b[0m")


class PrintsWhateverComes(Good):
    def handle(self, event: Event) -> None:
        if isinstance(event, TestStarted):
            self.context.stream.write(event.name.replace("\x1b", ""))


class LeavesAThread(Good):
    stop = threading.Event()

    def __init__(self, context: HandlerContext) -> None:
        super().__init__(context)
        threading.Thread(target=self.stop.wait, args=(60,), daemon=True).start()


class KeepsAllEvents(Good):
    def __init__(self, context: HandlerContext) -> None:
        super().__init__(context)
        self.events: list[Event] = []

    def handle(self, event: Event) -> None:
        self.events.append(event)


class SharesItsState(Good):
    names: list[str] = []

    def handle(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self.names.clear()
        if isinstance(event, TestStarted):
            self.names.append(event.name)
            self.context.stream.write(f"{len(self.names)}\n")


@pytest.mark.parametrize(
    ("factory", "broken"),
    [
        (
            KnowsNoErrors,
            lambda contract, factory, path: contract.test_bears_every_run(factory, path, "sample"),
        ),
        (
            NeedsWholeRuns,
            lambda contract, factory, path: contract.test_bears_a_run_cut_short_anywhere(factory, path),
        ),
        (
            NeedsEveryStart,
            lambda contract, factory, path: contract.test_bears_a_log_with_gaps(factory, path, "TestStarted"),
        ),
        (TellsOfNothing, lambda contract, factory, path: contract.test_tells_of_every_file(factory, path)),
        (
            TellsOfWhatIsNotThere,
            lambda contract, factory, path: contract.test_tells_of_every_file(factory, path),
        ),
        (
            WritesAtTheVeryEnd,
            lambda contract, factory, path: contract.test_finishes_its_files_with_the_run(factory, path),
        ),
        (
            IsNeverTheSame,
            lambda contract, factory, path: contract.test_shows_a_log_as_it_showed_the_run(
                factory, path, "sample"
            ),
        ),
        (
            AlwaysColours,
            lambda contract, factory, path: contract.test_colours_only_where_it_may(factory, path),
        ),
        (
            PrintsWhateverComes,
            lambda contract, factory, path: contract.test_keeps_control_characters_from_the_terminal(
                factory, path
            ),
        ),
        (
            KeepsAllEvents,
            lambda contract, factory, path: contract.test_does_not_grow_with_what_one_test_repeats(
                factory, path
            ),
        ),
        (
            SharesItsState,
            lambda contract, factory, path: contract.test_two_handlers_know_nothing_of_each_other(
                factory, path
            ),
        ),
    ],
)
def test_the_contract_catches(
    factory: Callable[[HandlerContext], OutputHandler],
    broken: Callable[[HandlerContract, Callable[[HandlerContext], OutputHandler], Path], None],
    tmp_path: Path,
) -> None:
    with pytest.raises((AssertionError, TypeError, ValueError, KeyError)):
        broken(HandlerContract(), factory, tmp_path)


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        (WritesElsewhere, "outside of its directory"),
        (WritesToStdout, "wrote to sys.stdout"),
    ],
)
def test_the_contract_catches_what_is_written_elsewhere(
    factory: Callable[[HandlerContext], OutputHandler],
    message: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(AssertionError, match=message):
        HandlerContract().test_writes_only_where_it_may(factory, tmp_path, capfd)


def test_the_contract_catches_a_thread_that_goes_on(tmp_path: Path) -> None:
    try:
        with pytest.raises(AssertionError, match="threads still run"):
            HandlerContract().test_leaves_no_thread_behind(LeavesAThread, tmp_path)
    finally:
        LeavesAThread.stop.set()


def test_the_contract_asks_for_its_fixture() -> None:
    class Forgetful(HandlerContract):
        pass

    with pytest.raises(NotImplementedError, match="Forgetful lacks its fixture `factory`"):
        HandlerContract.factory.__wrapped__(Forgetful())  # type: ignore[attr-defined]
