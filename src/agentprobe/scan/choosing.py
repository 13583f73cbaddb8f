"""Which findings are told: of chosen rules, bad enough, for this reader, and not known already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.scan.allowing import Notice
from agentprobe.scan.baseline import Baseline, Entry
from agentprobe.scan.engine import Scanned
from agentprobe.scan.finding import Finding
from agentprobe.scan.rule import RULES
from agentprobe.scan.settings import ScanSettings
from agentprobe.scan.since import Since


@dataclass(frozen=True, kw_only=True)
class Told:
    """The findings that are told, and how many are not, and why."""

    findings: tuple[Finding, ...]
    milder: int
    """Below the severity that is told."""
    for_others: int
    """For more curious readers."""
    unchosen: int
    known: int
    """In the baseline."""
    expired: tuple[Entry, ...]
    """Entries of the baseline that have run out: what they know counts again."""
    gone: tuple[Entry, ...]
    """Entries of the baseline that nothing fits any more."""
    notices: tuple[Notice, ...]
    scanned: Scanned
    allowed: tuple[tuple[Finding, str], ...] = ()
    """Of those that would be told, what comments in the code allow, with their reasons."""
    in_baseline: tuple[tuple[Finding, Entry], ...] = ()
    """What the baseline knows, with its entry."""
    since: str = ""
    """The revision since which findings are told; "" for all."""
    older: int = 0
    """Findings on what has not changed since."""

    def changed_in(self, since: Since) -> Told:
        """The same with the findings alone that what has changed brought about."""
        new = tuple(one for one in self.findings if since.concerns(one))
        older = len(self.findings) - len(new)
        return replace(self, findings=new, since=since.revision, older=older)


def codes(words: Iterable[str], where: str) -> frozenset[str]:
    """The codes of the rules that some words name; raises ConfigError for a word that names none."""
    named = {rule.name: rule.code for rule in RULES}
    every = sorted(named.values())
    found: set[str] = set()
    for word in words:
        wanted = word.strip().replace("_", "-")
        fitting = [code for code in every if wanted and code.startswith(wanted.upper())]
        if wanted.lower() in named:
            fitting = [named[wanted.lower()]]
        if wanted.upper() == "ALL":
            fitting = every
        if not fitting:
            near = did_you_mean(wanted, [*named, *every])
            raise ConfigError(
                f"unknown rule '{word}' in {where}{near}; `agentprobe scan --list-rules` has all"
            )
        found |= set(fitting)
    return frozenset(found)


def chosen(scanned: Scanned, settings: ScanSettings, baseline: Baseline, today: str) -> Told:
    """What of a scan is told by these settings on this day."""
    select = codes(settings.select, "select") if settings.select else None
    ignore = codes(settings.ignore, "ignore")
    left: list[Finding] = []
    why: Counter[str] = Counter()

    def untold(one: Finding) -> str:
        """Why a finding is not told; empty where it is."""
        if (select is not None and one.code not in select) or one.code in ignore:
            return "unchosen"
        if not settings.persona.hears(one.persona):
            return "for others"
        return "milder" if one.severity.rank < settings.severity.rank else ""

    for one in scanned.findings:
        if reason := untold(one):
            why[reason] += 1
        else:
            left.append(one)
    compared = baseline.compared(left, today)
    return Told(
        findings=compared.new,
        milder=why["milder"],
        for_others=why["for others"],
        unchosen=why["unchosen"],
        known=len(left) - len(compared.new),
        expired=compared.expired,
        gone=compared.gone if select is None else (),
        notices=tuple(one for one in scanned.notices if settings.persona.hears(one.persona)),
        scanned=scanned,
        allowed=tuple((one, reason) for one, reason in scanned.allowed if not untold(one)),
        in_baseline=compared.known,
    )


def worst(findings: Sequence[Finding]) -> Counter[str]:
    """How many findings there are of each severity, the worst first."""
    order = sorted({one.severity for one in findings}, key=lambda one: -one.rank)
    return Counter({str(level): sum(one.severity is level for one in findings) for level in order})
