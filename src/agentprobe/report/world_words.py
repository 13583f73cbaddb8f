"""How the figures of a world are said, the same in every form of report."""

from __future__ import annotations

from agentprobe.errors import ConfigError
from agentprobe.worlds.fidelity.asking import QUERIES
from agentprobe.worlds.fidelity.result import Fidelity, Row
from agentprobe.worlds.leaks.result import Check, LeakReport
from agentprobe.worlds.manifest import GROWN, MAPPED, REGENERATED, Manifest

KINDS = {
    MAPPED: "mapped: each row stands for a row of production",
    REGENERATED: "regenerated: made anew from production's shape",
    GROWN: "grown from a shape",
}
PERSONAL = (
    "Pseudonymised, and still personal data: whoever has the key, or enough outside knowledge, can tell who "
    "somebody is. Keep it within the production boundary; let a regenerated world leave it."
)
METRICS = {
    "collision": "how often values stand",
    "null_pattern": "what is missing together",
    "junk": "junk",
    "mask": "how values are written",
}
DO_SAME = {
    "collision": "values that were one became several, or several one: make the snapshot with equality kept",
    "null_pattern": "values are missing elsewhere than in production: keep the columns' gaps together",
    "junk": "the dirty tail was cleaned away or added: keep junk as it is written",
    "mask": "values are written in other forms: keep their form",
    "find_one": "look-alikes are nearer or farther than in production: raise the dial of the name's domain",
    "top_k": "neighbours are nearer or farther than in production: grow from a larger sample of vectors",
    "free_slot": "calendars are fuller or emptier than in production: profile them over a longer time",
    "status": "statuses have other shares than in production",
    "not_status": "statuses have other shares than in production",
    "date_window": "dates are spread differently than in production",
}
DO_NAMES = "names lost what they share: raise the dial of the domain (M5 keeps most)"
_WRONG_ROLE = "find which treatment let them through: a wrong role in world.toml is the usual reason"
DO_LEAK = {
    "original values": _WRONG_ROLE,
    "words of original values": "a name stands in a text or another column: give that column its role",
    "short values and numbers": _WRONG_ROLE,
    "values that stayed on their row": "the column was not replaced: give it its role in world.toml",
    "names within their own row": "a name stands inside another value of its row, such as the "
    "e-mail: give that column its role",
    "whole rare persons": "persons of production came back: make it anew from a shape with fewer details",
    "linkage attack": "the world knows its persons one by one: make it anew from a shape with fewer details",
    "rare tokens decoded by who knows the frequent ones": "lower the dial of the domain",
}


def title(kind: str) -> str:
    """What a class of queries or a figure is called."""
    if kind in METRICS:
        return METRICS[kind]
    try:
        return QUERIES.get(kind).title
    except ConfigError:
        return kind.replace("_", " ")


def same(fidelity: Fidelity | None) -> str:
    """The verdict on fidelity."""
    if fidelity is None:
        return "NOT MEASURED"
    if fidelity.failed:
        return "ASKS OTHER QUESTIONS"
    return "ASKS THE SAME QUESTIONS" if fidelity.holds else "NOT OBSERVED"


def leaking(leaks: LeakReport | None) -> str:
    """The verdict on leaks."""
    if leaks is None:
        return "NOT MEASURED"
    if leaks.failed:
        return "LEAKS"
    return "NOTHING FOUND" if any(check.holds for check in leaks.checks) else "NOT OBSERVED"


def tone(verdict: str) -> str:
    """The colour class of a verdict."""
    if verdict in ("ASKS OTHER QUESTIONS", "LEAKS"):
        return "fail"
    return "pass" if verdict in ("ASKS THE SAME QUESTIONS", "NOTHING FOUND") else "not_observed"


def word(holds: bool | None, *, decides: bool = True) -> str:
    """What became of one figure."""
    if holds is None:
        return "not observed" if decides else "reported"
    return "holds" if holds else "fails"


def to_do(one: Row | Check) -> str:
    """What mends a figure that fails."""
    if isinstance(one, Check):
        return DO_LEAK.get(one.name, "")
    return DO_SAME.get(one.kind, DO_NAMES)


def figure(value: float | None) -> str:
    """A number as short as it can be read."""
    if value is None:
        return "–"
    if abs(value) >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.2g}"


def rested(fidelity: Fidelity | None) -> str:
    """What the verdict on fidelity rests on."""
    if fidelity is None:
        return "There was no source to measure it against."
    held = sum(bool(row.holds) for row in fidelity.rows)
    paired = "each query and its image" if fidelity.world.paired else "queries drawn from each side"
    told = f"{held} of {len(fidelity.rows)} figures hold their bounds, {len(fidelity.failed)} do not"
    silent = len(fidelity.unobserved)
    return told + (f", of {silent} too little was observed to say" if silent else "") + f"; {paired}."


def attacked(leaks: LeakReport | None) -> str:
    """What the verdict on leaks rests on."""
    if leaks is None:
        return "There was no source to attack it with."
    decide = [check for check in leaks.checks if check.bound is not None]
    seen = sum(
        check.n for check in leaks.checks if check.name.endswith("values") or "values and" in check.name
    )
    told = f"{len(decide)} checks decide, {len(leaks.failed)} of them fail; {seen:,} values were looked for"
    return told + (f"; {len(leaks.unobserved)} could not be told." if leaks.unobserved else ".")


def rows_of(manifest: Manifest) -> str:
    """How many rows its tables have."""
    told = [f"{name} {rows:,}" for name, rows in manifest.rows.items()]
    return ", ".join(told) or "none"


def rows_named(check: Check) -> str:
    """In which rows something was found."""
    shown = ", ".join(f"{row:,}" for row in check.rows)
    return f"rows {shown}" + (" …" if (check.value or 0) > len(check.rows) else "") if shown else ""
