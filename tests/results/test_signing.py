"""Failures that are alike have one signature."""

from __future__ import annotations

import time

import pytest

from rotest_core.plugin import Signature
from rotest_core.results import Recogniser, fits, normalise, signature_id
from rotest_core.results.patterns import generalise

TRACEBACK = """\
Traceback (most recent call last):
  File "/home/ann/project/test_x.py", line {line}, in test_x
    self.assertEqual(1, 2)
    ~~~~~~~~~~~~~~~~^^^^^^

AssertionError: {message}
"""


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("AssertionError: 3.5 != 3", "AssertionError: <n> != <n>"),
        ("OSError: [Errno 111] 10.0.0.2:1357 refused", "OSError: [Errno <n>] <host> refused"),
        ("<Board object at 0x7f3a2c>", "<Board object at <address>>"),
        ("no file '/home/ada/x.log'", "no file '<path>'"),
        ("late at 2025-11-22T08:26:40Z", "late at <time>"),
        ("job 123e4567-e89b-12d3-a456-426614174000 lost", "job <id> lost"),
        ("value was -12e3", "value was <n>"),
        ("and/or is no path", "and/or is no path"),
        ("", ""),
    ],
)
def test_a_word_stands_for_what_differs(message: str, expected: str) -> None:
    assert normalise(message) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("no answer after 3.5 s", "no answer after 12 s"),
        ("object at 0x7f00aa", "object at 0x11"),
        ("2026-01-02 03:04:05.678 lost", "2027-11-12T13:14:15Z lost"),
        ("lost at 03:04:05,678", "lost at 11:22:33"),
        ("job 123e4567-e89b-12d3-a456-426614174000", "job 00000000-e89b-12d3-a456-426614174000"),
        ("commit 0a1b2c3d4e5f", "commit ffeeddccbbaa00998877"),
        ("cannot reach 10.0.0.1:22", "cannot reach 192.168.1.77:2222"),
        ("/tmp/a1/b.log is empty", "/var/tmp/rotest/other.log is empty"),
        ("one\r\ntwo  three", "one\ntwo three\n"),
        (TRACEBACK.format(line=3, message="no"), TRACEBACK.format(line=99, message="no")),
        (TRACEBACK.format(line=3, message="no"), "AssertionError: no"),
    ],
)
def test_what_differs_from_run_to_run_does_not_count(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)
    assert signature_id(normalise(one)) == signature_id(normalise(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("no answer", "no power"),
        ("KeyError: 'a'", "KeyError: 'b'"),
        ("voltage1 is low", "voltage2 is low"),
        (TRACEBACK.format(line=3, message="no"), TRACEBACK.format(line=3, message="yes")),
    ],
)
def test_what_says_something_counts(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


def test_where_an_expectation_stands_does_not_count() -> None:
    text = 'ExpectationFailure: 1 != 2\n  File "t.py", line {line}, in test_x\n    self.expectEqual(1, 2)\n  1 != 2'

    assert (
        normalise(text.format(line=1))
        == normalise(text.format(line=2))
        == "ExpectationFailure: <n> != <n>\n<n> != <n>"
    )


def test_the_exceptions_of_a_chain_count_all() -> None:
    chain = (
        TRACEBACK.format(line=1, message="a")
        + "\nThe above exception was the direct cause of the following exception:\n\n"
        + TRACEBACK.format(line=2, message="b")
    )

    assert normalise(chain).splitlines() == [
        "AssertionError: a",
        "The above exception was the direct cause of the following exception:",
        "AssertionError: b",
    ]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("abc", "abc", True),
        ("abc", "abcd", False),
        ("a*c", "abbc", True),
        ("a*c", "a\nb\nc", True),
        ("a*", "a", True),
        ("*", "", True),
        ("a*b*c", "a-b-c", True),
        ("a*b*c", "a-c-b", False),
        ("ab*ba", "aba", False),
        ("[x]?", "[x]?", True),
        ("two\r\nlines", "two\nlines", True),
    ],
)
def test_a_star_stands_for_any_text(pattern: str, text: str, expected: bool) -> None:
    assert fits(pattern, text) is expected


def test_no_pattern_stalls_a_run() -> None:
    """Where others try every way to split the text, this takes one walk through it for each piece."""
    started = time.perf_counter()

    assert not fits("*a" * 200 + "*b", "a" * 100_000)

    assert time.perf_counter() - started < 60


def test_a_long_text_is_cut_to_its_end() -> None:
    assert normalise("x" * 1_000_000 + " the reason").endswith("the reason")
    assert len(normalise("x" * 1_000_000)) == 4_000


def test_the_most_specific_pattern_counts_and_then_the_oldest() -> None:
    vague = Signature(id="vague", pattern="*e*", created=1.0)
    older = Signature(id="older", pattern="no answer from *", created=2.0)
    newer = Signature(id="newer", pattern="no answer * board", created=3.0)
    recogniser = Recogniser([newer, vague, older], (), now=10.0)

    assert recogniser.recognise("no answer from board").signature == "older"
    assert recogniser.recognise("no answer for board").signature == "newer"
    assert recogniser.recognise("else").signature == "vague"


def test_what_was_seen_is_known_and_what_expired_is_new_again() -> None:
    text = "no power"
    found = signature_id(normalise(text))

    assert not Recogniser([], (), now=10.0).recognise(text).known
    assert Recogniser([], {found}, now=10.0).recognise(text).known
    expired = Signature(id=found, pattern="no power", expires=5.0)
    assert not Recogniser([expired], {found}, now=10.0).recognise(text).known
    assert Recogniser([expired], {found}, now=1.0).recognise(text).described == expired


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["same", "same"], "same"),
        (["no answer from board <n>", "no answer from rack <n>"], "no answer from * <n>"),
        (["a b c", "a x c", "a b y"], "a *"),
        (["one", "two words"], "*"),
    ],
)
def test_a_pattern_for_several_has_stars_where_they_differ(patterns: list[str], expected: str) -> None:
    found = generalise(patterns)

    assert all(fits(found, pattern) for pattern in patterns)
    assert found == expected
