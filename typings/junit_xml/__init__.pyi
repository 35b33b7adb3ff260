# What junit-xml 1.9 really offers. `dev.py types` holds this file against the installed package with stubtest.
from collections.abc import Iterable, Mapping
from typing import Protocol, TypedDict, type_check_only
from xml.etree.ElementTree import Element

@type_check_only
class _Writable(Protocol):
    def write(self, text: str, /) -> object: ...

@type_check_only
class _Skip(TypedDict):
    message: str | None
    output: str | None

@type_check_only
class _Problem(_Skip):
    type: str | None

def decode(var: object, encoding: str | None) -> str: ...
def to_xml_report_string(
    test_suites: Iterable[TestSuite], prettyprint: bool = True, encoding: str | None = None
) -> str: ...
def to_xml_report_file(
    file_descriptor: _Writable,
    test_suites: Iterable[TestSuite],
    prettyprint: bool = True,
    encoding: str | None = None,
) -> None: ...

class TestSuite:
    name: str
    # Counted and walked several times over: an iterator would be empty the second time.
    test_cases: list[TestCase]
    timestamp: object
    hostname: str | None
    id: object
    package: str | None
    file: str | None
    log: str | None
    url: str | None
    stdout: str | None
    stderr: str | None
    properties: Mapping[str, object] | None
    def __init__(
        self,
        name: str,
        test_cases: list[TestCase] | None = None,
        hostname: str | None = None,
        id: object = None,
        package: str | None = None,
        timestamp: object = None,
        properties: Mapping[str, object] | None = None,
        file: str | None = None,
        log: str | None = None,
        url: str | None = None,
        stdout: str | None = None,
        stderr: str | None = None,
    ) -> None: ...
    def build_xml_doc(self, encoding: str | None = None) -> Element: ...

class TestCase:
    name: str
    assertions: int | None
    elapsed_sec: float | None
    timestamp: object
    classname: str | None
    status: str | None
    category: str | None
    file: str | None
    line: object
    log: str | None
    url: str | None
    stdout: str | None
    stderr: str | None
    is_enabled: bool
    errors: list[_Problem]
    failures: list[_Problem]
    skipped: list[_Skip]
    # The package itself spells it so.
    allow_multiple_subalements: bool
    def __init__(
        self,
        name: str,
        classname: str | None = None,
        elapsed_sec: float | None = None,
        stdout: str | None = None,
        stderr: str | None = None,
        assertions: int | None = None,
        timestamp: object = None,
        status: str | None = None,
        category: str | None = None,
        file: str | None = None,
        line: object = None,
        log: str | None = None,
        url: str | None = None,
        allow_multiple_subelements: bool = False,
    ) -> None: ...
    def add_error_info(
        self, message: str | None = None, output: str | None = None, error_type: str | None = None
    ) -> None: ...
    def add_failure_info(
        self, message: str | None = None, output: str | None = None, failure_type: str | None = None
    ) -> None: ...
    def add_skipped_info(self, message: str | None = None, output: str | None = None) -> None: ...
    def is_failure(self) -> bool: ...
    def is_error(self) -> bool: ...
    def is_skipped(self) -> bool: ...
