"""Every built-in output keeps the contract of output handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rotest_core.testing import HandlerContract
from tests.rotest_backends.outputs.shown import built_in

if TYPE_CHECKING:
    from rotest_core.plugin.protocols.handler import OutputHandlerFactory


class TestArtifact(HandlerContract):
    @pytest.fixture
    def factory(self) -> OutputHandlerFactory:
        return built_in("artifact")


class TestDots(HandlerContract):
    @pytest.fixture
    def factory(self) -> OutputHandlerFactory:
        return built_in("dots")


class TestFull(HandlerContract):
    @pytest.fixture
    def factory(self) -> OutputHandlerFactory:
        return built_in("full")


class TestHtml(HandlerContract):
    @pytest.fixture
    def factory(self) -> OutputHandlerFactory:
        return built_in("html")


class TestLogDebug(HandlerContract):
    @pytest.fixture
    def factory(self) -> OutputHandlerFactory:
        return built_in("logdebug")


class TestLogInfo(HandlerContract):
    @pytest.fixture
    def factory(self) -> OutputHandlerFactory:
        return built_in("loginfo")


class TestPretty(HandlerContract):
    @pytest.fixture
    def factory(self) -> OutputHandlerFactory:
        return built_in("pretty")


class TestProgress(HandlerContract):
    @pytest.fixture
    def factory(self) -> OutputHandlerFactory:
        return built_in("progress")


class TestTree(HandlerContract):
    @pytest.fixture
    def factory(self) -> OutputHandlerFactory:
        return built_in("tree")


class TestXml(HandlerContract):
    @pytest.fixture
    def factory(self) -> OutputHandlerFactory:
        return built_in("xml")
