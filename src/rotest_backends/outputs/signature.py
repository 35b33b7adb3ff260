"""The output ``signature``: tell of each failure whether it is new or known, and sum that up at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from rotest_backends.outputs.terminal import Terminal, one_line
from rotest_core.events import (
    FailureClassified,
    Outcome,
    OutcomeReported,
    RunStarted,
    TestFinished,
    TestStarted,
)
from rotest_core.results import Recogniser

if TYPE_CHECKING:
    from rotest_core.events import Event
    from rotest_core.plugin import HandlerContext
    from rotest_core.results import Recognised

FAILURES = (Outcome.FAILURE, Outcome.ERROR)

NAMED = 5
"""How many tests are named for each signature."""


@attrs.frozen(kw_only=True)
class SignatureOptions:
    """Hold the options of ``signature``."""

    summary: bool = attrs.field(
        default=True,
        metadata={"help": "print at the end which failures are new and known, and what is flaky"},
    )


@attrs.define
class _Kind:
    """Failures that are alike.

    Attributes:
        recognised: what they were recognised as.
        summary: the first of them in one line.
        tests: the ids of the tests that failed so.
    """

    recognised: Recognised
    summary: str
    tests: list[str]


class SignatureHandler:
    """Recognise failures while a run goes on.

    What somebody described is known, and so is what was seen in a run before this one.

    Args:
        context: gives the results store, and takes what was recognised.
        options: what to print.
    """

    def __init__(self, context: HandlerContext, options: SignatureOptions) -> None:
        self._context = context
        self._options = options
        self._terminal = Terminal(context)
        self._recogniser: Recogniser | None = None
        self._running: dict[int, TestStarted] = {}
        self._classified: set[int] = set()
        self._inside: dict[str, Recognised] = {}
        self._kinds: dict[str, _Kind] = {}
        self._flaky: list[str] = []

    def handle(self, event: Event) -> None:
        """Take one event.

        Raises:
            StoreError: the results store cannot be opened.
        """
        if isinstance(event, TestStarted):
            self._running[event.test] = event
            self._classified.discard(event.test)
            if event.kind == "flow":
                self._inside.pop(event.id, None)
        elif isinstance(event, OutcomeReported):
            if event.outcome in FAILURES and event.test not in self._classified:
                self._classify(event)
        elif isinstance(event, TestFinished):
            started = self._running.pop(event.test, None)
            if (
                started is not None
                and started.attempt > 1
                and event.outcome.good
                and not self._is_part(started)
            ):
                self._flaky.append(started.id)
        elif isinstance(event, RunStarted):
            store = self._context.results()
            seen = {tally.id for tally in store.signature_tally() if tally.first < event.time}
            self._recogniser = Recogniser(store.signatures(), seen, now=event.time)

    def _is_part(self, ended: TestStarted) -> bool:
        """Tell whether it is a part of a flow, which has the flow's id and ends before the flow does."""
        return any(running.id == ended.id for running in self._running.values())

    def close(self) -> None:
        """Say which failures are new, which are known, and which tests are flaky."""
        if self._options.summary and (self._kinds or self._flaky):
            self._print()

    def _classify(self, event: OutcomeReported) -> None:
        started = self._running.get(event.test)
        if self._recogniser is None or started is None:
            return
        # The first failure of an attempt is what the others follow from; that of a flow is what failed in it.
        self._classified.add(event.test)
        inside = self._inside.get(started.id) if started.kind == "flow" else None
        found = inside or self._recogniser.recognise(event.text or event.summary)
        if started.kind == "block":
            self._inside.setdefault(started.id, found)
        described = found.described
        self._context.tell(
            FailureClassified(
                event.time,
                event.test,
                found.signature,
                "known" if found.known else "new",
                described.name if described else "",
                described.link if described else "",
            )
        )
        kind = self._kinds.setdefault(found.signature, _Kind(found, event.summary, []))
        if started.id not in kind.tests:
            kind.tests.append(started.id)

    def _print(self) -> None:
        terminal = self._terminal
        kinds = sorted(self._kinds.values(), key=lambda kind: kind.recognised.known)
        new = sum(not kind.recognised.known for kind in kinds)
        counts = f"{new} new, {len(kinds) - new} known, {len(self._flaky)} flaky"
        terminal.write(f"\n{terminal.bold('signatures')}: {counts}\n")
        for kind in kinds:
            known, described = kind.recognised.known, kind.recognised.described
            word = terminal.dim("KNOWN") if known else terminal.alarm("NEW  ")
            name = " ".join(filter(None, (described.name, described.link))) if described else ""
            what = name or kind.summary
            terminal.write(f"  {word} {kind.recognised.signature}  {one_line(what)}\n")
            for test in kind.tests[:NAMED]:
                terminal.write(f"          {one_line(test)}\n")
            if len(kind.tests) > NAMED:
                terminal.write(f"          and {len(kind.tests) - NAMED} more\n")
        for test in self._flaky:
            terminal.write(f"  FLAKY {one_line(test)}\n")


def signature(context: HandlerContext) -> SignatureHandler:
    """Make the output by its options."""
    return SignatureHandler(context, context.options(SignatureOptions))
