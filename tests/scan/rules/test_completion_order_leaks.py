"""What comes back first comes first in the prompt."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
import asyncio
from concurrent.futures import as_completed
"""


def test_notes_that_are_joined_are_found(found: Scan) -> None:
    code = """
def research(pool, questions):
    notes = []
    for done in as_completed([pool.submit(search, one) for one in questions]):
        notes.append(done.result())
    return "\\n".join(notes)
"""
    (finding,) = found(HEAD + code, "completion-order-leaks")
    assert (finding.place.line, finding.tier) == (8, Tier.PROVED)
    assert "notes" in finding.message


def test_messages_are_found(found: Scan) -> None:
    code = """
async def act(calls, messages):
    for done in asyncio.as_completed([run(one) for one in calls]):
        messages.append({"role": "tool", "content": await done})
"""
    (finding,) = found(HEAD + code, "completion-order-leaks")
    assert (finding.place.line, finding.tier) == (7, Tier.PROVED)
    assert "messages" in finding.message


def test_an_index_keeps_the_order(found: Scan) -> None:
    code = """
def research(pool, questions):
    notes = [None] * len(questions)
    jobs = {pool.submit(search, one): place for place, one in enumerate(questions)}
    for done in as_completed(jobs):
        notes[jobs[done]] = done.result()
    return "\\n".join(notes)
"""
    assert not found(HEAD + code, "completion-order-leaks")


def test_a_later_sort_mends_it(found: Scan) -> None:
    code = """
def research(pool, questions):
    notes = []
    for done in as_completed([pool.submit(search, one) for one in questions]):
        notes.append(done.result())
    notes.sort()
    return "\\n".join(notes)
"""
    assert not found(HEAD + code, "completion-order-leaks")


def test_a_number_of_results_has_no_order(found: Scan) -> None:
    code = """
def research(pool, questions):
    found = []
    for done in as_completed([pool.submit(search, one) for one in questions]):
        found.append(done.result())
    return f"{len(found)} pages"
"""
    assert not found(HEAD + code, "completion-order-leaks")
