"""Queries of tools that give back all rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.scan.finding import Finding

Scan = Callable[..., list[Finding]]
RULE = "unbounded-query"
HEAD = """
import pymongo
from langchain_core.tools import tool

"""
TOOL = """
@tool
def look(city: str):
    "Look."
{body}
"""


@pytest.mark.parametrize(
    "body",
    [
        '    return database.execute("SELECT id FROM customers WHERE city = ?", (city,)).fetchall()',
        '    cursor.execute(f"select * from customers where city = {city}")\n    return cursor.fetchall()',
        '    return [row for row in database.execute("SELECT id FROM customers")]',
        "    return session.query(Customer).filter_by(city=city).all()",
        '    return list(shop.customers.find({"city": city}))',
        '    query = "SELECT city, COUNT(*) FROM customers GROUP BY city"\n'
        "    return database.execute(query).fetchall()",
    ],
)
def test_queries_without_a_limit_are_found(found: Scan, body: str) -> None:
    (finding,) = found(HEAD + TOOL.format(body=body), RULE)
    assert "look" in finding.message


@pytest.mark.parametrize(
    "body",
    [
        '    return database.execute("SELECT id FROM customers LIMIT 20").fetchall()',
        '    return database.execute("SELECT COUNT(*) FROM customers").fetchall()',
        '    return database.execute("SELECT * FROM customers WHERE id = ?", (city,)).fetchall()',
        '    return database.execute("SELECT * FROM customers WHERE city = ?", (city,)).fetchone()',
        "    return session.query(Customer).limit(20).all()",
        '    return list(shop.customers.find({"city": city}).limit(20))',
        '    database.execute("INSERT INTO seen SELECT id FROM customers")',
    ],
)
def test_limits_aggregates_and_single_rows_are_not(found: Scan, body: str) -> None:
    assert not found(HEAD + TOOL.format(body=body), RULE)


def test_the_fix_adds_a_limit(found: Scan, tmp_path: Path) -> None:
    body = '    return database.execute("SELECT id FROM customers;").fetchall()'
    (finding,) = found(HEAD + TOOL.format(body=body), RULE)
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    raw = (tmp_path / "agent.py").read_bytes()
    mended = (raw[: edit.start] + edit.text.encode() + raw[edit.end :]).decode()
    assert '"SELECT id FROM customers LIMIT 100"' in mended
    assert not found(mended, RULE)
