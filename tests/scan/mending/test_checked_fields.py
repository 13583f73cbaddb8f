"""A model's JSON is tested for the fields that are taken in any case."""

from __future__ import annotations

from collections.abc import Callable

Mend = Callable[..., str]
RULE = "output-unvalidated"
REFUND = """\
import json
from openai import OpenAI

client = OpenAI()

def refund(messages):
    reply = client.chat.completions.create(model="gpt-5", messages=messages)
    order = json.loads(reply.choices[0].message.content)
{rest}
"""


def test_the_fields_that_are_taken_must_be_there(mended: Mend) -> None:
    after = mended(REFUND.format(rest='    pay(order["number"], order["amount"])'), RULE)
    assert (
        '    if not isinstance(order, dict) or not {"number", "amount"} <= order.keys():\n'
        '        raise ValueError(f"the model\'s answer is not as expected: {order!r}")\n'
        '    pay(order["number"], order["amount"])\n'
    ) in after


def test_fields_that_are_taken_under_a_condition_are_not_asked_for(mended: Mend) -> None:
    rest = '    if order["kind"] == "refund":\n        pay(order["amount"])\n    return order["number"]'
    after = mended(REFUND.format(rest=rest), RULE)
    assert '{"number"} <= order.keys()' in after or '{"kind", "number"} <= order.keys()' in after
    assert '"amount"}' not in after


def test_tabs_and_windows_line_ends_are_kept(mended: Mend) -> None:
    code = REFUND.format(rest='    pay(order["number"])').replace("    ", "\t").replace("\n", "\r\n")
    after = mended(code, RULE)
    assert '\r\n\t\traise ValueError(f"' in after
    assert after.count("\n") == after.count("\r\n")


def test_a_list_is_not_tested_for_fields(mended: Mend) -> None:
    code = REFUND.format(rest="    pay(order[0])")
    assert mended(code, RULE) == code
