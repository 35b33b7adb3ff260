"""The option table agrees with itself and with the typed settings."""

from __future__ import annotations

from typing import get_origin, get_type_hints

import pytest

from rotest_core.config import settings
from rotest_core.config.options import FREE_SECTION, OPTIONS, PLUGIN_SECTIONS, Option, sections
from rotest_core.config.settings import load_settings

PYTHON_TYPES: dict[str, object] = {
    "bool": bool,
    "int": int,
    "seconds": float,
    "text": str,
    "words": tuple[str, ...],
    "path": str,
    "paths": tuple[str, ...],
}
CLASSES = {
    "run": settings.RunSettings,
    "run.retry": settings.RetrySettings,
    "resources": settings.ResourceSettings,
    "inventory": settings.InventorySettings,
    "store": settings.StoreSettings,
    "results": settings.ResultSettings,
    "locks": settings.LockSettings,
    "logging": settings.LoggingSettings,
    "plugins": settings.PluginSettings,
    "terminal": settings.TerminalSettings,
}


def test_typed_settings_have_the_fields_and_types_of_the_table() -> None:
    typed = {
        f"{section}.{name}": kind
        for section, cls in CLASSES.items()
        for name, kind in get_type_hints(cls).items()
    }

    assert typed == {key: PYTHON_TYPES[option.kind] for key, option in OPTIONS.items()}


@pytest.mark.parametrize("option", OPTIONS.values(), ids=list(OPTIONS))
def test_option_is_explained_and_has_a_default_of_its_kind(option: Option) -> None:
    assert option.help
    assert option.help[0].islower()
    assert type(option.default) is (get_origin(PYTHON_TYPES[option.kind]) or PYTHON_TYPES[option.kind])
    assert bool(option.metavar) == (option.kind == "paths" or (bool(option.flags) and option.kind != "bool"))


def test_no_flag_is_used_twice() -> None:
    flags = [flag for option in OPTIONS.values() for flag in option.flags]

    assert len(flags) == len(set(flags))


def test_sections_are_the_table_s_then_the_plugins_then_the_users() -> None:
    tables = [section for section in CLASSES if "." not in section]

    assert sections() == (*tables, *PLUGIN_SECTIONS, FREE_SECTION)


def test_defaults_stand_in_for_everything(tmp_path: object) -> None:
    loaded = load_settings(start=str(tmp_path), environ={})

    assert {value.key: value.value for value in loaded.effective()} == {
        key: option.default for key, option in OPTIONS.items()
    }
    assert {value.origin for value in loaded.effective()} == {"default"}
