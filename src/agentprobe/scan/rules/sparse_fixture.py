"""Test data in which every match is unique."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any

from agentprobe.domain.sign import Sign
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.fixtures import Table, code_tables, is_fixture, tables
from agentprobe.scan.module import Module
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.values import literal

_FEW = 10


class SparseFixture(Rule):
    """The data that the agent is tried on has a handful of rows, and no two of them look alike.

    Finds: fixtures, seeds and mocks (JSON, YAML, CSV, SQL, and the data that tests of agents bring) with
    fewer than ten rows in which every name is there once; also rows in code that a tool answers from.

    Breaks: "find John Smith" among three people whose names differ tests that the tool can be called, nothing
    else. In production there are several, and the agent was never seen choosing.

    Example:

        import pytest
        from agents import Agent, Runner

        @pytest.fixture
        def customers():
            return [{"name": "John Smith", "city": "Hull"}, {"name": "Ada Moss", "city": "York"}]

    Instead:

        import pytest
        from agents import Agent, Runner
        from agentprobe.worlds import dense

        @pytest.fixture
        def customers():
            return dense("customers", rows=10_000, alike=0.1)

    False alarms: unit tests of a tool alone need no crowd; tables without names (settings, units).
    """

    code = "FIX003"
    severity = Severity.LOW
    mode = Mode.FIXTURES
    probe = Probe(
        faults=("many_for_one", "near_duplicate"),
        expects="picks the first, or asks for nothing",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if "pytest" not in module.imports and not is_test(module.path):
            return
        if not _of_agents(module):
            return
        for name, node in _given(module):
            rows: Any = literal(module, node)
            if isinstance(rows, list) and rows and all(isinstance(one, dict) for one in rows):
                yield from self._look(
                    Table(name=name, place=module.place(node), rows=tuple(rows)), Tier.INFERRED
                )

    def in_project(self, project: Project) -> Iterable[Finding]:
        if not project.is_agent:
            return
        for facts in project.facts.values():
            for table in code_tables(facts) if facts.tools and not is_test(facts.path) else ():
                yield from self._look(table, Tier.INFERRED)
        for document in project.documents:
            if is_fixture(document.path):
                for table in tables(document):
                    yield from self._look(table, Tier.PROVED)

    def _look(self, table: Table, tier: Tier) -> Iterator[Finding]:
        column = table.naming
        if not table.is_of_things or len(table.rows) >= _FEW or table.is_eval:
            return
        values = [str(row.get(column, "")).strip().lower() for row in table.rows]
        if len(set(values)) == len(values):
            yield self.found(
                table.place,
                f"{table.name} has {_rows(len(values))}, and every {column} is there once",
                tier=tier,
                subject=table.name,
                consequence="an agent that always takes the first match passes every test on it",
                advice="add rows that look alike, and thousands of others (`agentprobe worlds` makes both)",
            )


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _of_agents(module: Module) -> bool:
    return bool(
        {"agents", "langchain", "langgraph", "openai", "anthropic", "crewai", "pydantic_ai", "smolagents",
        "agentprobe",
         "litellm", "autogen_agentchat", "google", "dspy"} & module.imported_roots
    )  # fmt: skip


def _given(module: Module) -> Iterator[tuple[str, ast.expr]]:
    for function in module.functions:
        if any(module.qualified(one) == "pytest.fixture" for one in function.decorator_list):
            for part in function.body:
                if isinstance(part, ast.Return | ast.Expr) and part.value is not None:
                    inner = part.value.value if isinstance(part.value, ast.Yield) else part.value
                    if inner is not None:
                        yield function.name, inner
    for node in module.tree.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.List)
        ):
            yield node.targets[0].id, node.value
