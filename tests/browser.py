"""Find a browser, and open pages in it as a person would; used by tests and benchmarks.

Any Chromium or Chrome will do: the one that the variable ``CHROMIUM`` names, one on the path, or the one that
``playwright install chromium`` puts into the home directory.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from playwright.sync_api import Browser, BrowserType

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
    "chromium-headless-shell",
)
HOW = (
    "no browser: install Chromium (Debian: apt-get install chromium; elsewhere: playwright install chromium)"
)
OPTIONS = (
    "--no-sandbox",  # root, as in most containers, has none
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowserError(Exception):
    """There is no browser on this machine."""


@contextmanager
def opened_browser() -> Generator[Browser]:
    """Start a browser without a window, and end it.

    Raises:
        NoBrowserError: there is none.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        program = _program(playwright.chromium)
        browser = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        try:
            yield browser
        finally:
            browser.close()


def _program(chromium: BrowserType) -> str:
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        found = shutil.which(name) if name else None
        if found is not None:
            return found
    if Path(chromium.executable_path).exists():
        return chromium.executable_path
    raise NoBrowserError(HOW)
