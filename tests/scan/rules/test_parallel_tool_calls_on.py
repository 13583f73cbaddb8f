"""A model that may call writing tools several at a time."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
import requests
from openai import OpenAI

client = OpenAI()

def send_invoice(customer):
    requests.post("https://billing.example/invoices", json={"customer": customer})

TOOLS = [{"type": "function", "function": {"name": "send_invoice", "parameters": {"type": "object"}}}]
"""


def test_writing_tools_are_found(found: Scan) -> None:
    code = """
answer = client.chat.completions.create(model="gpt-5", messages=[], tools=TOOLS)
"""
    (finding,) = found(HEAD + code, "parallel-tool-calls-on")
    assert (finding.place.line, finding.tier) == (12, Tier.PROVED)
    assert "send_invoice" in finding.message


def test_it_may_be_switched_off(found: Scan) -> None:
    code = """
answer = client.chat.completions.create(model="gpt-5", messages=[], tools=TOOLS, parallel_tool_calls=False)
"""
    assert not found(HEAD + code, "parallel-tool-calls-on")


def test_it_may_be_switched_off_in_a_dictionary(found: Scan) -> None:
    code = """
given = {"parallel_tool_calls": False, "temperature": 0}
answer = client.chat.completions.create(model="gpt-5", messages=[], tools=TOOLS, **given)
"""
    assert not found(HEAD + code, "parallel-tool-calls-on")


def test_what_is_spread_and_not_known_is_not_guessed(found: Scan) -> None:
    code = """
def ask(**given):
    return client.chat.completions.create(model="gpt-5", messages=[], tools=TOOLS, **given)
"""
    assert not found(HEAD + code, "parallel-tool-calls-on")


def test_a_forced_tool_is_one_call(found: Scan) -> None:
    code = """
answer = client.chat.completions.create(model="gpt-5", messages=[], tools=TOOLS, tool_choice={"type": "a"})
"""
    assert not found(HEAD + code, "parallel-tool-calls-on")


def test_the_fix_switches_it_off(found: Scan) -> None:
    code = (
        HEAD
        + """
answer = client.chat.completions.create(model="gpt-5", messages=[], tools=TOOLS)
"""
    )
    (finding,) = found(code, "parallel-tool-calls-on")
    assert finding.fix is not None
    assert finding.fix.safe
    (edit,) = finding.fix.edits
    raw = code.encode()
    mended = raw[: edit.start] + edit.text.encode() + raw[edit.end :]
    assert b"parallel_tool_calls=False" in mended
    assert not found(mended.decode(), "parallel-tool-calls-on")


def test_an_agent_of_a_generic_class_is_an_agent(found: Scan) -> None:
    code = """
    import requests
    from agents import Agent, function_tool

    @function_tool
    def cancel_flight(number: str) -> str:
        "Cancel a flight."
        requests.delete(f"https://air.example/flights/{number}", timeout=10).raise_for_status()
        return "cancelled"

    booking = Agent[Passenger](name="booking", tools=[cancel_flight])
    """
    (finding,) = found(code, "parallel-tool-calls-on")
    assert finding.place.line == 11


TOOLS = """
import requests
from agents import function_tool

@function_tool
def flight(number: str) -> str:
    "What is to be done with a flight."
    requests.{verb}(f"https://air.example/flights/{{number}}", timeout=10).raise_for_status()
    return "done"
"""
BOOKING = """
from agents import Agent
from .tools import flight

booking = Agent(name="booking", tools=[flight]{settings})
"""


def test_tools_of_another_file_are_known(found: Scan) -> None:
    files = {
        "air/__init__.py": "",
        "air/tools.py": TOOLS.format(verb="delete"),
        "air/team.py": BOOKING.format(settings=""),
    }
    (finding,) = found(files, "parallel-tool-calls-on")
    assert (finding.place.path, finding.place.line) == ("air/team.py", 5)


def test_tools_of_another_file_that_only_read_or_come_one_by_one_are_none(found: Scan) -> None:
    reads = {
        "air/__init__.py": "",
        "air/tools.py": TOOLS.format(verb="get"),
        "air/team.py": BOOKING.format(settings=""),
    }
    assert not found(reads, "parallel-tool-calls-on")
    off = ", model_settings=ModelSettings(parallel_tool_calls=False)"
    single = reads | {
        "air/tools.py": TOOLS.format(verb="delete"),
        "air/team.py": BOOKING.format(settings=off),
    }
    assert not found(single, "parallel-tool-calls-on")
