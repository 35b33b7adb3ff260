"""Which messages count as alike."""

from __future__ import annotations

import pytest

from rotest_backends.outputs.html.signatures import signature


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("AssertionError: 3.5 != 3", "AssertionError: <n> != <n>"),
        ("OSError: [Errno 111] 10.0.0.2:1357 refused", "OSError: [Errno <n>] <host> refused"),
        ("<Board object at 0x7f3a2c>", "<Board object at <address>>"),
        ("no file '/home/ada/x.log'", "no file '<path>'"),
        ("late at 2025-11-22T08:26:40Z", "late at <time>"),
        ("late at 08:26:40.125", "late at <time>"),
        ("job 123e4567-e89b-12d3-a456-426614174000 lost", "job <id> lost"),
        ("commit 5f3c9a1b2d4e6f70 is bad", "commit <id> is bad"),
        ("value was -12e3", "value was <n>"),
        ("and/or is no path", "and/or is no path"),
        ("first\nsecond 2", "first"),
        ("", ""),
    ],
)
def test_what_differs_between_runs_is_left_out(message: str, expected: str) -> None:
    assert signature(message) == expected


def test_a_long_message_is_cut() -> None:
    assert len(signature("word " * 100_000)) == 300
