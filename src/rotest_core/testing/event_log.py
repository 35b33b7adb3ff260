"""Write events to a log, and read them back, in the tests of output handlers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rotest_core.events import Event


def write_events(path: Path, events: Iterable[Event]) -> None:
    """Write events to a file, one JSON object a line, as a run does to its ``events.jsonl``."""
    lines = [json.dumps({"event": type(event).__name__, **event._asdict()}) + "\n" for event in events]
    path.write_text("".join(lines), encoding="ascii")
