"""A script's lock() reaches whoever serves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from rotest_core.errors import PlanError
from rotest_core.model import locking
from rotest_core.model.request import Request, ResourceT
from rotest_core.model.resource import attach_release, build_requested
from tests.model.lab import Panel, Rack


class Server:
    """Serves locks of services, and keeps what it was asked."""

    def __init__(self, directory: Path) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.released = 0
        self._directory = directory

    def __call__(
        self,
        request: Request[ResourceT],
        /,
        *,
        skip_init: bool,
        config: Mapping[str, object] | None,
        wait: float | None,
    ) -> ResourceT:
        self.asked.append((request, skip_init, config, wait))
        untyped: Any = request
        resource = build_requested(untyped, work_dir=self._directory)
        attach_release(resource, self._release)
        locked: ResourceT = resource
        return locked

    def _release(self) -> None:
        self.released += 1


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    before = locking.current()
    server = Server(tmp_path)
    locking.install(server)
    yield server
    locking.install(before)


def test_lock_asks_for_what_a_request_says(server: Server) -> None:
    panel = Panel.lock(host="h", skip_init=True, config={"a": 1}, wait=5)
    assert server.asked == [(Panel.request(host="h"), True, {"a": 1}, 5)]
    assert panel.host == "h"
    panel.release()
    assert server.released == 1


def test_lock_is_a_context_manager(server: Server) -> None:
    with Panel.lock(host="h") as panel:
        assert panel.host == "h"
    assert server.released == 1


def test_predicate_goes_with_the_request(server: Server) -> None:
    with pytest.raises(PlanError):
        Panel.lock(hots="h").release()
    del server


def test_without_anybody_to_serve_lock_says_what_to_import() -> None:
    before = locking.current()
    locking.install(None)
    try:
        with pytest.raises(RuntimeError, match="import BaseResource from rotest_core"):
            Rack.lock()
    finally:
        locking.install(before)
