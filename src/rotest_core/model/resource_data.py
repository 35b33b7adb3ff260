"""The typed rows of the inventory: what users declare about a kind of resource.

::

    @attrs.frozen(kw_only=True)
    class CalculatorData(ResourceData):
        ip_address: str
        port: int = 1357

A field typed as another `ResourceData` subclass is a *reference*: in the store it holds that record's name, in an
instance that record's data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType, MemberDescriptorType
from typing import Any, NamedTuple, TypeVar, cast, get_args, get_type_hints

import attrs

from rotest_core.errors import PlanError, RecordError, did_you_mean
from rotest_core.model.conversion import ConversionError, Problem, check_supported, convert, to_json
from rotest_core.model.declared_types import describe, is_union
from rotest_core.model.late import FieldPath
from rotest_core.model.record import ENVELOPE_FIELDS, Json, Record, RecordKey
from rotest_core.model.validation import make, objection_of_all, objections, reason, unchecked


@attrs.frozen(kw_only=True)
class ResourceData:
    """Describe one kind of resource; subclasses add typed fields.

    Args:
        name: unique among the records of its type.
        group: who the resource belongs to.
        comment: free text.
    """

    name: str
    group: str = ""
    comment: str = ""

    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        """Let fields that refer to other records lead on to their fields, in class bodies of resources."""
        for name, attribute in attrs.fields_dict(cls).items():
            member = vars(cls).get(name)
            if isinstance(member, MemberDescriptorType) and (target := _target(cls, attribute)):
                type.__setattr__(cls, name, FieldPath(cls, (name,), target, member))

    @classmethod
    def type_name(cls) -> str:
        """Give the type's name in the inventory: that of the class, without a trailing ``Data``."""
        return cls.__name__.removesuffix("Data") or cls.__name__


DataT = TypeVar("DataT", bound=ResourceData)
Resolve = Callable[[RecordKey], Record | None]

_BASE_FIELDS = ("name", "group", "comment")


class DataField(NamedTuple):
    """Know one typed field of a data type.

    Args:
        name: as users wrote it.
        type: what it was declared as, with names resolved.
        reference: the data type that it refers to, or None for a plain value.
        optional: whether it may be None.
        attribute: what attrs knows of it.
    """

    name: str
    type: Any
    reference: type[ResourceData] | None
    optional: bool
    attribute: attrs.Attribute[Any]

    @property
    def required(self) -> bool:
        """Tell whether a record must give it a value."""
        return self.attribute.default is attrs.NOTHING

    def describe(self) -> str:
        """Say in words what values the field takes."""
        if self.reference is None:
            return describe(self.type)
        words = f"the name of a {self.reference.type_name()}"
        return f"{words}, or nothing" if self.optional else words


def data_fields(data_type: type[ResourceData]) -> Mapping[str, DataField]:
    """Return the typed fields of a data type by name, without those that every record has.

    Raises:
        PlanError: the class declares a field that no record can hold; each is named.
    """
    known = data_type.__dict__.get("__rotest_fields__")
    if known is None:
        known = MappingProxyType(_read_fields(data_type))
        # Kept on the class, so that it lives and dies with it.
        type.__setattr__(data_type, "__rotest_fields__", known)
    return cast("Mapping[str, DataField]", known)


def field_names(data_type: type[ResourceData]) -> tuple[str, ...]:
    """Return the names of the typed fields, in declared order."""
    return tuple(data_fields(data_type))


def references(data_type: type[ResourceData]) -> dict[str, type[ResourceData]]:
    """Return the fields that refer to other records, with the types that they refer to."""
    fields = data_fields(data_type).values()
    return {field.name: field.reference for field in fields if field.reference is not None}


def subclasses(data_type: type[ResourceData]) -> Iterator[type[ResourceData]]:
    """Yield a data type and everything derived from it, as far as attrs made it."""
    # The class that attrs replaces by one with slots lingers until it is collected; it has no attributes of its own.
    if "__attrs_attrs__" in data_type.__dict__:
        yield data_type
    for subclass in data_type.__subclasses__():
        yield from subclasses(subclass)


def subtypes(data_type: type[ResourceData]) -> tuple[str, ...]:
    """Return the type names that satisfy a request for a data type: its own, then its subclasses'."""
    return tuple(dict.fromkeys(subclass.type_name() for subclass in subclasses(data_type)))


def check_fields(
    data_type: type[ResourceData],
    fields: Mapping[str, object],
    *,
    text: bool = False,
    partial: bool = False,
    name: str = "",
) -> dict[str, Json]:
    """Check raw values against the declared fields and give them as a record keeps them.

    Args:
        data_type: the type that declares the fields.
        fields: raw values by field; a reference is the name of a record.
        text: the values are texts from a command line or a CSV file: read them as the declared types.
        partial: take only the given fields, for a change of some; else missing ones get their defaults.
        name: the record's name, for the message and for validators that look at the whole.

    Raises:
        RecordError: every value that does not fit, each with the path of its field.
    """
    declared = data_fields(data_type)
    problems = [
        Problem(key, f"unknown field{did_you_mean(key, declared)}; known: {', '.join(declared) or 'none'}")
        for key in fields
        if key not in declared
    ]
    values: dict[str, object] = {}
    for field in declared.values():
        if field.name in fields:
            try:
                values[field.name] = _convert(field, fields[field.name], text)
            except ConversionError as error:
                problems.extend(problem.below(field.name) for problem in error.problems)
        elif field.required and not partial:
            problems.append(Problem(field.name, f"missing; expected {field.describe()}"))
    if not problems:
        problems.extend(_validate(data_type, values, name or "-", partial=partial))
    if problems:
        raise _record_error(RecordKey(data_type.type_name(), name), problems)
    return _as_json(data_type, values, partial=partial)


def structure(data_type: type[DataT], record: Record, resolve: Resolve) -> DataT:
    """Make an instance of a record, strictly, with the records that it refers to.

    Args:
        data_type: what is wanted; the result is of the record's own type, which may be a subclass.
        record: the row.
        resolve: gives the record of a key, or None.

    Raises:
        RecordError: the record's type is another one, or some values do not fit; each with the path of its field.
    """
    problems: list[Problem] = []
    instance = _structure(data_type, record, resolve, (), problems)
    if instance is None:
        raise _record_error(record.key, problems)
    return cast("DataT", instance)


def unstructure(data: ResourceData) -> Record:
    """Make the record of an instance; references become names."""
    fields: dict[str, Json] = {}
    for field in data_fields(type(data)).values():
        value = getattr(data, field.name)
        fields[field.name] = value.name if isinstance(value, ResourceData) else to_json(value)
    return Record(
        type=data.type_name(), name=data.name, group=data.group, comment=data.comment, fields=fields
    )


def _structure(
    data_type: type[ResourceData],
    record: Record,
    resolve: Resolve,
    trail: tuple[RecordKey, ...],
    problems: list[Problem],
) -> ResourceData | None:
    """Make an instance, or add to the problems."""
    own = _own_type(data_type, record.type)
    if own is None:
        wanted = " or ".join(subtypes(data_type))
        problems.append(Problem("", f"it is of type {record.type}, not of {wanted}"))
        return None
    if record.key in trail:
        circle = " -> ".join(map(str, (*trail[trail.index(record.key) :], record.key)))
        problems.append(Problem("", f"the records refer to each other in a circle: {circle}"))
        return None
    declared = data_fields(own)
    found = [
        Problem(key, f"unknown field{did_you_mean(key, declared)}")
        for key in record.fields
        if key not in declared
    ]
    values: dict[str, object] = {"name": record.name, "group": record.group, "comment": record.comment}
    for field in declared.values():
        if field.name not in record.fields:
            if field.required:
                found.append(Problem(field.name, f"missing; expected {field.describe()}"))
            continue
        raw = record.fields[field.name]
        below: list[Problem] = []
        try:
            value = _convert(field, raw, text=False)
            if field.reference is not None and isinstance(value, str):
                value = _follow(field.reference, value, resolve, (*trail, record.key), below)
            values[field.name] = value
        except ConversionError as error:
            below.extend(error.problems)
        found.extend(problem.below(field.name) for problem in below)
    if not found:
        try:
            return make(own, values)
        except Exception as error:
            found.extend(objections(own, values, of=declared) or [Problem("", reason(error))])
    problems.extend(found)
    return None


def _follow(
    wanted: type[ResourceData],
    name: str,
    resolve: Resolve,
    trail: tuple[RecordKey, ...],
    problems: list[Problem],
) -> ResourceData | None:
    for type_name in subtypes(wanted):
        record = resolve(RecordKey(type_name, name))
        if record is not None:
            return _structure(wanted, record, resolve, trail, problems)
    problems.append(Problem("", f"there is no {' or '.join(subtypes(wanted))} {name!r}"))
    return None


def _own_type(data_type: type[ResourceData], type_name: str) -> type[ResourceData] | None:
    # The newest of several: a module that is loaded again makes its classes anew.
    found = [subclass for subclass in subclasses(data_type) if subclass.type_name() == type_name]
    return found[-1] if found else None


def _convert(field: DataField, raw: object, text: bool) -> object:
    if field.reference is None:
        return convert(raw, field.type, text=text)
    if isinstance(raw, ResourceData) and isinstance(raw, field.reference):
        return raw.name
    if field.optional and (raw is None or (text and raw == "")):
        return None
    if isinstance(raw, str) and raw:
        return raw
    raise ConversionError([Problem("", f"expected {field.describe()}, got {raw!r}")])


def _as_json(
    data_type: type[ResourceData], values: Mapping[str, object], *, partial: bool
) -> dict[str, Json]:
    complete = dict(values)
    if not partial:
        instance = unchecked(data_type, values)
        complete = {field: getattr(instance, field) for field in data_fields(data_type)}
    return {
        name: value.name if isinstance(value, ResourceData) else to_json(value)
        for name, value in complete.items()
    }


def _validate(
    data_type: type[ResourceData], values: Mapping[str, object], name: str, *, partial: bool
) -> list[Problem]:
    """Ask the validators, but for those of references: what they refer to is not known here."""
    named = {**values, "name": name}
    referring = references(data_type)
    plain = [field for field in data_fields(data_type) if field not in referring]
    asked = [field for field in plain if field in values] if partial else plain
    problems = objections(data_type, named, of=asked)
    if problems or partial or any(values.get(field) is not None for field in referring):
        return problems
    return objection_of_all(data_type, named)


def _record_error(key: RecordKey, problems: list[Problem]) -> RecordError:
    subject = str(key) if key.name else key.type
    if len(problems) == 1:
        return RecordError(f"{subject}: {problems[0]}")
    return RecordError(
        f"{subject}: {len(problems)} values do not fit", [str(problem) for problem in problems]
    )


def _read_fields(data_type: type[ResourceData]) -> dict[str, DataField]:
    if "__attrs_attrs__" not in data_type.__dict__:
        raise PlanError(
            f"{data_type.__name__} is no data type yet: decorate it with @attrs.frozen(kw_only=True)"
        )
    hints = _hints(data_type)
    fields: dict[str, DataField] = {}
    for attribute in attrs.fields(data_type):
        if attribute.name in _BASE_FIELDS or not attribute.init:
            continue
        fields[attribute.name] = _field(attribute, hints.get(attribute.name, Any))
    problems = [f"{name}: {problem}" for name, field in fields.items() if (problem := _unfit(field))]
    if problems:
        raise PlanError("\n  ".join((f"{data_type.__name__} declares what no record can hold", *problems)))
    return fields


def _hints(data_type: type[ResourceData]) -> dict[str, Any]:
    # Data types that refer to each other may be declared where a module's names do not reach: inside a function.
    local = {known.__name__: known for known in subclasses(ResourceData)}
    try:
        return get_type_hints(data_type, localns=local)
    except NameError as error:
        raise PlanError(
            f"{data_type.__name__}: the type of a field is not to be found: {error}; "
            "import it where the class is defined, not for type checkers only"
        ) from error


def _field(attribute: attrs.Attribute[Any], declared: Any) -> DataField:
    members = get_args(declared) if is_union(declared) else (declared,)
    plain = [member for member in members if member is not type(None)]
    reference = plain[0] if len(plain) == 1 and _is_data(plain[0]) else None
    return DataField(attribute.name, declared, reference, len(plain) < len(members), attribute)


def _target(data_type: type[ResourceData], attribute: attrs.Attribute[Any]) -> type[ResourceData] | None:
    """Return the data type that a field refers to, as far as it is declared already."""
    alone = type(data_type.__name__, (), {"__module__": data_type.__module__})
    alone.__annotations__ = {attribute.name: attribute.type}
    try:
        return _field(attribute, _hints(cast("type[ResourceData]", alone))[attribute.name]).reference
    except (PlanError, TypeError):
        return None


def _is_data(declared: object) -> bool:
    return isinstance(declared, type) and issubclass(declared, ResourceData)


def _unfit(field: DataField) -> str:
    if "__" in field.name:
        return "a name must not hold two underscores in a row: lookups are spelled so"
    if field.name in ENVELOPE_FIELDS:
        return "every record has a field of this name already"
    if field.reference is not None:
        return ""
    if any(map(_is_data, _inner_types(field.type))):
        return "a reference must be a field of its own, not part of a list, a table or a union"
    return check_supported(field.type)


def _inner_types(declared: object) -> Iterator[object]:
    for argument in get_args(declared):
        yield argument
        yield from _inner_types(argument)
