"""What processes tell one another: as JSON values, in datagrams."""

from __future__ import annotations

import json

import pytest

from rotest_core.leasing import (
    Content,
    Hint,
    Mailbox,
    Postman,
    Rival,
    current_owner,
    pack_candidates,
    pack_content,
    unpack_candidates,
    unpack_content,
)
from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import (
    Candidate,
    ClaimExpired,
    Grant,
    Lease,
    LeaseLost,
    LeaseWanted,
    Part,
)

WHOLE = Lease(claim="c", want="w", key=RecordKey("Rack", "r\x1f\u00e9"), token=7, dirty=True, exclusive=False)
PART = Lease(claim="c", want="w", key=RecordKey("Board", "b"), token=8, part_of=WHOLE.key)


@pytest.mark.parametrize(
    "content",
    [
        Grant("c", (WHOLE, PART)),
        ClaimExpired("c"),
        LeaseLost(PART, "the rack moves"),
        LeaseWanted(WHOLE),
        Rival(3, current_owner("run")),
        Hint(),
    ],
    ids=lambda content: type(content).__name__,
)
def test_a_letter_says_what_was_written(content: Content) -> None:
    assert unpack_content(json.loads(json.dumps(pack_content(content)))) == content


def test_what_a_later_version_writes_is_a_hint() -> None:
    assert unpack_content(["moved", 1, 2]) == Hint()


def test_candidates_keep_their_order_and_parts() -> None:
    candidates = (Candidate(WHOLE.key, 2, (Part(PART.key, 3),)), Candidate(PART.key))
    assert unpack_candidates(json.loads(json.dumps(pack_candidates(candidates)))) == candidates


def test_a_mailbox_takes_what_comes_with_its_secret() -> None:
    mailbox, postman = Mailbox(), Postman()
    assert postman.send(mailbox.name, mailbox.secret, b"one two")
    assert postman.send(mailbox.name, "guessed", b"three")
    assert mailbox.receive() == [b"one two"]
    mailbox.close()
    assert not postman.send(mailbox.name, mailbox.secret, b"four")
    postman.close()


def test_nobody_writes_to_a_mailbox_that_is_not_to_be_reached() -> None:
    mailbox = Mailbox(reachable=False)
    assert (mailbox.name, mailbox.receive()) == ("", [])
    mailbox.close()
