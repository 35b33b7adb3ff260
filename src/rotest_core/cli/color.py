"""Whether output may be coloured, and the few colours of tables and lists."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

RESET = "\x1b[0m"
STYLES = {"bold": "\x1b[1m", "dim": "\x1b[2m", "red": "\x1b[31m", "green": "\x1b[32m", "yellow": "\x1b[33m"}


def use_color(when: str, stream: TextIO, environ: Mapping[str, str] | None = None) -> bool:
    """Decide whether a stream is coloured.

    Args:
        when: ``auto``, ``always`` or ``never``, as ``--color`` says it.
        stream: where the text goes; `auto` colours a terminal only, and none with NO_COLOR (https://no-color.org)
            or with the terminal type ``dumb``.
        environ: environment to read; that of the process when None.
    """
    if when != "auto":
        return when == "always"
    environ = os.environ if environ is None else environ
    return not environ.get("NO_COLOR") and environ.get("TERM") != "dumb" and stream.isatty()


def styled(text: str, style: str, color: bool) -> str:
    """Put a text into one of :data:`STYLES`, or leave it as it is."""
    return f"{STYLES[style]}{text}{RESET}" if color and text else text
