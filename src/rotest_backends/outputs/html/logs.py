"""Show the log of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_backends.outputs.failures import level_name
from rotest_backends.outputs.html.markup import block, inline

if TYPE_CHECKING:
    from collections.abc import Callable

    from rotest_backends.outputs.html.gathering import Story
    from rotest_core.events import LogWritten


def log(story: Story, clock: Callable[[float], str]) -> str:
    """Return the first and the last log records of a test.

    Args:
        story: of the test.
        clock: shows a moment.
    """
    if not story.log_count:
        return ""
    shown = len(story.first_logs) + len(story.last_logs)
    of = f" of {story.log_count:,}" if shown < story.log_count else ""
    title = f"{shown:,}{of} line{'s' * (story.log_count > 1)}"
    rows = [_row(record, clock) for record in story.first_logs]
    if shown < story.log_count:
        rows.append(f'<li class="cut">{story.log_count - shown:,} lines left out, see events.jsonl</li>')
    rows += [_row(record, clock) for record in story.last_logs]
    return f'<h4>Log <small>{title}</small></h4><ol class="log">{"".join(rows)}</ol>'


def _row(record: LogWritten, clock: Callable[[float], str]) -> str:
    level = max(0, min(50, record.level // 10 * 10))
    return (
        f'<li class="l{level}"><i>{clock(record.time)}</i> <b>{level_name(record.level)}</b> '
        f"<u>{inline(record.logger)}</u> <span>{block(record.text, 60)}</span></li>"
    )
