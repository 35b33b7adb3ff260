"""Make patterns, and try them against what past runs left."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import attrs

from rotest_core.events import LogWritten, TestFinished
from rotest_core.plugin.protocols.results import RunFilter
from rotest_core.results.event_lines import read_lines
from rotest_core.results.signing import fits, normalise, signature_id

if TYPE_CHECKING:
    from rotest_core.plugin.protocols.results import ResultsStore, StoredTest, TestDetails

LOGS = 20
"""How many of the newest runs' logs a pattern is tried against."""

FAILURES = 20_000
"""How many of the newest failures it is tried against."""

_WORDS = re.compile(r"\s+|[^\s\w]|\w+")


@attrs.frozen(kw_only=True)
class Trial:
    """Say what a pattern fits.

    Args:
        failures: past failures that it describes, the newest first.
        tried: how many failures it was held against.
        others: how many of those that it describes have a described signature of another kind, by its id.
        passing: tests that passed and whose logs hold what it describes, with the line; the first of each test.
    """

    failures: tuple[StoredTest, ...]
    tried: int
    others: dict[str, int]
    passing: tuple[tuple[str, str], ...]


def failure_text(details: TestDetails) -> str:
    """Return the text of an attempt's failure that its signature is made of; empty if none is known."""
    bad = (report for report in details.reports if report.outcome.severity >= _FAILURE)
    first = next(bad, None)
    return "" if first is None else first.text or first.summary


_FAILURE = 4


def text_of_signature(store: ResultsStore, signature: str) -> str:
    """Return the normalised text of the newest failure with a signature; empty if there is none."""
    for test, details in store.failures(limit=FAILURES):
        if test.signature == signature:
            text = normalise(failure_text(details) or test.summary)
            if signature_id(text) == signature:
                return text
    return ""


def try_pattern(store: ResultsStore, pattern: str, *, own: str = "") -> Trial:
    """Hold a pattern against past failures, and against the logs of tests that passed.

    Args:
        store: the results store.
        pattern: what a normalised failure must be.
        own: the signature that it is for; failures with it are no other's.
    """
    described = {each.id for each in store.signatures()} - {own}
    found: list[StoredTest] = []
    others: dict[str, int] = {}
    verdicts: dict[str, bool] = {}
    tried = 0
    for test, details in store.failures(limit=FAILURES):
        tried += 1
        verdict = verdicts.get(test.signature)
        if verdict is None:
            text = normalise(failure_text(details) or test.summary)
            verdict = fits(pattern, text)
            # Where nobody gave it another one, all failures with this signature have this text.
            if signature_id(text) == test.signature:
                verdicts[test.signature] = verdict
        if verdict:
            found.append(test)
            if test.signature in described:
                others[test.signature] = others.get(test.signature, 0) + 1
    return Trial(failures=tuple(found), tried=tried, others=others, passing=tuple(_passing(store, pattern)))


def generalise(patterns: Iterable[str]) -> str:
    """Return a pattern that fits all that any of some patterns fits: where they differ, it has stars.

    >>> generalise(["no answer from board <n>", "no answer from rack <n>"])
    'no answer from * <n>'
    """
    first, *rest = patterns
    for other in rest:
        ours, theirs = _WORDS.findall(first), _WORDS.findall(other)
        pieces: list[str] = []
        for kind, start, end, _, _ in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
            pieces.append("".join(ours[start:end]) if kind == "equal" else "*")
        first = re.sub(r"\*(?:\s*\*)+", "*", "".join(pieces))
    return first


def _passing(store: ResultsStore, pattern: str) -> Iterable[tuple[str, str]]:
    """Find the pattern in what passing tests logged: a line that good runs have, too, says nothing of a failure."""
    told: set[str] = set()
    for run in store.runs(RunFilter(limit=LOGS)):
        hits: dict[int, str] = {}
        good: set[int] = set()
        for event in read_lines(store.events(run.id), name=run.id):
            if isinstance(event, LogWritten):
                if event.test is not None and event.test not in hits and event.level >= logging.DEBUG:
                    text = normalise(event.text)
                    if fits(f"*{pattern}*", text):
                        hits[event.test] = text
            elif isinstance(event, TestFinished) and event.outcome.good:
                good.add(event.test)
        if hits:
            names = {test.number: test.id for test in store.tests(run.id)}
            for number in sorted(hits.keys() & good):
                test = names.get(number, "")
                if test not in told:
                    told.add(test)
                    yield test, hits[number]
