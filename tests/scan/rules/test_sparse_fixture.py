"""Test data in which every match is unique."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]


def test_data_of_a_test_of_an_agent_is_found(found: Scan) -> None:
    code = """
import pytest
from agents import Runner

@pytest.fixture
def customers():
    return [{"name": "John Smith", "city": "Hull"}, {"name": "Ada Moss", "city": "York"}]
"""
    (finding,) = found(code, "sparse-fixture")
    assert (finding.place.line, finding.tier) == (7, Tier.INFERRED)
    assert "customers has 2 rows" in finding.message


def test_two_of_one_name_are_a_choice(found: Scan) -> None:
    code = """
import pytest
from agents import Runner

@pytest.fixture
def customers():
    return [{"name": "John Smith", "city": "Hull"}, {"name": "John Smith", "city": "York"}]
"""
    assert not found(code, "sparse-fixture")


def test_a_test_of_no_agent_needs_no_crowd(found: Scan) -> None:
    code = """
import pytest

@pytest.fixture
def customers():
    return [{"name": "John Smith", "city": "Hull"}, {"name": "Ada Moss", "city": "York"}]
"""
    assert not found(code, "sparse-fixture")


def test_settings_are_no_crowd(found: Scan) -> None:
    code = """
from agents import function_tool

UNITS = [{"name": "metre", "short": "m"}, {"name": "foot", "short": "ft"}]

@function_tool
def convert(value: float) -> float:
    return value
"""
    assert not found(code, "sparse-fixture")


AGENT = "from openai import OpenAI\n\nOpenAI().chat.completions.create(model='gpt-5', messages=[])\n"


def test_rows_of_files_are_read(found: Scan) -> None:
    files = {
        "agent.py": AGENT,
        "fixtures/customers.csv": "id,name\n1,John Smith\n2,Ada Moss\n",
        "seeds/seed.sql": "INSERT INTO orders (id, title) VALUES (1, 'Lamp'), (2, 'Desk');\n",
        "fixtures/users.jsonl": '{"id": 1, "name": "A"}\n{"id": 2, "name": "A"}\n',
        "data/customers.csv": "id,name\n1,John Smith\n",
    }
    told = {(one.place.path, one.subject, one.tier) for one in found(files, "sparse-fixture")}
    assert told == {
        ("fixtures/customers.csv", "customers", Tier.PROVED),
        ("seeds/seed.sql", "orders", Tier.PROVED),
    }
