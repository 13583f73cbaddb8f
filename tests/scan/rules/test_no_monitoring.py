"""Nothing that tells anybody when the agent goes wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.engine import Scanned
from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Item, Persona, Tier

Scan = Callable[..., list[Finding]]
AGENT = """
from langchain.agents import create_agent
from langchain_core.tools import tool

@tool
def delete_order(order_id: str) -> str:
    \"\"\"Delete an order.\"\"\"

agent = create_agent("openai:gpt-5", tools=[delete_order])
agent.invoke({})
"""


def test_tracing_that_is_switched_off_is_found(found: Scan) -> None:
    (finding,) = found("import agents\n\nagents.set_tracing_disabled(True)\n", "no-monitoring")
    assert (finding.place.line, finding.tier, finding.persona) == (3, Tier.PROVED, Persona.REGULAR)


def test_under_a_condition_it_is_only_inferred_and_switched_on_it_is_none(found: Scan) -> None:
    code = "from agents import set_tracing_disabled\nif LOCAL:\n    set_tracing_disabled(disabled=True)\n"
    assert [one.tier for one in found(code, "no-monitoring")] == [Tier.INFERRED]
    assert not found(
        "from agents import set_tracing_disabled\nset_tracing_disabled(False)\n", "no-monitoring"
    )


def test_a_program_that_imports_nothing_which_watches_is_told_to_those_who_want_hints(found: Scan) -> None:
    (finding,) = found(AGENT, "no-monitoring")
    assert (finding.persona, finding.tier) == (Persona.PEDANTIC, Tier.HINT)


def test_what_watches_meets_the_item(scanned: Callable[..., Scanned]) -> None:
    result = scanned(
        {"agent.py": AGENT, "telemetry.py": "import sentry_sdk\nsentry_sdk.init()\n"}, "no-monitoring"
    )
    assert not result.findings
    assert [(one.item, one.what) for one in result.met] == [(Item.MONITORING, "sentry_sdk is imported")]


def test_tracing_switched_off_through_the_environment_of_the_process_is_found(found: Scan) -> None:
    code = """
    import os

    os.environ["LANGCHAIN_TRACING_V2"] = "false"
    """
    (finding,) = found(code, "no-monitoring")
    assert finding.place.line == 4


@pytest.mark.parametrize(
    "line",
    [
        "os.environ['LANGCHAIN_TRACING_V2'] = 'true'",
        "os.environ['DEBUG'] = 'false'",
        "settings['LANGCHAIN_TRACING_V2'] = 'false'",
    ],
)
def test_tracing_switched_on_and_other_variables_are_none(found: Scan, line: str) -> None:
    assert not found(f"import os\n{line}\n", "no-monitoring")
