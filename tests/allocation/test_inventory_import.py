"""Files are imported whole or not at all, and the inventory follows a file as long as it changes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import attrs
import pytest

from rotest_backends.stores.memory import MemoryStore
from rotest_backends.stores.sqlite import SqliteStore
from rotest_core.allocation.inventory_import import Imported, import_file, synchronise
from rotest_core.errors import InventoryError
from rotest_core.model.lookup import Query
from rotest_core.model.record import Record, RecordKey
from rotest_core.model.resource_data import ResourceData
from tests.allocation.lighthouses import LampData

A, B, C = (RecordKey(LampData.type_name(), name) for name in "abc")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "inventory.toml"


def lamps(**watts: int | str) -> str:
    return "\n".join(f'[[Lamp]]\nname = "{name}"\nwatts = {value}\n' for name, value in watts.items())


def watts(store: MemoryStore | SqliteStore) -> dict[str, object]:
    return {record.name: record.fields["watts"] for record in store.find(Query())}


def test_an_import_adds_what_a_file_holds(store: MemoryStore, file: Path) -> None:
    file.write_text(lamps(a=1, b=2), encoding="utf-8")

    assert import_file(store, file) == Imported(added=(A, B))
    assert watts(store) == {"a": 1, "b": 2}
    assert {record.origin for record in store.find(Query())} == {""}


def test_an_import_of_what_is_there_already_changes_nothing(store: MemoryStore, file: Path) -> None:
    file.write_text(lamps(a=1), encoding="utf-8")
    import_file(store, file)
    before = store.revision()

    assert import_file(store, file) == Imported(unchanged=(A,))
    assert store.revision() == before


def test_an_import_changes_existing_records_only_when_told(store: MemoryStore, file: Path) -> None:
    store.apply(put=[Record(type="Lamp", name="a", comment="old", fields={"watts": 1, "colour": "red"})])
    file.write_text(lamps(b=5, a=2), encoding="utf-8")

    with pytest.raises(InventoryError) as caught:
        import_file(store, file)
    assert str(caught.value) == dedent(
        f"""\
        {file}: nothing was imported
          line 5: Lamp/a: exists already, and differs; --replace changes it"""
    )
    assert watts(store) == {"a": 1}

    assert import_file(store, file, replace=True) == Imported(added=(B,), changed=(A,))
    assert watts(store) == {"a": 2, "b": 5}
    found = store.get(A)
    assert found is not None
    assert (found.comment, found.fields["colour"]) == ("", "white")


def test_an_import_leaves_alone_who_uses_a_record_unless_its_row_says(store: MemoryStore, file: Path) -> None:
    until = datetime(2040, 1, 1, tzinfo=UTC)
    state = {"usable": False, "unusable_reason": "smoke", "reserved_for": "ann", "reserved_until": until}
    record = Record(type="Lamp", name="a", **state, fields={"watts": 1, "colour": "white"})  # type: ignore[arg-type]
    store.apply(put=[record])
    file.write_text(lamps(a=2), encoding="utf-8")
    import_file(store, file, replace=True)
    assert store.get(A) == attrs.evolve(record, version=2, fields={"watts": 2, "colour": "white"})

    file.write_text(lamps(a=2) + "usable = true\n", encoding="utf-8")
    import_file(store, file, replace=True)

    found = store.get(A)
    assert found is not None
    assert (found.usable, found.unusable_reason, found.reserved_for) == (True, "", "ann")


def test_a_reference_must_lead_to_a_record_of_the_file_or_the_store(store: MemoryStore, file: Path) -> None:
    store.apply(put=[Record(type="Island", name="rock", fields={"area": 1.0})])
    file.write_text(
        dedent(
            """\
            [[Lighthouse]]
            name = "good"
            height = 1
            lamp = "b"
            island = "rock"

            [[Lighthouse]]
            name = "bad"
            height = 1
            lamp = "c"
            island = "sea"

            [[LedLamp]]
            name = "b"
            watts = 1
            """
        ),
        encoding="utf-8",
    )

    with pytest.raises(InventoryError) as caught:
        import_file(store, file)

    assert caught.value.problems == (
        "line 7: Lighthouse/bad: lamp: there is no Lamp or LedLamp 'c'",
        "line 7: Lighthouse/bad: island: there is no Island 'sea'",
    )
    assert len(store.find(Query())) == 1


def test_the_inventory_follows_its_file(store: MemoryStore, file: Path, tmp_path: Path) -> None:
    file.write_text(lamps(a=1, b=2), encoding="utf-8")
    assert synchronise(store, file, root=tmp_path) == Imported(added=(A, B))

    file.write_text(lamps(b=3, c=4), encoding="utf-8")
    assert synchronise(store, file, root=tmp_path) == Imported(added=(C,), changed=(B,), removed=(A,))

    assert watts(store) == {"b": 3, "c": 4}
    assert {record.origin for record in store.find(Query())} == {"inventory.toml"}


def test_a_file_that_did_not_change_is_not_read_again(store: MemoryStore, file: Path, tmp_path: Path) -> None:
    file.write_text(lamps(a=1), encoding="utf-8")
    synchronise(store, file, root=tmp_path)
    found = store.get(A)
    assert found is not None
    store.apply(put=[attrs.evolve(found, fields={"watts": 9, "colour": "red"})])
    before = store.revision()

    assert synchronise(store, Path("inventory.toml"), root=tmp_path) is None
    assert store.revision() == before
    assert watts(store) == {"a": 9}


def test_a_changed_default_of_a_type_is_followed_too(store: MemoryStore, file: Path, tmp_path: Path) -> None:
    def declare(default: int) -> None:
        @attrs.frozen(kw_only=True)
        class BeaconData(ResourceData):
            range: int = default

        declared.append(BeaconData)

    declared: list[type[ResourceData]] = []
    declare(5)
    file.write_text('[[Beacon]]\nname = "a"\n', encoding="utf-8")
    synchronise(store, file, root=tmp_path)
    declare(6)

    assert synchronise(store, file, root=tmp_path) == Imported(changed=(RecordKey("Beacon", "a"),))
    assert synchronise(store, file, root=tmp_path) is None


def test_records_added_by_themselves_stay_and_those_that_the_file_names_follow_it(
    store: MemoryStore, file: Path, tmp_path: Path
) -> None:
    store.apply(put=[Record(type="Lamp", name=name, fields={"watts": 0, "colour": "white"}) for name in "ab"])
    file.write_text(lamps(b=2), encoding="utf-8")

    assert synchronise(store, file, root=tmp_path) == Imported(changed=(B,))
    file.write_text("", encoding="utf-8")
    assert synchronise(store, file, root=tmp_path) == Imported(removed=(B,))
    assert watts(store) == {"a": 0}


def test_a_leased_record_that_left_the_file_goes_when_it_is_free(
    store: MemoryStore, file: Path, tmp_path: Path
) -> None:
    file.write_text(lamps(a=1, b=1), encoding="utf-8")
    synchronise(store, file, root=tmp_path)
    file.write_text(lamps(b=2), encoding="utf-8")

    assert synchronise(store, file, root=tmp_path, leased=lambda: [A]) == Imported(changed=(B,), kept=(A,))
    assert synchronise(store, file, root=tmp_path, leased=lambda: [A]) == Imported(unchanged=(B,), kept=(A,))
    assert watts(store) == {"a": 1, "b": 2}
    assert synchronise(store, file, root=tmp_path) == Imported(unchanged=(B,), removed=(A,))
    assert synchronise(store, file, root=tmp_path) is None


def test_who_leases_is_asked_only_when_a_record_is_to_go(
    store: MemoryStore, file: Path, tmp_path: Path
) -> None:
    def ask() -> list[RecordKey]:
        raise AssertionError("asked")

    file.write_text(lamps(a=1), encoding="utf-8")
    synchronise(store, file, root=tmp_path, leased=ask)
    file.write_text(lamps(a=2), encoding="utf-8")
    synchronise(store, file, root=tmp_path, leased=ask)
    file.write_text("", encoding="utf-8")

    with pytest.raises(AssertionError, match="asked"):
        synchronise(store, file, root=tmp_path, leased=ask)


def test_two_files_do_not_quarrel_over_a_record(store: MemoryStore, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "lab.json"
    other.parent.mkdir()
    other.write_text('{"Lamp": [{"name": "a", "watts": 1}, {"name": "b", "watts": 1}]}', encoding="utf-8")
    synchronise(store, other, root=tmp_path)
    file.write_text(lamps(c=1, a=2), encoding="utf-8")

    with pytest.raises(
        InventoryError, match=r"line 5: Lamp/a: follows another file already, other/lab\.json"
    ):
        synchronise(store, file, root=tmp_path)
    assert watts(store) == {"a": 1, "b": 1}


def test_a_bad_row_keeps_everything_as_it_was_until_it_is_mended(
    store: MemoryStore, file: Path, tmp_path: Path
) -> None:
    file.write_text(lamps(a=1), encoding="utf-8")
    synchronise(store, file, root=tmp_path)
    file.write_text(lamps(b=2, c='"x"'), encoding="utf-8")

    for _ in range(2):
        with pytest.raises(
            InventoryError, match=r"inventory\.toml: some rows do not fit\n  line 5: Lamp/c: watts"
        ):
            synchronise(store, file, root=tmp_path)
    assert watts(store) == {"a": 1}


def test_a_missing_file_is_an_error(store: MemoryStore, tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match=r"none\.toml: No such file"):
        synchronise(store, Path("none.toml"), root=tmp_path)


def test_a_change_by_somebody_else_meanwhile_is_taken_into_account(file: Path, tmp_path: Path) -> None:
    class Interfering(MemoryStore):
        """Let somebody else add the record just before the first change."""

        fresh = True

        def apply(
            self,
            *,
            put: Iterable[Record] = (),
            remove: Iterable[RecordKey] = (),
            notes: Mapping[str, str] | None = None,
        ) -> int:
            if self.fresh:
                self.fresh = False
                super().apply(put=[Record(type="Lamp", name="a", fields={"watts": 7, "colour": "red"})])
            return super().apply(put=put, remove=remove, notes=notes)

    file.write_text(lamps(a=1), encoding="utf-8")
    store = Interfering()

    assert synchronise(store, file, root=tmp_path) == Imported(changed=(A,))
    assert watts(store) == {"a": 1}


def test_a_change_that_never_succeeds_is_given_up(file: Path) -> None:
    class Stubborn(MemoryStore):
        def apply(
            self,
            *,
            put: Iterable[Record] = (),
            remove: Iterable[RecordKey] = (),
            notes: Mapping[str, str] | None = None,
        ) -> int:
            raise InventoryError("no")

    file.write_text(lamps(a=1), encoding="utf-8")

    with pytest.raises(InventoryError, match="no"):
        import_file(Stubborn(), file)


def test_processes_that_start_together_follow_a_file_once(file: Path, tmp_path: Path) -> None:
    script = dedent(
        """\
        import sys
        from pathlib import Path
        from rotest_backends.stores.sqlite import SqliteStore
        from rotest_core.allocation.inventory_import import synchronise
        import tests.allocation.lighthouses

        print("ready", flush=True)
        sys.stdin.readline()
        root = Path(sys.argv[1])
        store = SqliteStore(root / "rotest.db")
        synchronise(store, Path("inventory.toml"), root=root)
        store.close()
        """
    )
    file.write_text(lamps(**{f"lamp{number}": number for number in range(50)}), encoding="utf-8")
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for run in runs:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("go\n")
        run.stdin.flush()
    for run in runs:
        run.communicate(timeout=60)

    assert [run.returncode for run in runs] == [0] * 4
    store = SqliteStore(tmp_path / "rotest.db")
    assert watts(store) == {f"lamp{number}": number for number in range(50)}
    assert {record.version for record in store.find(Query())} == {1}
    store.close()
