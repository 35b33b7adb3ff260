"""What holds for every test, those of plugins included."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# A shared machine may pause for longer than any single example should take.
settings.register_profile("rotest", deadline=None)
settings.load_profile("rotest")

# A shell starts what runs in the background with Ctrl-C ignored, and all that is started by it inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep a developer's settings out of the tests, and the tests' traces out of the developer's home."""
    for name in list(os.environ):
        if name.startswith(("ROTEST_", "XDG_")) and not name.startswith("ROTEST_CHAOS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(_home(tmp_path_factory)))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)


def _home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.getbasetemp() / "home"
    home.mkdir(exist_ok=True)
    return home
