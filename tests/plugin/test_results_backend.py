"""Where results are kept when nobody says so."""

from __future__ import annotations

import pytest

from rotest_core.plugin.loader import load_plugins


@pytest.mark.parametrize(
    ("chosen", "store", "expected"),
    [
        ("", "sqlite", "sqlite"),
        ("", "postgres", "postgres"),
        ("", "memory", "sqlite"),
        ("", "of a third party", "sqlite"),
        ("memory", "sqlite", "memory"),
        ("unknown", "sqlite", "unknown"),
    ],
)
def test_results_are_kept_where_the_inventory_is_if_that_lasts(
    chosen: str, store: str, expected: str
) -> None:
    assert load_plugins().catalogues.results_backend(chosen, store) == expected
