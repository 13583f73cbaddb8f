"""An eval set in which every case has one right answer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import Effect
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.fixtures import Table, code_tables, is_eval_set, is_fixture, tables
from agentprobe.scan.project import Project
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier

_UNSURE = re.compile(
    r"ambig|clarif|which (?:one|of|customer|account|order)|more than one|several|multiple|not sure|unclear|"
    r"asks?[ _](?:back|the user|for|which|to)|"
    r"asks_back|unknowable|cannot (?:be )?(?:know|tell|determine)|unknown|no such|not found|"
    r"escalat|did you mean|disambig|refus|insufficient",
    re.IGNORECASE,
)
_FEWEST = 3


class NoAmbiguityInEvals(Rule):
    """No case of an eval set has more than one match, none, or a question back as its right outcome.

    Finds: eval sets in files (cases with an input and an expected answer, as promptfoo, Inspect, LangSmith
    and our own tasks write them) of an agent that looks things up, where no case expects it to ask back, to
    choose or to say that it cannot be known.

    Breaks: an agent that takes the first match passes all of them. The suite is green and says nothing of the
    day on which two records fit.

    Example:

        from langchain_core.tools import tool

        @tool
        def find_customer(name: str) -> list:
            \"\"\"Find customers by name.\"\"\"
            return STORE.customers(name)

        EVALS = [
            {"input": "Where does John Smith live?", "expected": "1 Hill St"},
            {"input": "Where does Ada Moss live?", "expected": "9 Low Rd"},
            {"input": "What did Ann Lee order?", "expected": "a lamp"},
        ]

    Instead:

        from langchain_core.tools import tool

        @tool
        def find_customer(name: str) -> list:
            \"\"\"Find customers by name.\"\"\"
            return STORE.customers(name)

        EVALS = [
            {"input": "Where does John Smith live?", "expected": "1 Hill St"},
            {"input": "Cancel Smith's order", "expected": "asks which of the two Smiths is meant"},
            {"input": "What did Zoe Orr order?", "expected": "says that there is no such customer"},
        ]

    False alarms: sets for tasks with one answer by nature (arithmetic, extraction); sets of fewer than three
    cases.
    """

    code = "FIX006"
    severity = Severity.LOW
    mode = Mode.FIXTURES
    probe = Probe(
        faults=("many_for_one", "near_duplicate"),
        expects="answers for one of several",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )

    def in_project(self, project: Project) -> Iterable[Finding]:
        if not any(tool.effect is Effect.READ for _, tool in project.tools):
            return
        for facts in project.facts.values():
            for table in code_tables(facts):
                yield from self._look(table)
        for document in project.documents:
            if is_eval_set(document.path) or is_fixture(document.path):
                for table in tables(document):
                    yield from self._look(table)

    def _look(self, table: Table) -> Iterable[Finding]:
        if len(table.rows) >= _FEWEST and table.is_eval and not _is_unsure(table):
            yield self.found(
                table.place,
                f"none of the {len(table.rows)} cases has more than one match, none, or a question back",
                tier=Tier.INFERRED,
                subject=table.name,
                consequence="an agent that takes the first match passes all of them",
                advice="add cases with two that fit, with none, and such as must be asked back about",
            )


def _is_unsure(table: Table) -> bool:
    return any(_UNSURE.search(str(row)) for row in table.rows)
