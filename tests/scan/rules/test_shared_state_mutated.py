"""State that is read before a wait and written after it."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
import asyncio
"""


def test_a_sum_that_waits_on_its_right_is_found(found: Scan) -> None:
    code = """
class Budget:
    async def ask(self, question):
        self.spent += await price(question)

    async def all(self, questions):
        await asyncio.gather(*(self.ask(one) for one in questions))
"""
    (finding,) = found(HEAD + code, "shared-state-mutated")
    assert (finding.place.line, finding.tier) == (6, Tier.PROVED)
    assert "self.spent" in finding.message


def test_a_global_in_a_tool_is_found(found: Scan) -> None:
    code = """
from langchain_core.tools import tool

@tool
async def count(word: str) -> int:
    global total
    before = total
    found = await look(word)
    total = before + found
    return total
"""
    (finding,) = found(HEAD + code, "shared-state-mutated")
    assert (finding.place.line, finding.tier) == (11, Tier.PROVED)
    assert "total" in finding.message


def test_a_lock_around_both_is_right(found: Scan) -> None:
    code = """
class Budget:
    async def ask(self, question):
        async with self.lock:
            before = self.spent
            self.spent = before + await price(question)

    async def all(self, questions):
        await asyncio.gather(*(self.ask(one) for one in questions))
"""
    assert not found(HEAD + code, "shared-state-mutated")


def test_no_wait_between_is_right(found: Scan) -> None:
    code = """
class Budget:
    async def ask(self, question):
        cost = await price(question)
        self.spent += cost

    async def all(self, questions):
        await asyncio.gather(*(self.ask(one) for one in questions))
"""
    assert not found(HEAD + code, "shared-state-mutated")


def test_local_names_are_nobody_elses(found: Scan) -> None:
    code = """
async def ask(questions):
    total = 0
    for one in questions:
        total += await price(one)
    return total
"""
    assert not found(HEAD + code, "shared-state-mutated")


def test_what_is_put_back_counts_nothing(found: Scan) -> None:
    code = """
class Desk:
    async def ask(self, question):
        before = self.tools
        self.tools = [*before, question]
        await model(question)
        self.tools = before

    async def all(self, questions):
        await asyncio.gather(*(self.ask(one) for one in questions))
"""
    assert not found(HEAD + code, "shared-state-mutated")
