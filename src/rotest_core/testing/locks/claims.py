"""Write claims shortly: ``claim("A|B", "~C")``."""

from __future__ import annotations

import itertools
import os
import re

from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import Candidate, Claim, Grant, Notice, Part, Want

TYPE = "Device"

_CANDIDATE = re.compile(r"(?P<name>\w+)(?:\*(?P<capacity>\d+))?(?:\[(?P<parts>[\w,*]+)\])?")

_numbers = itertools.count(1)


def claim(
    *wants: str,
    wait: float | None = None,
    priority: int = 0,
    label: str = "",
    within: tuple[Grant, ...] = (),
    identifier: str = "",
) -> Claim:
    """Make a claim.

    Args:
        wants: for each the names of the candidates, with ``|`` between them; ``~`` before them to share; ``A*3`` is a
            record of three units, ``A[B,C]`` one with parts.
        wait: seconds it may wait.
        priority: higher goes first.
        label: what it is for.
        within: grants that are kept meanwhile.
        identifier: its id; empty for one that nobody else has.
    """
    return Claim(
        id=identifier or f"claim-{os.getpid()}-{next(_numbers)}",
        wants=tuple(_want(f"w{place}", text) for place, text in enumerate(wants)),
        label=label,
        priority=priority,
        wait=wait,
        within=tuple(grant.claim for grant in within),
    )


def key(name: str) -> RecordKey:
    """Return the record of a name."""
    return RecordKey(TYPE, name)


def names(grant: Grant | None) -> list[str]:
    """Return the names of the records that serve the wants of a grant, in order; parts are left out."""
    assert grant is not None, "the claim was not granted"
    return [lease.key.name for lease in grant.leases if lease.part_of is None]


def grants(notices: tuple[Notice, ...] | list[Notice]) -> list[Grant]:
    """Return the grants among some notices."""
    return [notice for notice in notices if isinstance(notice, Grant)]


def _want(name: str, text: str) -> Want:
    shared = text.startswith("~")
    return Want(name, tuple(_candidate(part) for part in text.lstrip("~").split("|")), not shared)


def _candidate(text: str) -> Candidate:
    found = _CANDIDATE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no candidate")
    parts = found["parts"].split(",") if found["parts"] else []
    return Candidate(key(found["name"]), int(found["capacity"] or 1), tuple(map(_part, parts)))


def _part(text: str) -> Part:
    name, _, capacity = text.partition("*")
    return Part(key(name), int(capacity or 1))
