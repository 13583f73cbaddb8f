"""Invariants of a project: what must hold in every run, whatever strikes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from agentprobe.domain.task import Observation
from agentprobe.errors import ConfigError
from agentprobe.lab.chaos.settings import Rule
from agentprobe.lab.fitting import check_fit, wrong_pattern
from agentprobe.lab.seen import Seen
from agentprobe.sim.load import load_object


class Rules:
    """The invariants with their checks loaded."""

    def __init__(self, rules: Sequence[Rule], folder: Path) -> None:
        """Raises ConfigError for a check that cannot be loaded, and for a pattern that is none."""
        self._rules = [(rule, _check(rule, folder)) for rule in rules]

    def broken(self, answer: str, seen: Seen, world: Path | None) -> str | None:
        """The first invariant that a run has broken, with what broke it."""
        for rule, check in self._rules:
            found = next(_breaches(rule, answer, seen), None)
            if found is None and check is not None:
                found = check(Observation(answer=answer, ledger=seen.ledger, world=world))
            if found:
                return f"{rule.name}: {found}"
        return None


def _check(rule: Rule, folder: Path) -> Callable[[Observation], Any] | None:
    if wrong := wrong_pattern(rule.matches):
        raise ConfigError(f"the rule '{rule.name}' cannot be read: {wrong}")
    if rule.check is None:
        return None
    found: Callable[[Observation], Any] = load_object(rule.check, folder)
    check_fit(found, rule.check, "observation")
    return found


def _breaches(rule: Rule, answer: str, seen: Seen) -> Iterator[str]:
    done = Counter(effect.tool for effect in seen.ledger.effects if effect.committed)
    called = [name for name, _ in seen.tool_calls]
    for tool in rule.never:
        if done[tool] or tool in called:
            yield f"{tool} was called"
    for tool, times in rule.at_most.items():
        if max(done[tool], 0) > times:
            yield f"{tool} was carried out {done[tool]} times, where {times} are allowed"
    for tool, first in rule.after.items():
        if tool in called and first not in called[: called.index(tool)]:
            yield f"{tool} was called without {first} before it"
    said = answer.casefold()
    for word in rule.lacks:
        if word.casefold() in said:
            yield f"the answer holds {word!r}"
    if rule.matches is not None and answer.strip() and not re.search(rule.matches, answer):
        yield f"nothing in the answer matches {rule.matches!r}"
