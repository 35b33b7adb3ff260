"""The factories of the built-in outputs: each imports its own module when it is called, and not before."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rotest_core.plugin import HandlerContext, OutputHandler, Registry


def _artifact(context: HandlerContext) -> OutputHandler:
    from rotest_backends.outputs.artifact import artifact

    return artifact(context)


def _db(context: HandlerContext) -> OutputHandler:
    from rotest_backends.outputs.db import db

    return db(context)


def _dots(context: HandlerContext) -> OutputHandler:
    from rotest_backends.outputs.dots import dots

    return dots(context)


def _full(context: HandlerContext) -> OutputHandler:
    from rotest_backends.outputs.full import full

    return full(context)


def _html(context: HandlerContext) -> OutputHandler:
    from rotest_backends.outputs.html.handler import html

    return html(context)


def _logdebug(context: HandlerContext) -> OutputHandler:
    from rotest_backends.outputs.logs import logdebug

    return logdebug(context)


def _loginfo(context: HandlerContext) -> OutputHandler:
    from rotest_backends.outputs.logs import loginfo

    return loginfo(context)


def _pretty(context: HandlerContext) -> OutputHandler:
    from rotest_backends.outputs.pretty import pretty

    return pretty(context)


def _progress(context: HandlerContext) -> OutputHandler:
    from rotest_backends.outputs.progress import progress

    return progress(context)


def _signature(context: HandlerContext) -> OutputHandler:
    from rotest_backends.outputs.signature import signature

    return signature(context)


def _tree(context: HandlerContext) -> OutputHandler:
    from rotest_backends.outputs.tree import tree

    return tree(context)


def _xml(context: HandlerContext) -> OutputHandler:
    from rotest_backends.outputs.xml import xml

    return xml(context)


def register_outputs(registry: Registry) -> None:
    """Register every built-in output."""
    registry.output("artifact", _artifact, summary="the run's directory as one zip", last=True)
    registry.output("db", _db, summary="the results store: for history, statistics and reports to come")
    registry.output("dots", _dots, summary="one character for each test")
    registry.output("full", _full, summary="a line for each thing that happens")
    registry.output("html", _html, summary="one page for a browser, results.html")
    registry.output("logdebug", _logdebug, summary="all log records, and what happens, as a log")
    registry.output("loginfo", _loginfo, summary="log records from INFO up, and what happens, as a log")
    registry.output("pretty", _pretty, summary="a short line for each test")
    registry.output("progress", _progress, summary="a live bar with counts, current tests and the time left")
    registry.output("signature", _signature, summary="which failures are new and which are known")
    registry.output("tree", _tree, summary="groups, tests and blocks, indented")
    registry.output("xml", _xml, summary="a JUnit report, results.xml")
