"""What a worker's process does: receive assignments, run them, tell."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import time
from _thread import allocate_lock

from rotest_backends.executors.ring import Ring
from rotest_backends.executors.wire import Channel
from rotest_core import ClaimTimeoutError, DeadlockError, NoSuchResourceError, RotestError
from rotest_core.plugin.protocols.executor import Assignment

TYPE_CHECKING = False
if TYPE_CHECKING:
    import _socket
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn

    from rotest_backends.executors.packing import Message
    from rotest_core.events import Event
    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource
    from rotest_core.plugin.protocols.executor import LeasedResource, Worker, WorkerFactory

DUMP: int = signal.SIGRTMAX
"""The signal at which a worker writes the stacks of its threads into its file for crashes, whatever it does."""

GONE = 71
"""Exit status of a worker whose coordinator is gone."""

BROKEN = 70
"""Exit status of a worker in which Rotest itself failed."""

_ERRORS = {kind.__name__: kind for kind in (NoSuchResourceError, ClaimTimeoutError, DeadlockError)}


def serve(make_worker: WorkerFactory, name: str, end: _socket.socket, crashes: int, told: int) -> NoReturn:
    """Work until told to finish, in a process that was forked for it.

    Args:
        make_worker: makes what does the work.
        name: the name of the worker.
        end: its end of the socket.
        crashes: descriptor of the file for the stacks of its threads.
        told: descriptor of the memory for what it tells.
    """
    faulthandler.enable(crashes)
    faulthandler.register(DUMP, crashes, all_threads=True)
    channel = Channel(end, Ring(told))
    os.close(told)
    status = 0
    try:
        _work(channel, make_worker(name, Remote(channel)))
    except KeyboardInterrupt:
        status = 128 + signal.SIGINT
    except OSError:
        status = GONE
    except BaseException:
        import traceback

        status = BROKEN
        channel.send("broken", traceback.format_exc())
    finally:
        _flush()
        os._exit(status)


def _work(channel: Channel, worker: Worker) -> None:
    while True:
        message = channel.receive()
        if message is None:
            os._exit(GONE)
        word, *rest = message
        if word == "run":
            report = worker.run(Assignment(*rest))
            _flush()
            channel.send("done", report.outcome, report.cause, report.dirty, report.left)
        elif word == "finish":
            worker.finish()
            _flush()
            channel.send("finished")
            return


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            continue


class Remote:
    """Speak for the coordinator, in a worker's process.

    Args:
        channel: leads to the coordinator.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._turn = allocate_lock()
        self._asked = 0

    def emit(self, *events: Event) -> None:
        try:
            self._channel.tell(events)
        except OSError:
            os._exit(GONE)

    def limit(self, seconds: float | None, what: str) -> None:
        until = None if seconds is None else time.monotonic() + seconds
        try:
            self._channel.note("limit", until, seconds, what)
        except OSError:
            os._exit(GONE)

    def claim(
        self, test: int, requests: Sequence[Request[AnyResource]], wait: float | None
    ) -> Sequence[LeasedResource]:
        import attrs  # loaded already, where there are requests

        # A condition in Python stays here, and is asked from afar.
        sent = [
            (attrs.evolve(request, predicate=None), request.predicate is not None) for request in requests
        ]
        conditions = [request.predicate for request in requests]
        leased: Sequence[LeasedResource] = self._ask(conditions, "claim", test, sent, wait)
        return leased

    def give_back(self, test: int, names: Sequence[str], *, dirty: bool) -> None:
        self._ask((), "give_back", test, tuple(names), dirty)

    def _tell(self, *message: Any) -> None:
        try:
            self._channel.send(*message)
        except OSError:
            # The coordinator is gone, and with it the leases: nothing may be done with the resources any more.
            os._exit(GONE)

    def _ask(self, conditions: Sequence[Callable[[Any], bool] | None], word: str, *details: Any) -> Any:
        with self._turn:
            self._asked += 1
            number = self._asked
            self._tell(word, number, *details)
            while True:
                answer = self._channel.receive()
                if answer is None:
                    os._exit(GONE)
                # The answer to a question that an interrupt put an end to may still come.
                if answer[0] == "judge" and answer[1] == number:
                    self._judge(conditions, answer)
                elif answer[1] == number:
                    return _result(answer)

    def _judge(self, conditions: Sequence[Callable[[Any], bool] | None], question: Message) -> None:
        _, number, place, data = question
        condition: Callable[[Any], bool] | None = conditions[int(place)]
        try:
            verdict, problem = bool(condition is None or condition(data)), ""
        except Exception as error:
            verdict, problem = False, f"{type(error).__name__}: {error}"
        self._tell("verdict", number, verdict, problem)


def _result(answer: Message) -> Any:
    word, _, *rest = answer
    if word == "granted":
        return rest[0]
    kind, text = rest
    raise _ERRORS.get(kind, RotestError)(text)
