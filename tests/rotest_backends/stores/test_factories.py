"""The built-in stores are chosen by name, and take their options from the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotest_backends.stores.factories import register_stores
from rotest_core.config.settings import load_settings
from rotest_core.errors import ConfigError
from rotest_core.model.record import Record
from rotest_core.plugin.protocols.store import Store
from rotest_core.plugin.registry import Catalogues, Registry


def open_store(project: Path, *sets: str) -> Store:
    catalogues = Catalogues()
    register_stores(Registry(catalogues, "rotest-core"))
    settings = load_settings(start=project, sets=sets, environ={})
    backend = settings.store.backend
    return catalogues.stores.get(backend)(settings.context("store", backend))


def put_one(store: Store) -> None:
    store.apply(put=[Record(type="T", name="a")])
    store.close()


def test_sqlite_in_the_projects_directory_is_the_default(tmp_path: Path) -> None:
    put_one(open_store(tmp_path))

    assert (tmp_path / ".rotest" / "rotest.db").is_file()


def test_the_file_may_be_elsewhere(tmp_path: Path) -> None:
    put_one(open_store(tmp_path, "store.path=pool/inventory.db"))
    put_one(open_store(tmp_path, f"store.path={tmp_path / 'absolute.db'}"))

    assert (tmp_path / "pool" / "inventory.db").is_file()
    assert (tmp_path / "absolute.db").is_file()


def test_memory_leaves_nothing_behind(tmp_path: Path) -> None:
    put_one(open_store(tmp_path, "store.backend=memory"))

    assert open_store(tmp_path, "store.backend=memory").revision() == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("backend", "option"), [("sqlite", "pth"), ("memory", "path")])
def test_an_unknown_option_is_refused(tmp_path: Path, backend: str, option: str) -> None:
    with pytest.raises(ConfigError, match=rf"store\.{option}"):
        open_store(tmp_path, f"store.backend={backend}", f"store.{option}=x")
