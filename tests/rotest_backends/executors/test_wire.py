"""Messages between processes of a run."""

from __future__ import annotations

import threading

import pytest

from rotest_backends.executors.wire import PACKET, Channel, Line, Message, packets, socket_pair
from rotest_core import RotestError


@pytest.mark.parametrize("size", [0, 10, PACKET - 1, PACKET, 10 * PACKET + 7])
def test_message_of_any_size_arrives_whole(size: int) -> None:
    ours, theirs = socket_pair()
    line, channel = Line(ours), Channel(theirs)
    with ours, theirs:
        sent = ("text", "x" * size)
        channel.send(*sent)

        assert line.receive() == [sent]


def test_coordinator_never_waits_for_a_worker_that_does_not_read() -> None:
    ours, theirs = socket_pair()
    line, channel = Line(ours), Channel(theirs)
    with ours, theirs:
        for number in range(200):
            line.send("number", number, "x" * PACKET)
        assert line.full

        received: list[Message | None] = []
        while len(received) < 200:
            line.flush()
            received.append(channel.receive())

    assert [message and message[1] for message in received] == list(range(200))


def test_message_that_was_begun_and_not_ended_is_dropped() -> None:
    ours, theirs = socket_pair()
    line = Line(ours)
    with ours, theirs:
        theirs.send(packets(("long", "x" * 3 * PACKET))[0])
        Channel(theirs).send("short")
        Channel(theirs).send("long", "y" * 3 * PACKET)

        assert [message[0] for message in line.receive()] == ["short", "long"]


def test_messages_of_many_threads_do_not_mix() -> None:
    ours, theirs = socket_pair()
    line, channel = Line(ours), Channel(theirs)

    def send(letter: str) -> None:
        for number in range(20):
            channel.send(letter * (1 if number % 2 else 2 * PACKET))

    threads = [threading.Thread(target=send, args=(letter,)) for letter in "abc"]
    with ours, theirs:
        for thread in threads:
            thread.start()
        received: list[str] = []
        while len(received) < 60:
            received += [message[0] for message in line.receive()]
        for thread in threads:
            thread.join()

    assert {len(set(text)) for text in received} == {1}


def test_end_of_the_other_side_is_seen() -> None:
    ours, theirs = socket_pair()
    line, channel = Line(ours), Channel(theirs)
    ours.close()

    assert channel.receive() is None
    theirs.close()
    line.close()
    assert not line.open


def test_what_cannot_be_pickled_is_refused_with_the_reason() -> None:
    with pytest.raises(RotestError, match=r"cannot be sent to another process.*must be importable by name"):
        packets(("function", lambda: None))
