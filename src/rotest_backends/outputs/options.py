"""The sections ``[outputs.NAME]`` of the handlers of the terminal.

Imported only when a configuration has such a section: attrs and cattrs cost more than a run of a few tests.
"""

from __future__ import annotations

import attrs

from rotest_backends.outputs.summary import StreamChoices

DEFAULTS = StreamChoices()


@attrs.frozen(kw_only=True)
class StreamOptions:
    """Hold the options that all handlers of the terminal have."""

    summary: bool = attrs.field(
        default=DEFAULTS.summary, metadata={"help": "print failures and totals at the end"}
    )
    log_lines: int = attrs.field(
        default=DEFAULTS.log_lines,
        validator=attrs.validators.ge(0),
        metadata={"help": "how many of its last log lines are shown with a failed test"},
    )
    slowest: int = attrs.field(
        default=DEFAULTS.slowest,
        validator=attrs.validators.ge(0),
        metadata={"help": "how many of the slowest tests are listed at the end"},
    )

    def choices(self) -> StreamChoices:
        """Return the options as what handlers take."""
        return StreamChoices(summary=self.summary, log_lines=self.log_lines, slowest=self.slowest)


@attrs.frozen(kw_only=True)
class XmlOptions:
    """Hold the options of ``xml``."""

    path: str = attrs.field(
        default="",
        metadata={
            "help": "file to write, from the project's directory; results.xml in the run's directory if empty"
        },
    )
    log_lines: int = attrs.field(
        default=100,
        validator=attrs.validators.ge(0),
        metadata={"help": "how many of its last log lines a failed test shows in system-err"},
    )
    locations: bool = attrs.field(
        default=False,
        metadata={
            "help": "add the attributes file and line, which GitLab reads and the schema of Jenkins lacks"
        },
    )


@attrs.frozen(kw_only=True)
class ArtifactOptions:
    """Hold the options of ``artifact``."""

    directory: str = attrs.field(
        default="",
        metadata={
            "help": "where archives are collected, from the project's directory, in a directory for each run name; "
            "artifact.zip in the run's directory if empty"
        },
    )


@attrs.frozen(kw_only=True)
class ProgressOptions(StreamOptions):
    """Hold the options of ``progress``."""

    tests: int = attrs.field(
        default=4,
        validator=attrs.validators.ge(0),
        metadata={"help": "how many of the current tests are named"},
    )
