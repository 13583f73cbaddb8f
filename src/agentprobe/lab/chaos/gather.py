"""A campaign's hunts brought together: the matrix, the smallest sets, what was covered and what it cost."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from agentprobe.chaos.schedule import Schedule
from agentprobe.chaos.strike import ANY_TOOL
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.chaos.found import Campaigned, Cell, Minimal, Spent
from agentprobe.lab.chaos.hunt import Broken, Hunt
from agentprobe.lab.chaos.keep import FOLDER, kept
from agentprobe.lab.chaos.remedies import remedies
from agentprobe.lab.chaos.shot import Shown
from agentprobe.lab.chaos.subject import Subject

if TYPE_CHECKING:
    from agentprobe.lab.chaos.run import Chaos

CONFIDENCE = 0.95
Group = tuple[str, tuple[str, ...], Reaction]
"""An agent, the faults with their sites, and what it made of them."""


def campaigned(chaos: Chaos, stopped: str = "") -> Campaigned:
    """All that a report says; the schedule, trace and test of each finding are written on the way."""
    experiment, budget = chaos.experiment, chaos.budget
    hunts = [hunt for hunt, _ in chaos.hunts]
    found = list(_minimal(hunts))
    if chaos.chosen.keeps:
        shutil.rmtree(chaos.results / FOLDER, ignore_errors=True)
    return Campaigned(
        project=experiment.project,
        model=experiment.model.policy if experiment.model.simulated else experiment.model.at,
        simulated=experiment.model.simulated,
        virtual=all(hunt.subject.deterministic for hunt in hunts) and bool(hunts),
        observed=chaos.observed,
        seed=experiment.run.seed,
        suite=chaos.settings.suite if not chaos.settings.faults else ", ".join(chaos.settings.faults),
        plan=chaos.chosen.plan,
        confidence=CONFIDENCE,
        hunts=(*chaos.unsteady, *(told for _, told in chaos.hunts)),
        cells=tuple(_cells(hunts)),
        minimal=tuple(_written(chaos, hunt, one, stopped) for hunt, one in found),
        spent=Spent(
            runs=budget.runs,
            tokens=budget.tokens,
            dollars=budget.dollars or None,
            injections=budget.injections,
            seconds=budget.seconds,
        ),
        folder=str(chaos.results),
        command=chaos.chosen.command,
        policy=chaos.chosen.policy,
        reads=chaos.chosen.reads,
        stopped=stopped,
        notes=tuple(dict.fromkeys(note for hunt in hunts for note in _notes(hunt.subject))),
    )


def _notes(subject: Subject) -> Iterator[str]:
    """What must be known of tools where nobody has written down what is right."""
    tools = [one for one in subject.reach.used if one.site.startswith(ANY_TOOL)]
    if subject.derived is None:
        return
    if writes := sorted({effect.tool for effect in subject.derived.effects}):
        yield (
            f"counted as writes: {', '.join(writes)}; say of a tool that only reads --reads TOOL, or "
            '@agentprobe.tool(effect="read") in its code: else what is read twice counts as done twice'
        )
    if wire := sorted({one.name for one in tools if not one.in_process}):
        yield (
            f"seen only in the model traffic: {', '.join(wire)}; whether such a tool did its work "
            "once, twice or not at all is not known, so only the answers are judged"
        )


def _written(chaos: Chaos, hunt: Hunt, found: Minimal, stopped: str) -> Minimal:
    return kept(chaos, hunt, found, traced=not stopped) if chaos.chosen.keeps else found


# -- the matrix ------------------------------------------------------------------------------------------


def _cells(hunts: Iterable[Hunt]) -> Iterator[Cell]:
    """One a single fault and agent, over all tasks."""
    found: dict[tuple[str, str], list[Shown]] = defaultdict(list)
    for hunt in hunts:
        for words, shown in hunt.singles.items():
            found[hunt.subject.agent, words] += shown
    for (agent, words), shown in sorted(found.items(), key=lambda item: _family_of(item[0][1])):
        yield _cell(agent, words, shown)


def _family_of(words: str) -> tuple[str, str]:
    strike, *_ = Schedule.parse(words).strikes
    return strike.fault.family.value, words


def _cell(agent: str, words: str, shown: Sequence[Shown]) -> Cell:
    strikes = Schedule.parse(words).strikes  # several where one schedule was shot as it stands
    told = [one for one in shown if one.reaction.tells]
    recovered = [one.extra_seconds for one in told if one.reaction is Reaction.RECOVERED]
    return Cell(
        agent=agent,
        fault=" + ".join(strike.fault.name for strike in strikes),
        family=strikes[0].fault.family.value,
        strike=words,
        counts=dict(Counter(one.reaction for one in shown)),
        extra_calls=fmean([one.extra_calls for one in told]) if told else None,
        extra_tokens=fmean([one.extra_tokens for one in told]) if told else None,
        recovery_seconds=fmean(recovered) if recovered else None,
    )


# -- the smallest sets -----------------------------------------------------------------------------------


def _minimal(hunts: Sequence[Hunt]) -> Iterator[tuple[Hunt, Minimal]]:
    """What broke agents, the same on several tasks once; the smallest sets first, then the most harmful."""
    groups: dict[Group, list[tuple[Hunt, Broken]]] = defaultdict(list)
    for hunt in hunts:
        for broken in hunt.broken:
            groups[_group(hunt, broken)].append((hunt, broken))
    order = list(Reaction)
    ranked = sorted(groups.items(), key=lambda item: (len(item[0][1]), order.index(item[0][2]), item[0][1]))
    for number, ((_, faults, _), members) in enumerate(ranked, 1):
        hunt, broken = min(members, key=lambda one: one[1].shown.model_calls)
        yield hunt, _one(number, faults, hunt, broken, [other.subject.task for other, _ in members])


def _group(hunt: Hunt, broken: Broken) -> Group:
    faults = tuple(sorted(f"{strike.fault.name}@{strike.site}" for strike in broken.strikes))
    return hunt.subject.agent, faults, broken.shown.reaction


def _one(number: int, faults: Sequence[str], hunt: Hunt, broken: Broken, tasks: Sequence[str]) -> Minimal:
    names = "-and-".join(dict.fromkeys(name.partition("@")[0] for name in faults))
    return Minimal(
        name=f"{number:02}-{names}"[:80],
        agent=hunt.subject.agent,
        task=hunt.subject.task,
        rows=hunt.subject.rows,
        schedule=str(Schedule(broken.strikes)),
        shown=broken.shown,
        runs=broken.runs,
        out_of=broken.out_of,
        remedies=remedies(broken.strikes, broken.shown),
        also=tuple(task for task in dict.fromkeys(tasks) if task != hunt.subject.task),
    )
