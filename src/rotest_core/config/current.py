"""The configuration of what is done by hand in this process: locks of scripts, tests from a shell.

It is that of the working directory, unless a command line said more: a plugin's command works with the configuration
that its own words asked for.
"""

from __future__ import annotations

from rotest_core.config.settings import Settings, load_settings


class _Adopted:
    """What the command line of this process came to."""

    settings: Settings | None = None


def adopt(settings: Settings) -> None:
    """Let what is done by hand from now on follow this configuration."""
    _Adopted.settings = settings


def current_settings() -> Settings:
    """Return the configuration of what is done by hand.

    Raises:
        ConfigError: that of the working directory is wrong.
    """
    return _Adopted.settings or load_settings()
