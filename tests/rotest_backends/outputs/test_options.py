"""The sections ``[outputs.NAME]``, read as a run reads them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import attrs
import pytest

from rotest_backends.outputs.options import ProgressOptions, StreamOptions, XmlOptions
from rotest_backends.outputs.progress import SHOWN_TESTS
from rotest_backends.outputs.summary import StreamChoices
from rotest_backends.outputs.xml import LOG_LINES
from rotest_core import ConfigError, ConfigErrors
from rotest_core.config.settings import load_settings

if TYPE_CHECKING:
    from attrs import AttrsInstance

OptionsT = TypeVar("OptionsT", bound="AttrsInstance")


def options(tmp_path: Path, name: str, options_type: type[OptionsT], text: str) -> OptionsT:
    (tmp_path / "rotest.toml").write_text(f"[outputs.{name}]\n{text}\n")
    settings = load_settings(start=tmp_path, environ={})
    return settings.context(f"outputs.{name}", name).options(options_type)


def test_the_defaults_are_those_that_handlers_have_without_a_section() -> None:
    assert StreamOptions().choices() == StreamChoices()
    assert ProgressOptions().tests == SHOWN_TESTS
    assert XmlOptions() == XmlOptions(path="", log_lines=LOG_LINES, locations=False)


def test_a_section_is_converted_to_options(tmp_path: Path) -> None:
    assert options(
        tmp_path, "tree", StreamOptions, "summary = false\nslowest = 3"
    ).choices() == StreamChoices(summary=False, slowest=3)


@pytest.mark.parametrize(
    ("name", "options_type", "text", "problem"),
    [
        ("tree", StreamOptions, "slowst = 3", r"outputs\.tree\.slowst.*did you mean 'slowest'"),
        ("dots", StreamOptions, "log_lines = -1", r"outputs\.dots"),
        ("xml", XmlOptions, "locations = 'perhaps'", r"outputs\.xml\.locations"),
        ("progress", ProgressOptions, "tests = 'few'", r"outputs\.progress\.tests"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_full_key(
    tmp_path: Path, name: str, options_type: type[AttrsInstance], text: str, problem: str
) -> None:
    with pytest.raises((ConfigError, ConfigErrors), match=problem):
        options(tmp_path, name, options_type, text)


@pytest.mark.parametrize("options_type", [StreamOptions, ProgressOptions, XmlOptions])
def test_every_option_says_what_it_is_for(options_type: type[AttrsInstance]) -> None:
    assert [field.name for field in attrs.fields(options_type) if not field.metadata.get("help")] == []
