"""A finding is put to the test by the faults that its rule names: confirmed, held, or nothing seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.lab.proving.desks import AGENT, ASKS

from agentprobe.chaos.fault import FAULTS
from agentprobe.errors import ConfigError
from agentprobe.lab.chaos.run import Chosen
from agentprobe.lab.proving.mark import Mark, State
from agentprobe.scan.rule import RULES, Rule

Proved = Callable[..., Mark]

TALK = """
import time

from openai import OpenAI

client = OpenAI(timeout=20)


def ask(messages):
    try:
        reply = client.chat.completions.create(model="gpt-4.1-mini", messages=messages)
        return reply.choices[0].message.content
    except Exception:
        return ""


def run(prompt: str) -> str:
    said = ask([{{"role": "user", "content": prompt}}])
    return said or {otherwise}
"""
TALKER = '[[turns]]\ntext = "I refunded 30 for A-17."\n'
NO_EFFECTS = """
[model]
policy = "clerk.toml"

[agents.desk]
call = "desk:run"

[[task]]
id = "refund"
prompt = "Refund 30 for order A-17."
contains = ["30"]
"""


@pytest.fixture
def talking(desk: Path) -> None:
    """The model only talks."""
    (desk / "clerk.toml").write_text(TALKER)
    (desk / "agentprobe.toml").write_text(NO_EFFECTS)


@pytest.mark.usefixtures("talking")
def test_a_swallowed_error_is_confirmed_by_the_lie_that_comes_of_it(proved: Proved) -> None:
    mark = proved("model_error_swallowed", code=TALK.format(otherwise='"All done for A-17."'))
    assert mark.state is State.CONFIRMED
    assert mark.reason.startswith("lied under ")
    assert mark.command == f"agentprobe chaos --agent desk --task refund --fault '{mark.strike}'" or (
        mark.command == f"agentprobe chaos --agent desk --task refund --fault {mark.strike}"
    )


@pytest.mark.usefixtures("talking")
def test_the_same_finding_is_not_confirmed_where_the_caller_tells_of_the_failure(proved: Proved) -> None:
    mark = proved("model_error_swallowed", code=TALK.format(otherwise='"I could not reach the model."'))
    assert mark.state is State.NOT_CONFIRMED
    assert mark.reason.endswith("struck, and the agent recovered, noticed") or "noticed" in mark.reason


def test_a_call_without_a_deadline_is_confirmed_by_a_hang(proved: Proved) -> None:
    mark = proved("model_no_deadline", client="")
    assert mark.state is State.CONFIRMED
    assert mark.reason.startswith("late under hang@model:")


def test_a_loop_without_an_end_is_confirmed_by_a_model_that_is_never_done(proved: Proved) -> None:
    mark = proved("unbounded_loop", rounds="while True:")
    assert mark.state is State.CONFIRMED
    assert mark.reason.startswith("endless under never_done@model:")


def test_a_loop_that_ends_when_its_tool_runs_out_of_forms_is_not_confirmed(proved: Proved) -> None:
    mark = proved("unbounded_loop", rounds="while True:", swap=(DONE, COUNTED))
    assert mark.state is State.NOT_CONFIRMED
    assert mark.reason.startswith("never_done@model:2+, ")
    assert "struck, and the agent duplicated" in mark.reason


DONE = 'return f"refunded {amount} for {order}"'
COUNTED = f"""PAID.append(order)
    FORMS[len(PAID) % 40]
    {DONE}


PAID: list[str] = []
FORMS = dict.fromkeys(range(39))
"""
WRITE = '@agentprobe.tool(effect="write", key="order")'
IMPORTS = "from tenacity import retry, stop_after_attempt\nimport requests"


def test_a_write_that_is_tried_again_is_confirmed_by_a_lost_reply(proved: Proved) -> None:
    mark = proved("retry_non_idempotent_write", code=paying(f"@retry(stop=stop_after_attempt(3))\n{WRITE}"))
    assert mark.state is State.CONFIRMED
    assert mark.reason.startswith("duplicated under reply_lost")
    assert mark.strike.endswith("@tool:refund:1")


def test_a_repeat_within_the_tool_does_not_meet_what_is_lost_outside_of_it(proved: Proved) -> None:
    mark = proved("retry_non_idempotent_write", code=paying(f"{WRITE}\n@retry(stop=stop_after_attempt(3))"))
    assert mark.state is State.NOT_CONFIRMED


def paying(above: str) -> str:
    """The desk, with these decorators above its tool, which posts where it is live."""
    live = 'LIVE and requests.post("https://pay.example/refunds", json=amount, timeout=10)'
    return (
        AGENT.format(client="timeout=20", ask=ASKS, rounds="for _ in range(12):")
        .replace("import json", f"import json\n\n{IMPORTS}\n\nLIVE = False", 1)
        .replace(WRITE, above)
        .replace(DONE, f"{live}\n    {DONE}")
    )


UNUSED = '''

@agentprobe.tool(effect="read")
def weather(town: str) -> str:
    """The weather."""
    return requests.get("https://example.org/" + town).text
'''


def test_a_tool_that_no_run_calls_is_not_observed(proved: Proved) -> None:
    mark = proved(
        "tool_http_no_timeout", extra=UNUSED, swap=("import json", "import json\n\nimport requests")
    )
    assert mark.state is State.NOT_OBSERVED
    assert mark.reason == "no undisturbed run called weather, so nothing could be struck there"


def test_a_flaw_in_code_that_the_agent_does_not_import_is_not_observed(proved: Proved, desk: Path) -> None:
    (desk / "other.py").write_text(TALK.format(otherwise='"All done."'))
    mark = proved("model_error_swallowed")
    assert mark.state is State.NOT_OBSERVED
    assert mark.reason == "the agent 'desk' does not import other.py"


def test_what_takes_a_real_model_is_not_observed_with_a_simulated_one(proved: Proved) -> None:
    mark = proved("sampling_not_pinned")
    assert mark.state is State.NOT_OBSERVED
    assert mark.reason == "a simulated model answers the same under prod_temperature; it takes a real one"


def test_an_agent_that_fails_by_itself_shows_nothing(proved: Proved, desk: Path) -> None:
    (desk / "clerk.toml").write_text('[[turns]]\ntext = "I will not."\n')
    mark = proved("model_no_deadline", client="")
    assert mark.state is State.NOT_OBSERVED
    assert mark.reason.startswith("undisturbed it failed: ")


def test_an_agent_that_cannot_be_imported_shows_nothing(proved: Proved, desk: Path) -> None:
    mark = proved("model_no_deadline", client="", extra="\n\nimport no_such_module_anywhere\n")
    assert mark.state is State.NOT_OBSERVED
    assert mark.reason.startswith("the agent cannot be run: ")


def test_what_a_budget_has_no_room_for_is_not_observed(proved: Proved, desk: Path) -> None:
    settings = (desk / "agentprobe.toml").read_text()
    (desk / "agentprobe.toml").write_text(f"{settings}\n[chaos]\nminutes = 0.0000001\n")
    mark = proved("model_no_deadline", client="")
    assert mark.state is State.NOT_OBSERVED
    assert "minutes is used up" in mark.reason


def test_an_interruption_keeps_what_was_proved(proved: Proved) -> None:
    mark = proved("model_no_deadline", client="", interrupted_after=1)
    assert mark.state is State.CONFIRMED
    mark = proved("model_no_deadline", client="", interrupted_after=0)
    assert mark.state is State.NOT_OBSERVED
    assert mark.reason.startswith("it was interrupted")


def test_an_unknown_agent_or_task_is_wrong_use_with_the_nearest_name(proved: Proved) -> None:
    with pytest.raises(ConfigError, match="unknown agent 'desc'; did you mean 'desk'"):
        proved("model_no_deadline", client="", chosen=Chosen(agents=("desc",)))
    with pytest.raises(ConfigError, match="unknown task 'refnd'; did you mean 'refund'"):
        proved("model_no_deadline", client="", chosen=Chosen(tasks=("refnd",)))


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.probe is not None], ids=lambda rule: rule.code
)
def test_every_probe_names_faults_that_there_are_and_that_can_strike_where_it_says(rule: type[Rule]) -> None:
    assert rule.probe is not None
    for name in rule.probe.faults:
        kinds = {str(kind) for kind in FAULTS.get(name).strikes}
        assert not rule.probe.at or rule.probe.at in kinds or len(rule.probe.faults) > 1
    assert rule.probe.shows or rule.probe.load or rule.probe.expects
