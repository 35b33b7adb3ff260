"""Options that stand in a table of their own within a section: ``retry = {...}`` in ``[run]``."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotest_core.config.settings import RetrySettings, load_settings
from rotest_core.errors import ConfigError, ConfigErrors

EXPECTED = RetrySettings(times=2, on="infrastructure", fresh_resource=True)
TABLE = '{on = "infrastructure", times = 2, fresh_resource = true}'


@pytest.mark.parametrize(
    "text", [f"[run]\nretry = {TABLE}\n", f"[run.retry]\n{TABLE[1:-1].replace(', ', chr(10))}\n"]
)
def test_a_file_spells_the_table_as_toml_does(tmp_path: Path, text: str) -> None:
    (tmp_path / "rotest.toml").write_text(text)

    settings = load_settings(start=tmp_path, environ={})

    assert settings.retry == EXPECTED
    assert settings.origin("run.retry.on") == settings.origin("run.retry.times") != "default"


@pytest.mark.parametrize(
    "sets",
    [
        ("run.retry.on=infrastructure", "run.retry.times=2", "run.retry.fresh_resource=yes"),
        (f"run.retry={TABLE}",),
        ("run.retry={times = 7, fresh_resource = true}", "run.retry.on=infrastructure", "run.retry.times=2"),
    ],
)
def test_the_command_line_sets_one_key_or_the_table(tmp_path: Path, sets: tuple[str, ...]) -> None:
    assert load_settings(start=tmp_path, sets=sets, environ={}).retry == EXPECTED


def test_the_environment_names_keys_of_the_table(tmp_path: Path) -> None:
    environ = {"ROTEST_RUN_RETRY_ON": "infrastructure", "ROTEST_RUN_RETRY_TIMES": "2"}

    settings = load_settings(start=tmp_path, environ={**environ, "ROTEST_RUN_RETRY_FRESH_RESOURCE": "1"})

    assert settings.retry == EXPECTED


def test_a_key_set_on_top_leaves_the_others_as_the_file_has_them(tmp_path: Path) -> None:
    (tmp_path / "rotest.toml").write_text(f"[run]\nretry = {TABLE}\n")

    settings = load_settings(start=tmp_path, sets=("run.retry.times=5",), environ={})

    assert settings.retry == EXPECTED._replace(times=5)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("run.retry=often", 'expected a table, got "often"'),
        ("run.retry.tims=2", "unknown key (did you mean 'retry.times'"),
        ("run.retry={tims = 2}", "unknown key (did you mean 'retry.times'"),
        ('run.retry={on = "rain"}', 'expected any, infrastructure or product, got "rain"'),
    ],
)
def test_a_mistake_in_the_table_names_what_would_be_right(tmp_path: Path, given: str, problem: str) -> None:
    with pytest.raises((ConfigError, ConfigErrors)) as caught:
        load_settings(start=tmp_path, sets=(given,), environ={})

    assert problem in str(caught.value)
