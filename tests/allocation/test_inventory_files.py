"""Inventory files are read with the line of each mistake, and written so that they read back the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, strategies as st

from rotest_core.allocation import inventory_csv, inventory_json, inventory_toml
from rotest_core.allocation.inventory_files import FORMATS, format_of, parse_rows, read_bytes, write_file
from rotest_core.allocation.inventory_rows import Row, check_rows
from rotest_core.allocation.inventory_toml import row_lines
from rotest_core.errors import InventoryError
from rotest_core.model.record import Record
from tests.allocation.lighthouses import LampData, LighthouseData

TOML = """\
# Lights of the north

[[Lamp]]
name = "bright"
watts = 400
colour = "red"

[[Lighthouse]]
name = "north"
group = "coast"
height = 30
lamp = "bright"
signals = ["long", "short"]
usable = false
unusable_reason = "paint"
reserved_for = "ann"
reserved_until = 2031-02-03T04:05:06Z
capacity = 2
"""
JSON = """\
{
  "Lamp": [
    {"name": "bright", "watts": 400, "colour": "red"}
  ],
  "Lighthouse": [
    {
      "name": "north", "group": "coast", "height": 30, "lamp": "bright", "signals": ["long", "short"],
      "usable": false, "unusable_reason": "paint", "reserved_for": "ann",
      "reserved_until": "2031-02-03T04:05:06Z", "capacity": 2
    }
  ]
}
"""
CSV = """\
type,name,group,usable,unusable_reason,reserved_for,reserved_until,capacity,watts,colour,height,lamp,signals
Lamp,bright,,,,,,,400,red,,,

Lighthouse,north,coast,no,paint,ann,2031-02-03T04:05:06Z,2,,,30,bright,"long, short"
"""
RECORDS = [
    Record(type="Lamp", name="bright", fields={"watts": 400, "colour": "red"}),
    Record(
        type="Lighthouse",
        name="north",
        group="coast",
        usable=False,
        unusable_reason="paint",
        reserved_for="ann",
        reserved_until=datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC),
        capacity=2,
        fields={
            "height": 30,
            "lamp": "bright",
            "spare": None,
            "island": None,
            "automatic": False,
            "signals": ["long", "short"],
            "notes": {},
            "motto": None,
            "call_sign": "none",
        },
    ),
]
TEXTS = {"toml": TOML, "json": JSON, "csv": CSV}


def read(kind: str, text: str) -> list[Row]:
    return parse_rows(Path(f"inventory.{kind}"), text.encode())


def problems(kind: str, text: str) -> Sequence[str]:
    """Return what is wrong with a file: the lines of the message without the path."""
    with pytest.raises(InventoryError) as caught:
        read(kind, text)
    assert caught.value.problem.startswith(f"inventory.{kind}: ")
    return caught.value.problems or [caught.value.problem.removeprefix(f"inventory.{kind}: ")]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_is_read(kind: str) -> None:
    assert [row.record for row in read(kind, TEXTS[kind])] == RECORDS


@pytest.mark.parametrize(("kind", "lines"), [("toml", [3, 8]), ("json", [3, 6]), ("csv", [2, 4])])
def test_every_row_knows_its_line(kind: str, lines: list[int]) -> None:
    assert [row.line for row in read(kind, TEXTS[kind])] == lines


@pytest.mark.parametrize("kind", FORMATS)
def test_what_a_spreadsheet_or_editor_puts_around_is_ignored(kind: str) -> None:
    text = "\ufeff" + TEXTS[kind].replace("\n", "\r\n")

    assert [row.record for row in read(kind, text)] == RECORDS


BAD = {
    "toml": """\
[[Lamp]]
name = "a"

[[Lamp]]
name = "b"
watts = "many"
colour = "blue"

[[Lamp]]
watts = 1

[[Lamb]]
name = "c"

[[Lighthouse]]
name = "d"
hight = 3
capacity = 0
reserved_until = 2031-02-03T04:05:06
""",
    "json": """\
{"Lamp": [
  {"name": "a"},
  {"name": "b",
   "watts": "many", "colour": "blue"},
  {"watts": 1}],
 "Lamb": [{"name": "c"}],
 "Lighthouse": [
  {"name": "d", "hight": 3, "capacity": 0, "reserved_until": "2031-02-03T04:05:06"}]}
""",
    "csv": """\
type,name,watts,colour,hight,capacity,reserved_until
Lamp,a,,,,,
Lamp,b,many,blue,,,
Lamp,,1,,,,
Lamb,c,,,,,
Lighthouse,d,,,3,0,2031-02-03T04:05:06
""",
}
BAD_LINES = {
    "toml": [1, 4, 4, 9, 12, 15, 15, 15, 15],
    "json": [2, 3, 3, 5, 6, 8, 8, 8, 8],
    "csv": [2, 3, 3, 4, 5, 6, 6, 6, 6],
}


@pytest.mark.parametrize("kind", FORMATS)
def test_every_bad_row_is_named_with_its_line(kind: str) -> None:
    found = problems(kind, BAD[kind])

    assert [int(problem.split()[1].rstrip(":")) for problem in found] == BAD_LINES[kind]
    text = "\n".join(found)
    assert "Lighthouse/d: capacity is 0, but must be at least 1" in text
    assert "Lamp/a: watts: missing" in text
    assert "Lamp/b: watts: expected an integer, got 'many'" in text
    assert "Lamp/b: colour: expected" in text
    assert "Lamp: name: missing" in text
    assert "Lamb/c: unknown resource type 'Lamb' (did you mean 'Lamp'" in text
    assert "[resources] modules" in text
    assert "Lighthouse/d: reserved_until: 2031-02-03 04:05:06 has no time zone" in text
    assert "Lighthouse/d: hight: unknown field (did you mean 'height'?)" in text


@pytest.mark.parametrize("kind", FORMATS)
def test_a_record_that_stands_twice_is_named_with_both_lines(kind: str) -> None:
    text = {
        "toml": '[[Lamp]]\nname = "a"\nwatts = 1\n' * 2,
        "json": '{"Lamp": [\n{"name": "a", "watts": 1},\n\n{"name": "a", "watts": 1}]}',
        "csv": "type,name,watts\nLamp,a,1\nLamp,b,1\nLamp,a,1\n",
    }[kind]
    first, second = {"toml": (1, 4), "json": (2, 4), "csv": (2, 4)}[kind]

    assert problems(kind, text) == (f"line {second}: Lamp/a: stands twice, first in line {first}",)


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        ("toml", "[[Lamp]]\nname = \n", r"is no TOML: .*line 2"),
        ("toml", "[Lamp]\nname = 'a'", r"'Lamp' must be a list of tables: write \[\[Lamp\]\] above"),
        ("toml", "Lamp = [1]", "'Lamp' must be a list of tables"),
        ("json", '{"Lamp": [\n}', "is no JSON: .*line 2"),
        ("json", "[]", "must be an object"),
        ("json", '{\n"Lamp": {}}', "line 2: 'Lamp' must hold a list of objects"),
        ("json", '{"Lamp": [\n5]}', "line 2: a record must be an object, not 5"),
        ("json", '{"Lamp": [\n{"name": "a", "name": "b"}]}', "line 2: the key 'name' stands twice"),
        ("json", "[" * 100_000, "is no JSON"),
        ("csv", "type,watts\n", "line 1: the column 'name' is missing; found type, watts"),
        ("csv", "name,name,type\n", "line 1: the column 'name' stands twice"),
        ("csv", "type,name\nLamp,a,1\n", "line 2: 3 cells, but only 2 columns"),
        ("csv", "type,name\n,a\n", "line 2: the type is missing"),
        ("csv", 'type,name\nLamp,"a\n', "line 2: is no CSV"),
        ("csv", 'type,name\nLamp,"""a"\n', "line 2: .* is no JSON text"),
    ],
)
def test_what_is_not_of_its_format_is_refused(kind: str, text: str, problem: str) -> None:
    (found,) = problems(kind, text)

    assert re.match(problem, found)


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_no_text_is_refused(kind: str) -> None:
    with pytest.raises(InventoryError, match=rf"inventory\.{kind}: is no UTF-8 text: .* at byte 3"):
        parse_rows(Path(f"inventory.{kind}"), b"abc\xff")


@pytest.mark.parametrize("name", ["inventory", "inventory.yaml", ".toml"])
def test_a_file_of_an_unknown_format_is_refused(name: str) -> None:
    with pytest.raises(InventoryError, match=r"ends in \.toml, \.json, \.csv"):
        format_of(Path(name))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match=r"none\.toml: No such file"):
        read_bytes(tmp_path / "none.toml")


def test_lines_are_found_whatever_the_texts_hold() -> None:
    text = dedent(
        '''\
        a = """
        [[Lamp]]
        """"" # [[Lamp]]
        b = \'\'\'
        [[Lamp]] " \'\'\'
        c = "[[Lamp]] \\" #"
        d = [ # [
          "[[Lamp]]", [1, 2],
        ]
          [[ "Lamp" ]]  # the first
        name = '[[Lamp]]'
        x = { y = [1], z = "}" }
        [Lamp.inner]
        [[Lamp]]
        [['Lamp']]
        [[Other]]
        [[Lamp.inner2]]
        [[Lamp]]
        '''
    )

    assert row_lines(text) == {"Lamp": (10, 14, 15, 18), "Other": (16,)}


def test_lines_of_records_in_an_array_are_found() -> None:
    text = 'Lamp = [\n  {name = "a", watts = 1},\n  {name = "b", watts = 2}, {name = "c", watts = 3}\n]\n'

    assert [(row.record.name, row.line) for row in read("toml", text)] == [("a", 2), ("b", 3), ("c", 3)]


def test_a_spelling_whose_lines_are_not_found_is_read_all_the_same() -> None:
    text = '"L\\u0061mp" = [{name = "a", watts = 1}]\n'

    assert [row.record.name for row in read("toml", text)] == ["a"]


def test_a_row_of_several_lines_is_named_by_its_first() -> None:
    text = 'type,name,comment,watts\nLamp,a,"two\nlines",1\nLamp,b,,x\n'

    assert problems("csv", text) == ("line 4: Lamp/b: watts: expected an integer, got 'x'",)


def test_semicolons_separate_where_the_headings_say_so() -> None:
    (row,) = read("csv", 'type;name;watts;comment\nLamp;a;1;"b, c"\n')

    assert (row.record.fields["watts"], row.record.comment) == (1, "b, c")


def test_an_empty_cell_says_nothing_and_null_says_none() -> None:
    rows = read("csv", 'type,name,height,motto,call_sign\nLighthouse,a,1,,\nLighthouse,b,1,null,""""""\n')

    assert [row.record.fields["motto"] for row in rows] == [None, None]
    assert [row.record.fields["call_sign"] for row in rows] == ["none", ""]
    assert [sorted(row.given) for row in rows] == [
        ["height", "name"],
        ["call_sign", "height", "motto", "name"],
    ]


def test_what_a_row_gives_as_a_reason_makes_it_unusable() -> None:
    (row,) = read("toml", '[[Lamp]]\nname = "a"\nwatts = 1\nunusable_reason = "broken"\n')

    assert not row.record.usable


def test_toml_reads_well() -> None:
    assert inventory_toml.render(RECORDS) == dedent(
        """\
        [[Lamp]]
        name = "bright"
        watts = 400
        colour = "red"

        [[Lighthouse]]
        name = "north"
        group = "coast"
        usable = false
        unusable_reason = "paint"
        reserved_for = "ann"
        reserved_until = 2031-02-03T04:05:06+00:00
        capacity = 2
        height = 30
        lamp = "bright"
        automatic = false
        signals = ["long", "short"]
        notes = {}
        call_sign = "none"
        """
    )


def test_toml_refuses_what_it_cannot_express() -> None:
    record = Record(type="Lamp", name="a", fields={"watts": [1, None]})

    with pytest.raises(
        InventoryError, match="Lamp/a: watts: TOML cannot express None here; export JSON instead"
    ):
        inventory_toml.render([record])


def test_a_type_that_is_not_declared_is_written_all_the_same() -> None:
    record = Record(type="Gone", name="a", fields={"b": 2, "a": 1})

    assert inventory_toml.render([record]) == '[[Gone]]\nname = "a"\na = 1\nb = 2\n'


def test_the_types_of_the_examples_are_declared() -> None:
    assert {LampData.type_name(), LighthouseData.type_name()} == set(map(attrgetter("type"), RECORDS))


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8) | st.sampled_from(
    [
        "null",
        "true",
        '"',
        '"a',
        "''",
        "[1]",
        "{}",
        "=1+1",
        " a ",
        "a,b;c",
        "\x7f",
        "\r\n",
        "\u2028",
        "#",
        "[[Lamp]]",
    ]
)
lighthouses = st.builds(
    Record,
    type=st.just("Lighthouse"),
    name=texts.filter(bool),
    group=texts,
    comment=texts,
    usable=st.booleans(),
    reserved_for=texts,
    reserved_until=st.none()
    | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants naive bounds
    capacity=st.integers(1, 10),
    fields=st.fixed_dictionaries(
        {
            "height": st.integers(),
            "lamp": texts.filter(bool) | st.none(),
            "spare": st.none(),
            "island": st.none(),
            "automatic": st.booleans(),
            "signals": st.lists(texts, max_size=3),
            "notes": st.dictionaries(texts, texts, max_size=2),
            "motto": texts | st.none(),
            "call_sign": texts,
        }
    ),
)


@pytest.mark.parametrize("kind", FORMATS)
@given(records=st.lists(lighthouses, max_size=4, unique_by=lambda record: record.key))
def test_what_is_written_reads_back_the_same(kind: str, records: list[Record]) -> None:
    text = FORMATS[kind].render(records)
    rows = check_rows(FORMATS[kind].parse(text))

    assert [row.record for row in rows] == records
    assert all(row.line for row in rows)
    assert FORMATS[kind].render(row.record for row in rows) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_back_the_same(value: float) -> None:
    record = Record(type="Island", name="a", fields={"area": value})
    for kind in (inventory_toml, inventory_json, inventory_csv):
        (row,) = check_rows(kind.parse(kind.render([record])))
        assert row.record == record


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "inventory.toml"
    write_file(path, RECORDS)
    before = path.read_text(encoding="utf-8")

    with pytest.raises(InventoryError):
        write_file(path, [Record(type="Lamp", name="a", fields={"watts": [None]})])
    (tmp_path / "directory.json").mkdir()
    with pytest.raises(InventoryError, match=r"directory\.json: Is a directory"):
        write_file(tmp_path / "directory.json", RECORDS)
    with pytest.raises(InventoryError, match="No such file or directory"):
        write_file(tmp_path / "missing" / "inventory.toml", RECORDS)

    assert path.read_text(encoding="utf-8") == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["directory.json", "inventory.toml"]
