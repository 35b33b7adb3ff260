"""Messages between processes of a run."""

from __future__ import annotations

import _socket
import os
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

import pytest

from rotest_backends.executors.packing import pack, pack_events, unpack
from rotest_backends.executors.ring import ROOM, Ring, make_memory
from rotest_backends.executors.wire import PACKET, Channel, Line, packets, socket_pair
from rotest_core import RotestError
from rotest_core.events import InformationAdded
from rotest_core.testing.event_samples import sample_run

if TYPE_CHECKING:
    from rotest_backends.executors.packing import Message


class Ends(NamedTuple):
    """Both ends of a wire: the coordinator's, the worker's, and the worker's bare socket."""

    line: Line
    channel: Channel
    raw: _socket.socket


@pytest.fixture
def ends() -> Iterator[Ends]:
    ours, theirs = socket_pair()
    memory = make_memory("told")
    line, channel = Line(ours, Ring(memory)), Channel(theirs, Ring(memory))
    os.close(memory)
    with closing(line), closing(theirs):
        yield Ends(line, channel, theirs)


def info(number: int, size: int = 1) -> InformationAdded:
    return InformationAdded(0.0, number, "x" * size)


def numbers(messages: list[Message]) -> list[int]:
    return [event.test for message in messages if message[0] == "events" for event in message[1]]


def test_every_event_is_the_same_on_the_other_side() -> None:
    events = sample_run()

    word, got = unpack(pack_events(events))

    assert word == "events"
    assert got == events
    assert [type(event) for event in got] == [type(event) for event in events]
    for event in events:
        [same] = unpack(pack_events([event]))[1]
        assert same == event
        assert list(map(type, same)) == list(map(type, event))


@pytest.mark.parametrize("size", [0, 10, PACKET - 1, PACKET, 10 * PACKET + 7])
def test_message_of_any_size_arrives_whole(ends: Ends, size: int) -> None:
    sent = ("text", "x" * size)
    ends.channel.send(*sent)

    assert ends.line.receive() == [sent]


def test_what_is_told_comes_before_what_is_sent_later_and_wakes_nobody(ends: Ends) -> None:
    ends.channel.tell([info(1), info(2)])
    assert ends.line.receive() == []

    ends.channel.send("done")
    ends.channel.tell([info(3)])

    assert ends.line.receive() == [("events", [info(1), info(2)]), ("done",)]
    assert ends.line.receive() == []
    assert ends.line.remains() == [("events", [info(3)])]


def test_look_gives_what_had_been_told_at_the_look_before(ends: Ends) -> None:
    ends.channel.tell([info(1)])
    assert ends.line.look() == []
    ends.channel.tell([info(2)])

    assert numbers(ends.line.look()) == [1]
    assert numbers(ends.line.look()) == [2]
    assert ends.line.look() == []


def test_nothing_is_lost_where_more_is_told_than_there_is_room_for(ends: Ends) -> None:
    told, got = 300, list[int]()

    def tell() -> None:
        for number in range(told):
            ends.channel.tell([info(number, ROOM // 40)])

    teller = threading.Thread(target=tell)
    teller.start()
    while len(got) < told:
        got += numbers(ends.line.receive())
        got += numbers(ends.line.remains()) if not teller.is_alive() else []
    teller.join()

    assert got == list(range(told))


def test_record_that_is_larger_than_the_ring_goes_by_the_socket(ends: Ends) -> None:
    received: list[int] = []
    reader = threading.Thread(target=lambda: _receive(ends.line, received, 3))
    reader.start()
    ends.channel.tell([info(1)])
    ends.channel.tell([info(2, 2 * ROOM)])
    ends.channel.tell([info(3)])
    ends.channel.send("done")
    reader.join()

    assert received == [1, 2, 3]


def test_records_of_every_length_go_around_the_ring() -> None:
    memory = make_memory("around")
    with closing(Ring(memory)) as ours, closing(Ring(memory)) as theirs:
        os.close(memory)
        for size in range(3000):
            body = bytes([size % 251]) * size
            assert theirs.put(body) == len(body) + 4
            assert list(ours.take(theirs.written)) == [body]
        assert theirs.written > 4 * ROOM


def test_child_that_a_test_forks_uses_the_socket(ends: Ends) -> None:
    ends.channel.tell([info(1)])
    pid = os.fork()
    if not pid:
        ends.channel.tell([info(2)])
        os._exit(0)
    os.waitpid(pid, 0)
    ends.channel.send("done")

    assert numbers(ends.line.receive()) == [2, 1]


def test_coordinator_never_waits_for_a_worker_that_does_not_read(ends: Ends) -> None:
    for number in range(200):
        ends.line.send("number", number, "x" * PACKET)
    assert ends.line.full

    received: list[Message | None] = []
    while len(received) < 200:
        ends.line.flush()
        received.append(ends.channel.receive())

    assert [message and message[1] for message in received] == list(range(200))


def test_message_that_was_begun_and_not_ended_is_dropped(ends: Ends) -> None:
    ends.raw.send(packets(bytes(8) + pack(("long", "x" * 3 * PACKET)))[0])
    ends.channel.send("short")
    ends.channel.send("long", "y" * 3 * PACKET)

    assert [message[0] for message in ends.line.receive()] == ["short", "long"]


def test_what_cannot_be_read_is_told_as_broken(ends: Ends) -> None:
    ends.raw.send(packets(bytes(8) + b"mnonsense")[0])

    [(word, text)] = ends.line.receive()

    assert word == "broken"
    assert text.startswith("what it sent cannot be read: UnpicklingError")


def test_messages_of_many_threads_do_not_mix(ends: Ends) -> None:
    def send(letter: str) -> None:
        for number in range(20):
            ends.channel.send(letter * (1 if number % 2 else 2 * PACKET))

    threads = [threading.Thread(target=send, args=(letter,)) for letter in "abc"]
    for thread in threads:
        thread.start()
    received: list[str] = []
    while len(received) < 60:
        received += [message[0] for message in ends.line.receive()]
    for thread in threads:
        thread.join()

    assert {len(set(text)) for text in received} == {1}


def test_end_of_the_other_side_is_seen(ends: Ends) -> None:
    ends.line.close()

    assert ends.channel.receive() is None
    assert not ends.line.open


def test_what_cannot_be_pickled_is_refused_with_the_reason() -> None:
    with pytest.raises(RotestError, match=r"cannot be sent to another process.*must be importable by name"):
        pack(("function", lambda: None))


def _receive(line: Line, received: list[int], count: int) -> None:
    while len(received) < count:
        received += numbers(line.receive())
