"""``rotest signatures set``, ``merge`` and ``remove``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import attrs

from rotest_core.cli.resources_words import moment
from rotest_core.cli.signatures_show import ID_HELP, find_signature, problems_of
from rotest_core.errors import UsageError
from rotest_core.plugin.protocols.results import Signature
from rotest_core.results.patterns import generalise, text_of_signature, try_pattern
from rotest_core.results.text import storable

if TYPE_CHECKING:
    import argparse

    from rotest_core.plugin.protocols.results import ResultsStore
    from rotest_core.results.patterns import Trial
    from rotest_core.session import Session

_NEVER = "never"


def configure_set(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``set``."""
    parser.add_argument("signature", metavar="SIGNATURE", help=f"{ID_HELP}; or, with --pattern, a new one")
    parser.add_argument("--name", metavar="TEXT", help="what people call it")
    parser.add_argument("--link", metavar="URL", help="where it is dealt with")
    parser.add_argument("--cause", metavar="TEXT", help="whom or what it is laid to")
    parser.add_argument(
        "--pattern", metavar="PATTERN", help="what failures it describes; * stands for any text"
    )
    parser.add_argument(
        "--expires", metavar="TIME", help="when it is not known any longer: 30d, 2030-12-31, never"
    )
    parser.add_argument(
        "--expected-until",
        metavar="TIME",
        help="until when its failures are expected ones: 2w, 2030-12-31, never",
    )
    parser.add_argument("--force", action="store_true", help="whatever past results say against the pattern")


def execute_set(arguments: argparse.Namespace, session: Session, store: ResultsStore) -> int:
    """Keep what is said, unless past results speak against the pattern."""
    del session
    known = _known(arguments, store)
    changed = attrs.evolve(
        known,
        name=_given(arguments.name, known.name),
        link=_given(arguments.link, known.link),
        cause=_given(arguments.cause, known.cause),
        pattern=_given(arguments.pattern, known.pattern),
        expires=_moment(arguments.expires, known.expires),
        expected_until=_moment(arguments.expected_until, known.expected_until),
    )
    trial = try_pattern(store, changed.pattern, own=changed.id)
    _refuse(trial, force=arguments.force)
    _keep(store, changed, trial)
    print(f"{changed.id} describes {len(trial.failures)} of {trial.tried} past failures")
    return 0


def configure_merge(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``merge``."""
    parser.add_argument("signature", metavar="SIGNATURE", help=f"what remains: {ID_HELP}")
    parser.add_argument("others", metavar="OTHER", nargs="+", help="what becomes part of it")
    parser.add_argument("--force", action="store_true", help="whatever past results say against the pattern")


def execute_merge(arguments: argparse.Namespace, session: Session, store: ResultsStore) -> int:
    """Let one signature describe what several did; its pattern has stars where theirs differ."""
    del session
    into = find_signature(store, arguments.signature)
    others = [
        each for each in (find_signature(store, spelled) for spelled in arguments.others) if each != into
    ]
    if not others:
        raise UsageError("a signature is merged with another")
    described = {each.id: each for each in store.signatures()}
    patterns = [
        described[each].pattern if each in described else text_of_signature(store, each)
        for each in (into, *others)
    ]
    known = described.get(into) or Signature(id=into, pattern=patterns[0], created=time.time())
    merged = attrs.evolve(known, pattern=generalise(filter(None, patterns)))
    trial = try_pattern(store, merged.pattern, own=into)
    foreign = {each: count for each, count in trial.others.items() if each not in others}
    _refuse(attrs.evolve(trial, others=foreign), force=arguments.force)
    for each in others:
        store.remove_signature(each)
    _keep(store, merged, trial)
    print(f"{into} describes {len(trial.failures)} of {trial.tried} past failures: {merged.pattern}")
    return 0


def configure_remove(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``remove``."""
    parser.add_argument("signatures", metavar="SIGNATURE", nargs="+", help=ID_HELP)


def execute_remove(arguments: argparse.Namespace, session: Session, store: ResultsStore) -> int:
    """Forget what was said of signatures; their failures stay."""
    del session
    for found in [find_signature(store, spelled) for spelled in arguments.signatures]:
        print(f"removed {found}" if store.remove_signature(found) else f"nothing was said of {found}")
    return 0


def _known(arguments: argparse.Namespace, store: ResultsStore) -> Signature:
    """Return what is known already, or what the failures themselves say."""
    try:
        found = find_signature(store, arguments.signature)
    except UsageError:
        if arguments.pattern is None:
            raise
        return Signature(id=storable(arguments.signature), pattern=arguments.pattern, created=time.time())
    described = next((each for each in store.signatures() if each.id == found), None)
    return described or Signature(id=found, pattern=text_of_signature(store, found), created=time.time())


def _refuse(trial: Trial, *, force: bool) -> None:
    problems = problems_of(trial)
    if problems and not force:
        raise UsageError("\n  ".join(("nothing was saved; --force saves all the same", *problems)))


def _keep(store: ResultsStore, signature: Signature, trial: Trial) -> None:
    store.put_signature(signature)
    store.relabel((test, signature.id) for test in trial.failures if test.signature != signature.id)


def _given(text: str | None, known: str) -> str:
    return known if text is None else storable(text)


def _moment(spelled: str | None, known: float | None) -> float | None:
    """Read a moment to come, in seconds since the epoch; None for never; what is known where nothing is given."""
    from datetime import UTC, datetime

    if spelled is None:
        return known
    if spelled == _NEVER:
        return None
    try:
        return moment(spelled, datetime.now(UTC)).timestamp()
    except UsageError:
        raise UsageError(
            f"{spelled!r} is no time: write 2h, 3d, 1w, 2030-12-31, 2030-12-31T18:00 or never"
        ) from None
