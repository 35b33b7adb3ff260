"""Section 10: signatures; more in tests/results/test_signing.py."""

from __future__ import annotations

from rotest_core.plugin import Signature
from rotest_core.results import Recogniser, fits, normalise

FIRST = "ConnectionError: 10.0.0.1:4001 gave no answer after 3.5 s (0x7f00aa, /tmp/a/b.log)\r\nsecond line"
LATER = "ConnectionError: 10.0.9.9:22 gave no answer after 12 s (0x11, /var/tmp/x/y.log)\nsecond line"


def signature(name: str, pattern: str, created: float) -> Signature:
    return Signature(id=name, pattern=pattern, name=name, created=created)


def test_10_1_a_later_failure_that_fits_is_the_known_one() -> None:
    assert normalise(FIRST) == normalise(LATER)
    known = [
        signature("wide", "ConnectionError*", 1),
        signature("late", "ConnectionError: <host> gave no answer*", 3),
        signature("old", "ConnectionError: <host> gave*", 2),
        signature("exact", normalise(FIRST), 9),
    ]
    recogniser = Recogniser(known, (), now=10)
    assert recogniser.recognise(LATER).signature == "exact"
    assert recogniser.recognise("ConnectionError: 10.1.1.1 gave nothing").signature == "wide"
    assert not recogniser.recognise("ValueError: 3").known


def test_10_1_no_pattern_stalls_a_run() -> None:
    assert not fits("*a" * 2_000 + "b", "a" * 4_000)
