"""The output excel keeps the contract of output handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rotest_core.testing import HandlerContract
from rotest_excel.plugin import excel

if TYPE_CHECKING:
    from rotest_core.plugin import OutputHandlerFactory


class TestExcel(HandlerContract):
    @pytest.fixture
    def factory(self) -> OutputHandlerFactory:
        return excel
