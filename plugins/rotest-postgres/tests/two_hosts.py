"""Two hosts with a wire between them, which is cut: run as root, in a network name space of its own.

The near host has the database and a waiter, the far one, another name space, a holder. Each line that is printed is a
JSON value of what was seen.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import IO, Any

from rotest_core import LeaseLostError, RecordKey
from rotest_core.leasing import current_owner
from rotest_core.plugin import Candidate, Claim, Grant, LeaseLost, LockSession, Want
from rotest_core.testing import check_history
from rotest_postgres.locks.strategy import PostgresLocks
from rotest_postgres.testing import temporary_server

NEAR, FAR = "10.213.0.1", "10.213.0.2"
WANTS = (Want("w", (Candidate(RecordKey("Device", "a")),)),)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def granted(session: LockSession) -> Grant:
    return next(notice for notice in _told(session) if isinstance(notice, Grant))


def lost(session: LockSession) -> LeaseLost:
    return next(notice for notice in _told(session) if isinstance(notice, LeaseLost))


def _told(session: LockSession) -> Generator[object]:
    while True:
        yield from session.wait(1)


def far(url: str, ttl: float) -> None:
    """Hold a record until it is lost, try to release it all the same, and ask for it again."""
    ip("link", "set", "lo", "up")
    say("here")
    hear(sys.stdin)
    ip("address", "add", f"{FAR}/24", "dev", "far")
    ip("link", "set", "far", "up")
    locks = PostgresLocks(url, patience=10.0)
    session = locks.open(current_owner("far"), ttl=ttl)
    grant = session.submit(Claim(id="far", wants=WANTS))
    assert grant is not None
    say(grant.leases[0].token)
    lost(session)
    say(time.monotonic())
    try:
        session.release(grant.leases)
    except LeaseLostError:
        say("refused")
    again = session.submit(Claim(id="again", wants=WANTS)) or granted(session)
    say(again.leases[0].token)
    session.release(again.leases)
    locks.close()


@contextmanager
def far_host(url: str, ttl: float) -> Generator[subprocess.Popen[str]]:
    """Start the far host and lay a wire to it."""
    command = ["unshare", "--net", sys.executable, __file__, "far", url, str(ttl)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            hear(process.stdout)
            ip("link", "add", "near", "type", "veth", "peer", "name", "far")
            ip("link", "set", "far", "netns", str(process.pid))
            ip("address", "add", f"{NEAR}/24", "dev", "near")
            ip("link", "set", "near", "up")
            say("wired", process.stdin)
            yield process
        finally:
            process.kill()


def near(ttl: float) -> None:
    """Wait for what the far host holds, and cut the wire."""
    ip("link", "set", "lo", "up")
    listen, access = ["listen_addresses=*"], ["host all all 10.213.0.0/24 trust"]
    with temporary_server(settings=listen, access=access) as server:
        locks = PostgresLocks(server.url())
        url = server.url(tcp=True).replace("127.0.0.1", NEAR)
        with far_host(url, ttl) as process:
            stale = hear(process.stdout)
            session = locks.open(current_owner("near"), ttl=60)
            assert session.submit(Claim(id="near", wants=WANTS)) is None
            ip("link", "set", "near", "down")
            cut = time.monotonic()
            grant = granted(session)
            replaced = time.monotonic()
            told = hear(process.stdout)
            ip("link", "set", "near", "up")
            refused = hear(process.stdout)
            session.release(grant.leases)
            again = hear(process.stdout)
            process.wait(30)
        seen = {
            "tokens": [stale, grant.leases[0].token, again],
            "told": told - cut,
            "replaced": replaced - cut,
            "dirty": grant.leases[0].dirty,
            "stale release": refused,
            "violations": check_history(locks.history()),
            "held": len(locks.status().held),
        }
        locks.close()
    say(seen)


def say(value: object, to: IO[str] | None = None) -> None:
    print(json.dumps(value), file=to, flush=True)


def hear(stream: IO[str] | None) -> Any:
    assert stream is not None
    return json.loads(stream.readline())


if __name__ == "__main__":
    if sys.argv[1] == "far":
        far(sys.argv[2], float(sys.argv[3]))
    else:
        near(float(sys.argv[2]))
