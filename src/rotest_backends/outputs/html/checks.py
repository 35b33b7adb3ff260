"""Show what a test expected, and whether it held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_backends.outputs.html.markup import block, inline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rotest_backends.outputs.html.gathering import Story
    from rotest_core.events import ExpectationChecked


def expectations(story: Story, place: Callable[[str, int], str]) -> str:
    """Return the expectations of a test, those that failed first, each with its source line and values.

    Args:
        story: of the test.
        place: shows a place in a source file.
    """
    failed, total = story.failed_count, story.failed_count + story.passed_count
    if not total:
        return ""
    title = f"{failed:,} of {total:,} failed" if failed else f"all {total:,} held"
    rows = "".join((*_rows(story.failed, failed, place), *_rows(story.passed, story.passed_count, place)))
    return f'<h4>Expectations <small>{title}</small></h4><table class="checks"><tbody>{rows}</tbody></table>'


def _rows(checks: list[ExpectationChecked], count: int, place: Callable[[str, int], str]) -> Iterator[str]:
    for check in checks:
        mark, word = ("s", "held") if check.passed else ("f", "failed")
        values = "".join(f"<code>{inline(value)}</code>" for value in check.values)
        text = f"<div>{block(check.text, 40)}</div>" if check.text else ""
        yield (
            f'<tr class="{mark}"><th scope="row" title="{word}"></th>'
            f'<td class="at">{place(check.file, check.line)}</td>'
            f"<td><code>{inline(check.source or check.method, 1000)}</code>{text}"
            f"{f'<p>values {values}</p>' if values else ''}</td></tr>"
        )
    if count > len(checks):
        what = "held" if checks[0].passed else "failed"
        yield (
            f'<tr><th></th><td colspan="2" class="cut">{count - len(checks):,} more {what}, and were left out, '
            "see events.jsonl</td></tr>"
        )
