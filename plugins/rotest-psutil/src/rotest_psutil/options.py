"""The section ``[monitors.process]``."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class ProcessOptions:
    """Hold the options of `process`."""

    name: str = attrs.field(
        default="",
        metadata={
            "help": "name of the processes to watch; the one that runs the test and its children if empty"
        },
    )
    cycle: float = attrs.field(
        default=1.0, validator=attrs.validators.gt(0), metadata={"help": "seconds between two looks"}
    )
    max_memory: float | None = attrs.field(
        default=None, metadata={"help": "MiB of memory above which the test fails"}
    )
    max_cpu: float | None = attrs.field(
        default=None, metadata={"help": "percent of one processor above which the test fails"}
    )
