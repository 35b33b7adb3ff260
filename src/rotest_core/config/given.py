"""One value that somebody gave, before it is known whether it fits."""

from __future__ import annotations

from rotest_core.quick_typing import NamedTuple, cast


class Given(NamedTuple):
    """Hold a value and where it came from.

    Args:
        value: as TOML gives it; the text itself where it came from the environment or the command line.
        origin: file, environment variable or flag.
        is_text: whether `value` is still the text that somebody typed.
        in_file: whether it came from the configuration file, whose relative paths start at the file.
    """

    value: object
    origin: str
    is_text: bool = False
    in_file: bool = False

    def as_toml(self) -> object:
        """Read a typed text as a TOML value; a text that is none stands for itself."""
        if not self.is_text or not isinstance(self.value, str):
            return self.value
        return read_text(self.value)


def read_text(text: str) -> object:
    """Read a TOML value; a text that is none stands for itself.

    >>> read_text("[1, 2]"), read_text("plain words")
    ([1, 2], 'plain words')
    """
    import tomli

    try:
        document = tomli.loads(f"value = {text}")
    except tomli.TOMLDecodeError:
        return text
    return document["value"] if len(document) == 1 else text


def as_table(value: object) -> dict[str, object] | None:
    """Give a TOML table its type; None for anything else."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[object] | None:
    """Give a TOML list (or a tuple that stands for one) its type; None for anything else."""
    return list(cast("list[object]", value)) if isinstance(value, list | tuple) else None
