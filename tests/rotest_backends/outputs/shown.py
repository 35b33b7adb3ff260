"""Run events through a built-in output, as every test of this directory does."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rotest_backends.outputs.factories import register_outputs
from rotest_core.plugin.registry import Catalogues, Registry
from rotest_core.testing import FakeHandlerContext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rotest_core.events import Event
    from rotest_core.plugin.protocols.handler import OutputHandlerFactory


def built_in(name: str) -> OutputHandlerFactory:
    """Return the factory that is registered under a name."""
    catalogues = Catalogues()
    register_outputs(Registry(catalogues, "rotest-core"))
    return catalogues.outputs.get(name)


def shown(
    name: str,
    events: Iterable[Event],
    *,
    values: Mapping[str, object] | None = None,
    verbosity: int = 0,
    color: bool = False,
    chosen: tuple[str, ...] = (),
    stream: TextIO | None = None,
) -> str:
    """Return what an output prints of events; nothing if `stream` is given."""
    with tempfile.TemporaryDirectory() as directory:
        context = FakeHandlerContext(
            Path(directory),
            name=name,
            values=values,
            verbosity=verbosity,
            color=color,
            chosen=chosen,
            stream=stream,
        )
        handler = built_in(name)(context)
        for event in events:
            handler.handle(event)
        handler.close()
        return context.text if stream is None else ""
