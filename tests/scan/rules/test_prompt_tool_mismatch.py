"""Prompts that name tools which are not there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
CODE = """
from agents import Agent, function_tool

@function_tool
def find_order(order_id: str) -> str:
    "Find an order."
    return orders[order_id]

@function_tool
def refund_order(order_id: str) -> str:
    "Pay an order back."
    return refunds.pay(order_id)

agent = Agent(name="desk", instructions={text!r}, tools=[find_order, refund_order])
"""


def test_a_tool_that_was_renamed_is_found(found: Scan) -> None:
    text = "You are the desk. Use find_order first. To pay back, use the `refund_orders` tool."
    (finding,) = found(CODE.format(text=text), "prompt-tool-mismatch")
    assert (finding.place.line, finding.tier) == (14, Tier.INFERRED)
    assert "refund_order is meant" in finding.message.replace(
        "is refund_order meant", "refund_order is meant"
    )


def test_a_tool_like_no_other_is_a_hint(found: Scan) -> None:
    text = "You are the desk. Use find_order first, then call send_parcel."
    assert [one.tier for one in found(CODE.format(text=text), "prompt-tool-mismatch")] == [Tier.HINT]


@pytest.mark.parametrize(
    "text",
    [
        "You are the desk. Use find_order with the order_id, then refund_order.",
        "You are the desk. Use common_sense and be kind.",
        "You are the desk. Use find_order. The field created_at is a date.",
    ],
)
def test_parameters_fields_and_prose_are_not(found: Scan, text: str) -> None:
    assert not found(CODE.format(text=text), "prompt-tool-mismatch")
