"""An eval set in which every case has one right answer."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
from langchain_core.tools import tool

@tool
def find_customer(name: str) -> list:
    return STORE.customers(name)
"""


def test_cases_with_one_answer_each_are_found(found: Scan) -> None:
    code = """
EVALS = [
    {"input": "Where does John Smith live?", "expected": "1 Hill St"},
    {"input": "Where does Ada Moss live?", "expected": "9 Low Rd"},
    {"input": "What did Ann Lee order?", "expected": "a lamp"},
]
"""
    (finding,) = found(HEAD + code, "no-ambiguity-in-evals")
    assert (finding.place.line, finding.tier) == (8, Tier.INFERRED)
    assert "none of the 3 cases" in finding.message


def test_a_case_that_is_asked_back_is_enough(found: Scan) -> None:
    code = """
EVALS = [
    {"input": "Where does John Smith live?", "expected": "1 Hill St"},
    {"input": "Where does Ada Moss live?", "expected": "9 Low Rd"},
    {"input": "Cancel Smith's order", "expected": "asks which of the two is meant"},
]
"""
    assert not found(HEAD + code, "no-ambiguity-in-evals")


def test_rows_that_expect_nothing_are_no_cases(found: Scan) -> None:
    code = """
CUSTOMERS = [{"input": "a"}, {"input": "b"}, {"input": "c"}]
"""
    assert not found(HEAD + code, "no-ambiguity-in-evals")


def test_two_cases_are_no_set(found: Scan) -> None:
    code = """
EVALS = [{"input": "a", "expected": "b"}, {"input": "c", "expected": "d"}]
"""
    assert not found(HEAD + code, "no-ambiguity-in-evals")


def test_cases_in_files_are_read(found: Scan) -> None:
    rows = '{"input": "a", "expected": "b"}\n' * 3
    files = {"agent.py": HEAD, "evals/desk.jsonl": rows, "notes/desk.jsonl": rows}
    (finding,) = found(files, "no-ambiguity-in-evals")
    assert finding.place.path == "evals/desk.jsonl"
