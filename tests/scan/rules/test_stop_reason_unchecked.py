"""Answers that are used whole though they may be cut."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity

Scan = Callable[..., list[Finding]]
RULE = "stop-reason-unchecked"
CODE = """
import json
from openai import OpenAI

client = OpenAI()

def ask(messages):
    answer = client.chat.completions.create(model="gpt-4o", max_tokens=500, messages=messages)
    {check}
    {use}
"""


@pytest.mark.parametrize(
    "use",
    [
        "return json.loads(answer.choices[0].message.content)",
        "return [json.loads(one.function.arguments) for one in answer.choices[0].message.tool_calls]",
        "open('plan.md', 'w').write(answer.choices[0].message.content)",
    ],
)
def test_what_is_parsed_or_stored_unseen_is_found(found: Scan, use: str) -> None:
    (finding,) = found(CODE.format(check="pass", use=use), RULE)
    assert (finding.place.line, finding.severity) == (8, Severity.HIGH)


def test_a_wrapper_with_a_cap_that_hands_only_the_text_on_is_found(found: Scan) -> None:
    code = CODE.format(check="pass", use="return answer.choices[0].message.content")
    (finding,) = found(code + "\ndef plan():\n    steps = ask([]).split(';')\n    return steps\n", RULE)
    assert (finding.place.line, finding.severity) == (8, Severity.MEDIUM)


def test_text_of_another_file_that_is_parsed_is_found(found: Scan) -> None:
    llm = CODE.format(check="pass", use="return answer.choices[0].message.content")
    plan = "import json\nfrom shop.llm import ask\n\ndef plan():\n    return json.loads(ask([]))\n"
    (finding,) = found({"shop/__init__.py": "", "shop/llm.py": llm, "shop/plan.py": plan}, RULE)
    assert (finding.place.path, finding.place.line) == ("shop/plan.py", 5)


@pytest.mark.parametrize(
    ("check", "use"),
    [
        (
            "assert answer.choices[0].finish_reason == 'stop'",
            "return json.loads(answer.choices[0].message.content)",
        ),
        ("pass", "print(answer.choices[0].message.content)"),
        ("pass", "return json.loads(open('plan.json').read())"),
        ("pass", "return answer.choices[0].message.content"),
    ],
)
def test_checked_shown_and_other_texts_are_not(found: Scan, check: str, use: str) -> None:
    assert not found(CODE.format(check=check, use=use), RULE)


def test_what_the_sdk_has_checked_is_not(found: Scan) -> None:
    code = """
    from openai import OpenAI

    def ask(messages):
        return OpenAI().chat.completions.parse(model="gpt-4o", messages=messages).choices[0].message.parsed
    """
    assert not found(code, RULE)


def test_the_fix_raises_when_the_answer_was_cut(found: Scan, tmp_path: Path) -> None:
    code = CODE.format(check="pass", use="return json.loads(answer.choices[0].message.content)")
    (finding,) = found(code, RULE)
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    raw = (tmp_path / "agent.py").read_bytes()
    mended = (raw[: edit.start] + edit.text.encode() + raw[edit.end :]).decode()
    assert 'if answer.choices[0].finish_reason == "length":' in mended
    assert not found(mended, RULE)


PLAN = "from llm import ask\n\nsteps = ask([])\n"
LOOP = """
import anthropic

client = anthropic.Anthropic()


def work(messages):
    while messages:
        answer = client.messages.create(model="claude-sonnet-4-5", max_tokens=1024, messages=messages{tools})
        calls = [one for one in answer.content if one.type == "tool_use"]
        if {test}:
            return messages
        messages += [run(one) for one in calls]
"""


@pytest.mark.parametrize(
    ("tools", "test", "count"),
    [
        (", tools=TOOLS", "not calls", 1),
        (", tools=TOOLS", "answer.stop_reason == 'end_turn'", 0),
        ("", "not calls", 0),
    ],
)
def test_an_answer_without_a_tool_call_ends_the_work(tools: str, test: str, count: int, found: Scan) -> None:
    findings = found(LOOP.format(tools=tools, test=test), RULE)
    assert ["end of the work" in one.message for one in findings] == [True] * count


@pytest.mark.parametrize(
    ("use", "others", "count"),
    [
        (
            "return answer.choices[0].message.content",
            {"plan.py": "from llm import ask\n\nsteps = ask([])\n"},
            1,
        ),
        ("return answer.choices[0].message.content", {"test_plan.py": PLAN}, 0),
        ("return answer", {"plan.py": PLAN}, 0),
    ],
)
def test_text_under_a_cap_is_handed_to_other_files(
    use: str, others: dict[str, str], count: int, found: Scan
) -> None:
    findings = found({"llm.py": CODE.format(check="pass", use=use), **others}, RULE)
    assert [one.place.path for one in findings] == ["llm.py"] * count
