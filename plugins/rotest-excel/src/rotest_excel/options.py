"""The section ``[outputs.excel]``."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import attrs


def _check_zone(instance: object, attribute: object, name: str) -> None:
    del instance, attribute
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise ValueError(f"no time zone is named {name!r}; try UTC or Europe/Berlin") from error


@attrs.frozen(kw_only=True)
class ExcelOptions:
    """Hold the options of `excel`."""

    path: str = attrs.field(
        default="",
        metadata={
            "help": "file to write, from the project's directory; results.xlsx in the run's directory if empty"
        },
    )
    time_zone: str = attrs.field(
        default="UTC", validator=_check_zone, metadata={"help": "time zone of the columns Start and End"}
    )
