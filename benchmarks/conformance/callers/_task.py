"""The task that every caller carries out, and its one tool."""

from __future__ import annotations

from typing import Any

QUESTION = "Refund order A-1 for 30."
PARAMETERS = {
    "type": "object",
    "properties": {"order": {"type": "string"}, "amount": {"type": "integer"}},
    "required": ["order"],
}
executed: list[dict[str, Any]] = []
"""The arguments of every time that the tool ran."""


class ToldOfError(Exception):
    """Raised by callers of libraries that tell of errors in an event, and not by an exception."""


def refund(order: str, amount: int = 500) -> str:
    """Pay money back for an order.

    Args:
        order: The order's name.
        amount: How much to pay back.
    """
    executed.append({"order": order, "amount": amount})
    return f"refunded {amount} for order {order}"


def run_tool(name: str, arguments: dict[str, Any]) -> str:
    """How a loop without a framework runs what the model wished for."""
    return {"refund": refund}[name](**arguments)
