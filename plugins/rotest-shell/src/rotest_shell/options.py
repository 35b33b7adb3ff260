"""The options of the section ``[commands.shell]``."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class ShellOptions:
    """Say how a shell starts, and what shows the tests that run in it.

    Args:
        startup: lines of Python that run first, in the shell's own namespace.
        outputs: output handlers of `run_test`.
    """

    startup: tuple[str, ...] = attrs.field(
        default=(), metadata={"help": "lines of Python that run first, in the shell's own namespace"}
    )
    outputs: tuple[str, ...] = attrs.field(
        default=("loginfo",), metadata={"help": "output handlers of run_test"}
    )
