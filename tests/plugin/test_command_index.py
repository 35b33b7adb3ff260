"""The help knows the commands of plugins without loading them at every start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import clean_environment
from tests.installed import install

PLUGIN = """
from rotest_core.plugin.hookspecs import hookimpl

@hookimpl
def rotest_register(registry):
    registry.command("{name}", lambda: None, summary="made for a test")
"""
CODE = """
import sys
from rotest_core.plugin.command_index import command_summaries
ours = {name: text for name, text in command_summaries().items() if text == "made for a test"}
print(ours, "rotest_core.plugin.loader" in sys.modules)
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    place = tmp_path / "site"
    install(place, "tiny", module=PLUGIN.format(name="first"))
    return place


def asked(site: Path) -> str:
    """Ask in a fresh process, with nothing but the core's package and the site on the search path."""
    environment = clean_environment(PYTHONPATH=str(site), XDG_CACHE_HOME=str(site.parent / "cache"))
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_second_answer_needs_no_plugin_loaded(site: Path) -> None:
    assert asked(site) == "{'first': 'made for a test'} True"
    assert asked(site) == "{'first': 'made for a test'} False"


def test_edited_plugin_is_asked_again(site: Path) -> None:
    asked(site)
    (site / "tiny.py").write_text(PLUGIN.format(name="second"), encoding="utf-8")

    assert asked(site) == "{'second': 'made for a test'} True"


def test_new_plugin_is_asked(site: Path) -> None:
    asked(site)
    install(site, "other", module=PLUGIN.format(name="more"))

    assert asked(site) == "{'first': 'made for a test', 'more': 'made for a test'} True"


def test_broken_plugin_is_looked_at_again_until_it_works(site: Path) -> None:
    install(site, "other", module="import absent_module")

    assert [asked(site), asked(site)] == ["{'first': 'made for a test'} True"] * 2
    (site / "other.py").write_text(PLUGIN.format(name="more"), encoding="utf-8")
    assert asked(site) == "{'first': 'made for a test', 'more': 'made for a test'} True"


def test_name_that_two_plugins_claim_does_not_spoil_the_help(site: Path) -> None:
    install(site, "other", module=PLUGIN.format(name="first"))

    assert asked(site) == "{} True"


def test_unwritable_cache_does_not_matter(site: Path) -> None:
    (site.parent / "cache").touch()

    assert [asked(site), asked(site)] == ["{'first': 'made for a test'} True"] * 2
    assert (site.parent / "cache").read_bytes() == b""
