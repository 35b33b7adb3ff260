"""``rotest signatures list``, ``show`` and ``test``."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from rotest_core.cli.results_words import add_json, as_plain, print_json, print_table, when
from rotest_core.errors import UsageError, did_you_mean
from rotest_core.results.patterns import text_of_signature, try_pattern

if TYPE_CHECKING:
    import argparse

    from rotest_core.plugin.protocols.results import ResultsStore, Signature, SignatureTally
    from rotest_core.results.patterns import Trial
    from rotest_core.session import Session

_SHOWN = 10
ID_HELP = "a signature: its id, or the name that somebody gave it"


def configure_list(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``list``."""
    add_json(parser)


def execute_list(arguments: argparse.Namespace, session: Session, store: ResultsStore) -> int:
    """Print a line for each signature, those seen last first."""
    described = {each.id: each for each in store.signatures()}
    tallies = store.signature_tally()
    counted = {tally.id for tally in tallies}
    unseen = [each for each in described.values() if each.id not in counted]
    if arguments.json:
        values = [{**as_plain(tally), "described": described.get(tally.id)} for tally in tallies]
        print_json([*values, *({"id": each.id, "count": 0, "described": each} for each in unseen)])
        return 0
    if not (tallies or unseen):
        print("no failure is known: run tests with -o db,signature", file=sys.stderr)
        return 0
    rows = [_row(tally.id, tally, described.get(tally.id)) for tally in tallies]
    rows += [_row(each.id, None, each) for each in unseen]
    headings = ["SIGNATURE", "STATE", "NAME", "FAILURES", "TESTS", "FIRST", "LAST", "LINK", "WHY"]
    print_table(session, headings, rows)
    return 0


def configure_show(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``show``."""
    parser.add_argument("signature", metavar="SIGNATURE", help=ID_HELP)
    add_json(parser)


def execute_show(arguments: argparse.Namespace, session: Session, store: ResultsStore) -> int:
    """Print what is known of a signature, and the newest failures that have it."""
    found = find_signature(store, arguments.signature)
    described = next((each for each in store.signatures() if each.id == found), None)
    pattern = described.pattern if described else text_of_signature(store, found)
    failures = [test for test, _ in store.failures() if test.signature == found]
    if arguments.json:
        print_json({"id": found, "pattern": pattern, "described": described, "failures": failures})
        return 0
    pairs = {
        "signature": found,
        "state": state_of(described),
        "name": described.name if described else "",
        "link": described.link if described else "",
        "cause": described.cause if described else "",
        "expires": when(described.expires) if described and described.expires is not None else "",
        "failures": str(len(failures)),
        "pattern": pattern.replace("\n", "\n" + " " * 11),
    }
    for key, text in pairs.items():
        if text:
            print(f"{key:9}  {text}")
    if failures:
        print()
        rows = [[when(test.started), test.run[:8], test.id, test.summary] for test in failures[:_SHOWN]]
        print_table(session, ["WHEN", "RUN", "TEST", "WHY"], rows)
    return 0


def configure_test(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``test``."""
    parser.add_argument(
        "pattern",
        metavar="PATTERN",
        help="a failure with <n>, <path>, ... for what differs; * stands for any text",
    )
    add_json(parser)


def execute_test(arguments: argparse.Namespace, session: Session, store: ResultsStore) -> int:
    """Print which past failures a pattern describes, and which passing tests logged the like."""
    trial = try_pattern(store, arguments.pattern)
    if arguments.json:
        print_json(trial)
        return 0
    tests = dict.fromkeys(test.id for test in trial.failures)
    print(f"{len(trial.failures)} of {trial.tried} past failures, of {len(tests)} tests")
    for problem in problems_of(trial):
        print(problem)
    if trial.failures:
        print()
        rows = [
            [when(test.started), test.run[:8], test.signature, test.id, test.summary]
            for test in trial.failures[:_SHOWN]
        ]
        print_table(session, ["WHEN", "RUN", "SIGNATURE", "TEST", "WHY"], rows)
    return 0


def problems_of(trial: Trial) -> list[str]:
    """Say what speaks against a pattern."""
    problems = [] if trial.failures else ["it describes no past failure"]
    problems += [
        f"it describes {count} failures that are known as {signature}"
        for signature, count in trial.others.items()
    ]
    problems += [
        f"the passing test {test} logged the like: {line.splitlines()[0]}"
        for test, line in trial.passing[:_SHOWN]
    ]
    if len(trial.passing) > _SHOWN:
        problems.append(f"and {len(trial.passing) - _SHOWN} more passing tests did")
    return problems


def find_signature(store: ResultsStore, spelled: str) -> str:
    """Return the id of the signature that is meant.

    Raises:
        UsageError: none is, with the nearest ones; or several are.
    """
    described = store.signatures()
    ids = {*(tally.id for tally in store.signature_tally()), *(each.id for each in described)}
    if spelled in ids:
        return spelled
    found = [each.id for each in described if each.name == spelled]
    found = found or sorted(
        each for each in ids if spelled and each.removeprefix("s-").startswith(spelled.removeprefix("s-"))
    )
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{spelled!r} may be {', '.join(found[:_SHOWN])}")
    known = [*ids, *(each.name for each in described if each.name)]
    raise UsageError(f"there is no signature {spelled!r}{did_you_mean(spelled, known)}")


def state_of(described: Signature | None) -> str:
    """Say whether a signature is known, and whether its failures are expected."""
    if described is None:
        return "seen"
    now = time.time()
    if described.expires is not None and described.expires <= now:
        return "expired"
    if described.expected_until is not None and described.expected_until > now:
        return f"expected until {when(described.expected_until)}"
    return "known"


def _row(identifier: str, tally: SignatureTally | None, described: Signature | None) -> list[str]:
    counts = (
        [str(tally.count), str(tally.tests), when(tally.first), when(tally.last)]
        if tally
        else ["0", "0", "", ""]
    )
    return [
        identifier,
        state_of(described),
        described.name if described else "",
        *counts,
        described.link if described else "",
        tally.summary if tally else "",
    ]
