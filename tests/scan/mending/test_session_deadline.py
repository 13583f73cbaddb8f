"""A session's deadline is given in the unit that its library's version takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Mend = Callable[..., str]
RULE = "mcp-no-deadline"
CALL = """\
from mcp import ClientSession

async def call(streams, name, arguments):
    async with ClientSession(*streams) as session:
        await session.initialize()
        return await session.call_tool(name, arguments)
"""


def test_the_old_library_takes_a_timedelta(mended: Mend) -> None:
    after = mended(CALL, RULE, beside={"requirements.txt": "mcp>=1.9,<2\n"}, unsafe=False)
    assert after.startswith("from datetime import timedelta\n\nfrom mcp import ClientSession\n")
    assert "ClientSession(*streams, read_timeout_seconds=timedelta(seconds=60))" in after


def test_the_new_library_takes_seconds(mended: Mend) -> None:
    after = mended(CALL, RULE, beside={"requirements.txt": "mcp==2.3.0\n"}, unsafe=False)
    assert "ClientSession(*streams, read_timeout_seconds=60)" in after


@pytest.mark.parametrize("asked", ["", "mcp>=1.9\n"])
def test_where_the_version_is_not_known_the_unit_is_not_either(mended: Mend, asked: str) -> None:
    assert mended(CALL, RULE, beside={"requirements.txt": asked}) == CALL


def test_a_deadline_that_was_switched_off_is_no_safe_matter(mended: Mend) -> None:
    code = """\
    from agents.mcp import MCPServerStdio

    files = MCPServerStdio(params={}, client_session_timeout_seconds=None)
    """
    assert "=None" in mended(code, RULE, unsafe=False)
    assert "client_session_timeout_seconds=60)" in mended(code, RULE)
