"""Sets of candidates, each kept once in the database and known here by its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import TypeAlias

from rotest_core.leasing import pack_candidates, unpack_candidates
from rotest_core.plugin import Candidate
from rotest_postgres.database import Link
from rotest_postgres.locks.script import Script

Candidates: TypeAlias = tuple[Candidate, ...]

_KNOWN = 512


class Pools:
    """Translate between candidates and the digests that stand for them in tables."""

    def __init__(self) -> None:
        self._by_digest: dict[str, Candidates] = {}
        self._by_identity: dict[int, tuple[Candidates, str]] = {}
        self._unwritten: dict[str, str] = {}

    def digest(self, candidates: Candidates) -> str:
        """Return the digest of some candidates; `write` sees to it that they stand in the table."""
        known = self._by_identity.get(id(candidates))
        if known is not None and known[0] is candidates:
            return known[1]
        self._make_room()
        packed = json.dumps(pack_candidates(candidates), ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.sha256(packed.encode()).hexdigest()
        if digest not in self._by_digest:
            self._unwritten[digest] = packed
        self._know(digest, candidates)
        return digest

    def get(self, digest: str) -> Candidates:
        """Return the candidates of a digest that `fetch` has brought."""
        return self._by_digest[digest]

    def fetch(self, link: Link, digests: Iterable[str]) -> None:
        """Read what is not known yet."""
        self._make_room()
        missing = [digest for digest in set(digests) if digest not in self._by_digest]
        if missing:
            rows = link.execute(
                "SELECT digest, candidates FROM rotest.lock_pool WHERE digest = ANY(%s)", (missing,)
            ).fetchall()
            for digest, packed in rows:
                self._know(digest, unpack_candidates(packed))

    def write(self, script: Script) -> None:
        """Write down what was not yet known to the database, as far as this process knows."""
        for digest, packed in self._unwritten.items():
            script.add("INSERT INTO rotest.lock_pool VALUES (%s, %s) ON CONFLICT DO NOTHING", digest, packed)
        self._unwritten.clear()

    def clear(self) -> None:
        """Know nothing any more."""
        self._by_digest.clear()
        self._by_identity.clear()
        self._unwritten.clear()

    def _know(self, digest: str, candidates: Candidates) -> None:
        self._by_digest.setdefault(digest, candidates)
        self._by_identity[id(candidates)] = (candidates, digest)

    def _make_room(self) -> None:
        if len(self._by_identity) >= _KNOWN and not self._unwritten:
            self.clear()
