"""Evidence counted: how often each task passed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from agentprobe.domain.evidence import Evidence, Status
from agentprobe.lab.statistics import Tally

CONCLUSIVE = (Status.PASSED, Status.FAILED, Status.ERROR)
"""What counts: an error of the house or the provider counts as a failure, never as nothing."""


def tally(evidence: Iterable[Evidence]) -> tuple[Tally, ...]:
    """One tally a task, in the order of their names; inconclusive runs are left out."""
    runs: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for item in evidence:
        if item.status in CONCLUSIVE:
            runs[item.run.task] += 1
            passed[item.run.task] += item.status is Status.PASSED
    return tuple(Tally(passed[task], runs[task]) for task in sorted(runs))
