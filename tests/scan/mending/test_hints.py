"""A hint that the code contradicts is set to what the code does."""

from __future__ import annotations

from collections.abc import Callable

Mend = Callable[..., str]


def test_a_tool_that_deletes_does_not_say_that_it_only_reads(mended: Mend) -> None:
    after = mended(
        """\
        from mcp.server.fastmcp import FastMCP
        from mcp.types import ToolAnnotations

        mcp = FastMCP("shop")

        @mcp.tool(annotations=ToolAnnotations(readOnlyHint=True))
        def delete_customer(number: str) -> str:
            "Delete a customer."
            database.execute("DELETE FROM customers WHERE number = ?", (number,))
            return "done"
        """,
        "annotation-contradiction",
    )
    assert "ToolAnnotations(readOnlyHint=False)" in after
