"""The section ``[outputs.html]``."""

from __future__ import annotations

import attrs

from rotest_backends.outputs.html.choices import HtmlChoices

DEFAULTS = HtmlChoices()


@attrs.frozen(kw_only=True)
class HtmlOptions:
    """Hold the options of ``html``."""

    path: str = attrs.field(
        default="",
        metadata={
            "help": "file to write, from the project's directory; results.html in the run's directory if empty"
        },
    )
    log_lines: int = attrs.field(
        default=DEFAULTS.log_lines,
        validator=attrs.validators.ge(0),
        metadata={"help": "how many of its last log records are shown with a test"},
    )
    passed_details: int = attrs.field(
        default=DEFAULTS.passed_details,
        validator=attrs.validators.ge(0),
        metadata={
            "help": "KiB that details of tests that went well may take, beyond 300 bytes for each such test"
        },
    )

    history: int | None = attrs.field(
        default=DEFAULTS.history,
        validator=attrs.validators.optional(attrs.validators.ge(0)),
        metadata={"help": "how many earlier runs are shown; 20 if the output db is used, too, else none"},
    )
    compare: str = attrs.field(
        default=DEFAULTS.compare,
        metadata={"help": "the run to compare with, by its identifier; the one before if empty"},
    )

    def choices(self) -> HtmlChoices:
        """Return the options as what the handler takes."""
        return HtmlChoices(
            log_lines=self.log_lines,
            passed_details=self.passed_details,
            history=self.history,
            compare=self.compare,
        )
