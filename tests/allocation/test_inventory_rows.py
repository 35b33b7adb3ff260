"""Records are changed field by field, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import attrs
import pytest

from rotest_core.allocation.inventory_rows import edited, fields_in_order, values_of
from rotest_core.errors import InventoryError
from rotest_core.model.record import Record
from tests.allocation.lighthouses import LighthouseData

HOUSE = Record(
    type=LighthouseData.type_name(),
    name="north",
    reserved_for="ann",
    reserved_until=datetime(2040, 1, 1, tzinfo=UTC),
    usable=False,
    unusable_reason="paint",
    fields={"height": 1, "lamp": "a", "motto": "x", "signals": []},
    version=4,
)


def test_what_is_given_changes_and_nothing_else() -> None:
    changed = edited(HOUSE, {"height": "2", "signals": "a, b", "comment": "new"}, text=True)

    assert (changed.fields["height"], changed.fields["signals"], changed.comment) == (2, ["a", "b"], "new")
    assert (changed.fields["lamp"], changed.usable, changed.version) == ("a", False, 4)


def test_nothing_may_be_given_where_nothing_may_be() -> None:
    changed = edited(HOUSE, {"lamp": "", "motto": ""}, text=True)

    assert (changed.fields["lamp"], changed.fields["motto"]) == (None, None)


def test_what_becomes_usable_loses_its_reason_and_what_is_not_reserved_has_no_end() -> None:
    changed = edited(HOUSE, {"usable": "yes", "reserved_for": ""}, text=True)

    assert (changed.usable, changed.unusable_reason) == (True, "")
    assert (changed.reserved_for, changed.reserved_until) == ("", None)
    assert not edited(changed, {"unusable_reason": "rust"}).usable


def test_fields_that_are_no_longer_declared_are_dropped() -> None:
    old = attrs.evolve(HOUSE, fields={**HOUSE.fields, "wick": 5})

    assert "wick" not in edited(old, {"height": 2}).fields
    assert edited(old, {"comment": "x"}).fields == old.fields


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({"height": "x", "hight": 1}, ["hight: unknown field", "height: expected an integer, got 'x'"]),
        ({"name": "south"}, ["name: cannot be changed"]),
        ({"capacity": 0}, ["capacity is 0, but must be at least 1"]),
        ({"comment": "\0"}, ["comment holds a NUL character"]),
        ({"usable": "maybe"}, ["usable: expected true or false, got 'maybe'"]),
        ({"reserved_until": "2030-01-01T00:00"}, ["reserved_until: 2030-01-01 00:00:00 has no time zone"]),
    ],
)
def test_what_does_not_fit_is_refused(values: Mapping[str, object], problems: list[str]) -> None:
    with pytest.raises(InventoryError) as caught:
        edited(HOUSE, values)

    assert caught.value.problem == "Lighthouse/north was not changed"
    assert len(caught.value.problems) == len(problems)
    for found, expected in zip(caught.value.problems, problems, strict=True):
        assert found.startswith(expected)


def test_fields_are_given_in_declared_order_and_the_unknown_ones_last() -> None:
    record = Record(type="Lighthouse", name="a", fields={"zebra": 1, "motto": None, "apple": 2, "height": 3})

    assert list(fields_in_order(record)) == ["height", "motto", "apple", "zebra"]
    assert list(values_of(record)) == ["name", "height", "motto", "apple", "zebra"]
