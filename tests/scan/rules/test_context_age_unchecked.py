"""Context that goes to the model however old it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
import json
from pathlib import Path
from openai import OpenAI

client = OpenAI()
HOME = Path("data")

"""


@pytest.mark.parametrize(
    "reads",
    [
        'context = json.load(open("context-snapshot.json"))',
        'context = json.loads((HOME / "current-task.json").read_text())',
        'context = (HOME / "memory.md").read_text()',
    ],
)
def test_a_context_file_that_is_told_to_the_model_is_found(found: Scan, reads: str) -> None:
    code = f"""
def answer(question):
    {reads}
    return client.responses.create(model="gpt-5", input=str(context) + question)
"""
    (finding,) = found(HEAD + code, "context-age-unchecked")
    assert (finding.place.line, finding.tier) == (11, Tier.INFERRED)


def test_it_is_found_where_another_function_of_the_file_reads_it(found: Scan) -> None:
    code = """
def load():
    with open("state.json") as file:
        return json.load(file)

def answer(question):
    return client.responses.create(model="gpt-5", input=str(load()) + question)
"""
    (finding,) = found(HEAD + code, "context-age-unchecked")
    assert finding.subject == "load:state.json"


@pytest.mark.parametrize(
    "code",
    [
        'def answer(q):\n    c = json.load(open("context.json"))\n    check(c["timestamp"])\n'
        '    return client.responses.create(model="gpt-5", input=str(c))\n',
        'def answer(q):\n    c = json.load(open("countries.json"))\n'
        '    return client.responses.create(model="gpt-5", input=str(c))\n',
        'def note(c):\n    with open("state.json", "w") as file:\n        json.dump(c, file)\n\n'
        'def answer(q):\n    a = client.responses.create(model="gpt-5", input=q)\n    note(a)\n',
        'def show():\n    return json.load(open("state.json"))\n\n'
        'def answer(q):\n    return client.responses.create(model="gpt-5", input=q)\n',
    ],
)
def test_what_is_dated_or_never_changes_or_is_written_or_goes_elsewhere_is_not(
    found: Scan, code: str
) -> None:
    assert not found(HEAD + code, "context-age-unchecked")
