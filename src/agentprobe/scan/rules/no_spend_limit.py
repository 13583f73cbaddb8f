"""Nothing stops an agent when it has spent too much."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.effective import Effective, effective_calls
from agentprobe.scan.finding import Finding, Met, Probe
from agentprobe.scan.nodes import short
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_shown, is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Severity, Tier

_SPENDS = re.compile(
    rb"max_budget|budget_usd|cost_limit|max_cost|spend_?limit|token_budget|usage_limits|total_tokens_limit|"
    rb"max_total_tokens|BudgetManager|budget_exceeded|daily_limit|monthly_limit|UsageLimits|over_budget|\bbudget\b|"
    rb"total_cost|agentprobe\.guard",
    re.IGNORECASE,
)
_MONEY = frozenset(
    {"max_budget_usd", "cost_limit", "total_tokens_limit", "max_budget", "budget", "max_cost", "token_budget"}
)


class NoSpendLimit(Rule):
    """An agent that loops has a limit on neither money nor tokens.

    Finds: a project with agents that make many calls by themselves, or calls of a model within `while` loops,
    where no file that calls models speaks of a budget, a cost or a limit of tokens.

    Breaks: a limit of steps does not limit the bill: each step resends a longer history. One session in
    circles costs what a thousand good ones cost, and is noticed at the end of the month.

    Example:

        from openai import OpenAI

        client = OpenAI(timeout=30)

        def work(messages):
            while not finished(messages):
                answer = client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=0)
                messages.append(answer.choices[0].message)

    Instead:

        from openai import OpenAI

        client = OpenAI(timeout=30)

        def work(messages, token_budget=200_000):
            while not finished(messages):
                answer = client.chat.completions.create(model="gpt-4.1", messages=messages, temperature=0)
                token_budget -= answer.usage.total_tokens
                if token_budget < 0:
                    raise OverBudget(messages)
                messages.append(answer.choices[0].message)

    False alarms: a limit that the provider's account or a gateway holds is not seen here; that is why this is
    only a hint.
    """

    code = "OPS003"
    severity = Severity.MEDIUM
    mode = Mode.OPERATIONS
    item = Item.SESSION_BUDGET
    probe = Probe(
        faults=("never_done",),
        expects="a session that costs many times what others cost",
        shows=(Sign.ENDLESS,),
    )

    def in_project(self, project: Project) -> Iterable[Finding]:
        loops = [one for one in effective_calls(project) if _loops(one)]
        if not loops or _speaks_of_money(project):
            return
        one = max(loops, key=lambda each: (each.worst.dollars or 0, each.steps.number or 0))
        yield self.found(
            one.call.place,
            f"{short(one.call.callee)}() runs in a loop, and nothing in the project limits tokens or money",
            tier=Tier.HINT,
            subject=one.call.function or short(one.call.callee),
            consequence=f"one session may go on spending: {one.worst.words}",
            advice="count the tokens of each session, and stop at a budget",
        )

    def met(self, project: Project) -> Iterable[Met]:
        for facts in project.facts.values():
            for limit in facts.named_limits:
                if limit.name in _MONEY and limit.value.place is not None and not is_test(facts.path):
                    yield Met(item=Item.SESSION_BUDGET, place=limit.value.place, what=limit.name)


def _loops(one: Effective) -> bool:
    if is_test(one.call.place.path) or is_shown(one.call.place.path):
        return False
    return (
        (one.steps.known and one.steps.number is None) or (one.steps.number or 0) > 1 or bool(one.call.loops)
    )


def _speaks_of_money(project: Project) -> bool:
    """Does any file that has to do with models speak of a budget?"""
    for facts in project.facts.values():
        if not (facts.model_calls or facts.clients or facts.repeats or facts.tools or facts.named_limits):
            continue
        try:
            raw = (project.root / facts.path).read_bytes()
        except OSError:
            return True
        if _SPENDS.search(raw):
            return True
    return any(_SPENDS.search(document.raw) for document in project.documents if len(document.raw) < 100_000)
