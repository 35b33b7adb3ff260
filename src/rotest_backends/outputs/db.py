"""The output ``db``: keep the run in the results store, while it goes on.

Events are put on a pile; a thread turns them into batches and writes each in one transaction, once a second and at the
end. A run that is killed has what was written until then, and the next command that looks at the results adds the rest
from its event log.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

import attrs

from rotest_core.events import RunFinished, RunStarted
from rotest_core.plugin import RunState
from rotest_core.results import LOG_BYTES, ResultsBuilder, outdated, process_mark, settle

if TYPE_CHECKING:
    from rotest_core.events import Event
    from rotest_core.plugin import HandlerContext, ResultsStore

PAUSE = 1.0
"""Seconds between two batches."""

SIGN_OF_LIFE = 30.0
"""Seconds after which a run of which there is nothing new shows that it still goes on."""

MANY = 1_000
"""Events that are written at a time."""

TOO_MANY = 3_000
"""Events on the pile from which on the run waits for the store."""


@attrs.frozen(kw_only=True)
class DbOptions:
    """Hold the options of ``db``."""

    keep_runs: int = attrs.field(
        default=0,
        validator=attrs.validators.ge(0),
        metadata={"help": "how many runs the store keeps; 0 keeps them all"},
    )
    keep_days: float = attrs.field(
        default=0.0,
        validator=attrs.validators.ge(0),
        metadata={"help": "for how many days the store keeps runs; 0 for ever"},
    )
    log_bytes: int = attrs.field(
        default=LOG_BYTES,
        validator=attrs.validators.ge(0),
        metadata={"help": "how many bytes of a run's events are kept before its log records are left out"},
    )


class Db:
    """Write one run to the results store.

    Args:
        context: gives the store.
        options: what to keep.
    """

    def __init__(self, context: HandlerContext, options: DbOptions) -> None:
        self._context = context
        self._options = options
        self._writer: _Writer | None = None

    def handle(self, event: Event) -> None:
        """Take one event.

        Raises:
            StoreError: the store cannot be opened, or could not be written meanwhile.
        """
        if self._writer is None:
            if not isinstance(event, RunStarted):
                return
            builder = ResultsBuilder(owner=process_mark(), log_bytes=self._options.log_bytes)
            self._writer = _Writer(self._context.results(), builder)
            self._writer.start(event)
            return
        self._writer.put(event)
        if isinstance(event, RunFinished):
            self._finish(self._writer)

    def close(self) -> None:
        """Write what came after the end of the run, or what a run that was cut short left."""
        if self._writer is not None:
            self._writer.end()
            self._writer.write_rest()

    def _finish(self, writer: _Writer) -> None:
        writer.end()
        store = writer.store
        settle(store)
        options = self._options
        if options.keep_runs or options.keep_days:
            store.delete(
                outdated(store, keep_runs=options.keep_runs, keep_days=options.keep_days, now=time.time())
            )


class _Writer:
    """Write events from a thread of its own.

    Attributes:
        store: where to.
    """

    def __init__(self, store: ResultsStore, builder: ResultsBuilder) -> None:
        self.store = store
        self._builder = builder
        self._pile: deque[Event] = deque()
        self._more = threading.Event()
        self._room = threading.Event()
        self._ending = False
        self._problem: Exception | None = None
        self._written = 0.0
        # A thread that outlives a run that is left at once must not keep its process alive.
        self._thread = threading.Thread(target=self._work, name="rotest-db", daemon=True)

    def start(self, event: RunStarted) -> None:
        """Write the beginning of the run, and then, from the thread, all that follows.

        A run is known from the first on: it can be found when it is killed a moment later.

        Raises:
            StoreError: it could not be written.
        """
        self._pile.append(event)
        self._write()
        self._thread.start()

    def put(self, event: Event) -> None:
        """Add an event to the pile.

        Raises:
            StoreError: what was there before could not be written.
        """
        if self._problem is not None:
            raise self._problem
        self._pile.append(event)
        if len(self._pile) >= MANY:
            self._more.set()
            while len(self._pile) >= TOO_MANY and self._problem is None:
                self._room.clear()
                self._room.wait(PAUSE)

    def end(self) -> None:
        """Write all that there is, and end the thread; may be called twice.

        Raises:
            StoreError: it could not be written.
        """
        self._ending = True
        self._more.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._problem is not None:
            raise self._problem

    def write_rest(self) -> None:
        """Write what came after the thread had ended, and that the run was cut short, if it was.

        Raises:
            StoreError: it could not be written.
        """
        run = self._builder.run
        if self._pile or (run is not None and run.state is RunState.RUNNING):
            self._builder.cut_short(time.time())
            self._write(last=True)

    def _work(self) -> None:
        try:
            while not self._ending:
                self._write()
                self._more.wait(PAUSE)
                self._more.clear()
            while self._pile:
                self._write(last=True)
        except Exception as error:
            self._problem = error
            self._room.set()

    def _write(self, *, last: bool = False) -> None:
        pile = self._pile
        count = min(len(pile), MANY)
        for _ in range(count):
            self._builder.take(pile.popleft())
        self._room.set()
        now = time.time()
        if not (count or last or now - self._written > SIGN_OF_LIFE):
            return
        batch = self._builder.batch(now=now)
        if batch is not None:
            self.store.write(batch)
            self._written = now
        if len(pile) >= MANY:
            self._more.set()


def db(context: HandlerContext) -> Db:
    """Make the output by its options."""
    return Db(context, context.options(DbOptions))
