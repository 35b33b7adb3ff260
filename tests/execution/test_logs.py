from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rotest_core.events import Event, LogWritten
from rotest_core.execution.logs import LogCapture
from rotest_core.execution.workdir import RunDirectory

LOGGER = logging.getLogger("tests.of.logs")


class Heard:
    """Keep the events of log records."""

    def __init__(self) -> None:
        self.records: list[LogWritten] = []

    def emit(self, *events: Event) -> None:
        for event in events:
            assert isinstance(event, LogWritten)
            self.records.append(event)

    @property
    def texts(self) -> list[str]:
        return [record.text for record in self.records]


class Other(logging.Handler):
    """Be somebody else's handler."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def directory(tmp_path: Path) -> RunDirectory:
    return RunDirectory(str(tmp_path), "run", 1e9)


@pytest.fixture
def capture(heard: Heard, directory: RunDirectory) -> Iterator[LogCapture]:
    capture = LogCapture(heard.emit, directory, "DEBUG")
    yield capture
    capture.close()


@pytest.fixture
def other() -> Iterator[Other]:
    other = Other()
    LOGGER.addHandler(other)
    LOGGER.propagate = False
    yield other
    LOGGER.removeHandler(other)
    LOGGER.propagate = True
    LOGGER.setLevel(logging.NOTSET)


def test_a_record_is_an_event_and_a_line_of_the_tests_log(
    capture: LogCapture, heard: Heard, directory: RunDirectory
) -> None:
    capture.begin(3, "test_x")
    LOGGER.debug("%s and %d", "text", 7)
    ((event),) = heard.records
    assert (event.test, event.level, event.logger, event.text) == (
        3,
        logging.DEBUG,
        LOGGER.name,
        "text and 7",
    )
    line = Path(directory.test_path(3, "test_x"), "test.log").read_text()
    assert line.endswith(" DEBUG    tests.of.logs: text and 7\n")


def test_each_test_has_a_log_of_its_own_and_none_is_written_outside_of_tests(
    capture: LogCapture, heard: Heard, directory: RunDirectory
) -> None:
    for number in (0, 1):
        capture.begin(number, "test")
        LOGGER.info("in %d", number)
    capture.begin(None)
    LOGGER.info("between")
    assert [(record.test, record.text) for record in heard.records] == [
        (0, "in 0"),
        (1, "in 1"),
        (None, "between"),
    ]
    logs = sorted(Path(directory.path).glob("tests/*/test.log"))
    assert [log.read_text().rpartition(": ")[2] for log in logs] == ["in 0\n", "in 1\n"]


def test_a_test_that_logs_nothing_has_no_directory(capture: LogCapture, directory: RunDirectory) -> None:
    capture.begin(0, "test")
    assert not Path(directory.path, "tests").exists()


def test_tracebacks_are_kept_and_left_for_others_to_format(
    capture: LogCapture, heard: Heard, other: Other
) -> None:
    class Short(logging.Formatter):
        def formatException(self, ei: object) -> str:  # noqa: N802 - the name is logging's
            return "in short"

    other.setFormatter(Short())
    try:
        raise LookupError("gone")
    except LookupError:
        LOGGER.exception("trouble")
    assert heard.texts[0].startswith("trouble\nTraceback ")
    assert heard.texts[0].endswith("LookupError: gone")
    assert other.texts == ["trouble\nin short"]


def test_others_get_what_their_levels_let_through_and_nothing_more(
    capture: LogCapture, heard: Heard, other: Other
) -> None:
    LOGGER.setLevel(logging.WARNING)
    LOGGER.debug("small")
    LOGGER.warning("big")
    LOGGER.handle(LOGGER.makeRecord(LOGGER.name, logging.DEBUG, "", 0, "handed over", (), None))
    assert heard.texts == ["small", "big", "handed over"]
    assert other.texts == ["big", "handed over"]


def test_whoever_asks_about_levels_hears_what_is_configured(capture: LogCapture, other: Other) -> None:
    LOGGER.setLevel(logging.WARNING)
    assert not LOGGER.isEnabledFor(logging.DEBUG)
    assert LOGGER.isEnabledFor(logging.WARNING)


def test_what_is_disabled_is_not_caught(capture: LogCapture, heard: Heard) -> None:
    logging.disable(logging.INFO)
    try:
        LOGGER.info("no")
    finally:
        logging.disable(logging.NOTSET)
    LOGGER.disabled = True
    try:
        LOGGER.error("no")
    finally:
        LOGGER.disabled = False
    assert heard.texts == []


def test_records_below_the_level_are_left_out(heard: Heard, directory: RunDirectory) -> None:
    capture = LogCapture(heard.emit, directory, "WARNING")
    try:
        LOGGER.info("small")
        LOGGER.warning("big")
    finally:
        capture.close()
    assert heard.texts == ["big"]


def test_arguments_that_do_not_fit_are_no_trouble(
    capture: LogCapture, heard: Heard, other: Other, capsys: pytest.CaptureFixture[str]
) -> None:
    LOGGER.setLevel(logging.WARNING)
    LOGGER.info("%d", "word")
    assert heard.texts == ["%d (its arguments do not fit: TypeError)"]
    assert capsys.readouterr().err == ""


def test_any_text_fits_into_the_file(capture: LogCapture, directory: RunDirectory) -> None:
    capture.begin(0, "test")
    LOGGER.info("lone \udc80, 日本")
    capture.begin(None)
    assert Path(directory.test_path(0, "test"), "test.log").read_text().endswith(": lone \\udc80, 日本\n")


def test_a_handler_of_events_that_logs_is_not_told_of_that(directory: RunDirectory) -> None:
    told: list[str] = []

    def emit(*events: Event) -> None:
        LOGGER.info("an event came")
        told.extend(event.text for event in events if isinstance(event, LogWritten))

    capture = LogCapture(emit, directory, "DEBUG")
    try:
        LOGGER.info("a record")
    finally:
        capture.close()
    assert told == ["a record"]


def test_threads_log_into_the_running_test(capture: LogCapture, heard: Heard) -> None:
    capture.begin(5, "test")
    threads = [threading.Thread(target=LOGGER.info, args=("from %d", number)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard.texts) == [f"from {number}" for number in range(4)]
    assert {record.test for record in heard.records} == {5}


def test_afterwards_logging_is_as_it_was(heard: Heard, directory: RunDirectory, other: Other) -> None:
    before = logging.Logger.isEnabledFor, logging.Logger.callHandlers
    LogCapture(heard.emit, directory, "DEBUG").close()
    assert (logging.Logger.isEnabledFor, logging.Logger.callHandlers) == before
    LOGGER.warning("not for us")
    assert (heard.texts, other.texts) == ([], ["not for us"])
