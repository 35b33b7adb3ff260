"""Recognise failures by their signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from rotest_core.results.signing import fits, normalise, signature_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from rotest_core.plugin.protocols.results import Signature


@attrs.frozen(kw_only=True)
class Recognised:
    """Say what a failure was recognised as.

    Args:
        signature: the identifier of what such failures have in common.
        known: whether somebody described it, or it was seen before.
        described: what somebody said of it; None if nobody did.
    """

    signature: str
    known: bool
    described: Signature | None = None


class Recogniser:
    """Hold failures against what is known.

    Of several patterns that fit, that with the fewest stars counts, and of several of these the oldest.

    Args:
        described: the signatures that somebody described.
        seen: the identifiers of those that failures had before.
        now: seconds since the epoch; what expired before is not known any longer.
    """

    def __init__(self, described: Iterable[Signature], seen: Collection[str], *, now: float) -> None:
        every = list(described)
        valid = [each for each in every if each.expires is None or each.expires > now]
        self._described = sorted(valid, key=lambda each: (each.pattern.count("*"), each.created, each.id))
        expired = {each.id for each in every} - {each.id for each in valid}
        self._seen = frozenset(seen) - expired

    def recognise(self, text: str) -> Recognised:
        """Recognise a failure by its text: a formatted traceback, or any message."""
        normalised = normalise(text)
        for signature in self._described:
            if fits(signature.pattern, normalised):
                return Recognised(signature=signature.id, known=True, described=signature)
        found = signature_id(normalised)
        return Recognised(signature=found, known=found in self._seen)
