"""docs/configuration.md describes every option as the table does."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotest_core.config.options import FREE_SECTION, OPTIONS, PLUGIN_SECTIONS, Option, sections
from rotest_core.config.values import shown

DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"
KINDS = {
    "bool": "true or false",
    "int": "whole number",
    "seconds": "duration",
    "text": "text",
    "words": "list of texts",
    "path": "path",
    "paths": "list of paths",
}


def row(option: Option) -> str:
    """Write the line of the option's table in the document."""
    kind = ", ".join(f"`{choice}`" for choice in option.choices) or KINDS[option.kind]
    flags = ", ".join(f"`{flag}`" for flag in option.flags) or ("`PATH...`" if option.kind == "paths" else "")
    return f"| `{option.name}` | {kind} | `{shown(option.default)}` | {flags} | {option.help} |"


def section_of_document(section: str) -> str:
    text = DOCUMENT.read_text(encoding="utf-8")
    heading = f"\n### `[{section}]`"
    assert heading in text
    return text.partition(heading)[2].partition("\n### ")[0].partition("\n## ")[0]


@pytest.mark.parametrize("option", OPTIONS.values(), ids=list(OPTIONS))
def test_option_is_documented(option: Option) -> None:
    assert row(option) in section_of_document(option.section).splitlines()


@pytest.mark.parametrize("section", sections())
def test_no_option_is_documented_that_is_not_there(section: str) -> None:
    if section in (*PLUGIN_SECTIONS, FREE_SECTION):
        section = f"{section}.NAME" if section in PLUGIN_SECTIONS else section
    rows = [line for line in section_of_document(section).splitlines() if line.startswith("| `")]

    assert rows == [row(option) for option in OPTIONS.values() if option.section == section]
