"""The part of an analysis that asks no model: the same for the same material, always."""

from __future__ import annotations

from agentprobe.analyst.analysis import SIX, Analysis, Evidence, ModeFound, Presence, Shares
from agentprobe.analyst.from_descriptions import seen_in_descriptions
from agentprobe.analyst.from_scan import seen_in_scan
from agentprobe.analyst.from_traces import seen_in
from agentprobe.analyst.material import Material
from agentprobe.analyst.remedies import REMEDIES, steps_for
from agentprobe.analyst.sight import Sight
from agentprobe.errors import ConfigError
from agentprobe.scan.severity import Mode, Severity


def analyse(material: Material) -> Analysis:
    """Say of each of the six whether it is there; raises ConfigError where nothing at all was given."""
    if not (material.runs or material.scan or material.described):
        raise ConfigError("there is nothing to analyse; give a trace, --scan, --architecture or --scenario")
    return summed_up(tuple(_found(material, mode) for mode in SIX))


def summed_up(modes: tuple[ModeFound, ...]) -> Analysis:
    """An analysis of these findings, with its summary and its fixes in order."""
    return Analysis(modes=modes, summary=_summary(modes), priority_fixes=priority_fixes(modes))


def _found(material: Material, mode: Mode) -> ModeFound:
    sights: list[Sight] = []
    shares: Shares | None = None
    if material.runs:
        seen, shares = seen_in(material.runs, mode)
        sights.append(seen)
    if material.scan is not None:
        sights.append(seen_in_scan(material.scan, mode, material.runs))
    if material.described:
        sights.append(seen_in_descriptions(material, mode))
    evidence = tuple(one for sight in sights for one in sight.evidence)
    return judged(mode, material, sights, evidence, shares)


def judged(
    mode: Mode,
    material: Material,
    sights: list[Sight],
    evidence: tuple[Evidence, ...],
    shares: Shares | None = None,
) -> ModeFound:
    """What the evidence comes to; what could not have been seen is not called absent."""
    shown = sorted((one for one in evidence if one.shows), key=lambda one: -one.severity.rank)
    looked = [sight for sight in sights if sight.looked]
    if not shown:
        presence = Presence.ABSENT if looked else Presence.NOT_OBSERVED
        told = [sight.why for sight in looked or sights if sight.why]
        why = "; ".join(dict.fromkeys(told))
        return ModeFound(mode=mode, presence=presence, evidence=evidence, why=why, shares=shares)
    beside = [one for one in evidence if not one.shows]
    fix = " ".join((REMEDIES[mode].fix, *_here(shown)))
    own = [step for one in shown for step in one.steps]
    steps = tuple(dict.fromkeys((*steps_for(mode, material.runs), *own)))
    return ModeFound(
        mode=mode,
        presence=Presence.PRESENT,
        severity=shown[0].severity,
        evidence=(*shown, *beside),
        steps=steps[:_MOST_STEPS],
        fix=fix,
        shares=shares,
    )


_MOST_STEPS = 6


def _here(shown: list[Evidence]) -> list[str]:
    """What is to be done at the place of the worst evidence that says so."""
    told = next((one for one in shown if one.fix), None)
    return [f"At {told.where}: {told.fix}"] if told is not None else []


def priority_fixes(modes: tuple[ModeFound, ...]) -> tuple[str, ...]:
    """What to do first: by severity, then by how many speak for it, then by the harm of its kind."""
    there = [found for found in modes if found.present]
    there.sort(key=lambda found: (-_rank(found), -len(found.speakers), REMEDIES[found.mode].urgency))
    return tuple(f"{found.mode} ({found.severity}): {found.fix}" for found in there)


def _rank(found: ModeFound) -> int:
    return (found.severity or Severity.INFO).rank


def _summary(modes: tuple[ModeFound, ...]) -> str:
    parts = []
    for presence in Presence:
        names = [found.mode.value for found in modes if found.presence is presence]
        if names:
            parts.append(f"{presence.value}: {', '.join(names)}")
    return "; ".join(parts) + "."
