"""Let known failures be expected ones, until somebody has promised to mend them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rotest_core.results.recognising import Recogniser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rotest_core.plugin.protocols.results import Signature


def excuses(described: Iterable[Signature], *, now: float) -> Callable[[str], str] | None:
    """Return what says, for the text of a failure, why it is expected, and nothing where it is not.

    Args:
        described: the signatures that somebody described.
        now: seconds since the epoch.

    Returns:
        None where no failure is expected.
    """
    known = list(described)
    if not any(_is_expected(each, now) for each in known):
        return None
    # Held against all of them: a failure that another signature describes better is not expected.
    recogniser = Recogniser(known, (), now=now)

    def excuse(text: str) -> str:
        found = recogniser.recognise(text).described
        return _reason(found) if found is not None and _is_expected(found, now) else ""

    return excuse


def _is_expected(signature: Signature, now: float) -> bool:
    return signature.expected_until is not None and signature.expected_until > now


def _reason(signature: Signature) -> str:
    until = time.strftime("%Y-%m-%d %H:%M", time.localtime(signature.expected_until))
    name = " ".join(filter(None, (signature.name or signature.id, signature.link and f"({signature.link})")))
    return f"known failure, expected until {until}: {name}"
