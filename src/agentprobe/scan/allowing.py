"""Comments that allow a finding, on its line, above it, or for a file, with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from agentprobe.errors import did_you_mean
from agentprobe.scan.finding import Finding, Place
from agentprobe.scan.severity import Persona
from agentprobe.scan.text import Text

_COMMENT = re.compile(
    r"(?P<alone>^\s*)?(?:#|//|/\*|<!--|--|;)\s*agentprobe:\s*allow(?P<whole>-file)?"
    r"(?:\[(?P<codes>[^\]]{0,300})\]|[ \t]+(?P<names>[\w-]+(?:[ \t]*,[ \t]*[\w-]+)*))?"
    r"(?:[ \t]+--[ \t]*(?P<reason>[^\n]{0,500}?))?[ \t]*(?:\*/|-->)?[ \t]*$"
)
_WORD = b"agentprobe:"


class Allowance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One comment that allows findings."""

    place: Place
    rules: tuple[str, ...]
    """Names or codes of rules."""
    reason: str = ""
    whole: bool = False
    """Is it for the whole file?"""
    below: bool = False
    """Does it stand on a line of its own, and mean the one beneath?"""

    def covers(self, finding: Finding) -> bool:
        """Does it speak of this finding?"""
        if finding.place.path != self.place.path or not {finding.rule, finding.code} & set(self.rules):
            return False
        if self.whole:
            return True
        at = self.place.line + 1 if self.below else self.place.line
        last = max(finding.place.line, finding.place.end_line)
        return finding.place.cell == self.place.cell and at in (finding.place.line, last)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something to say about a scan that is no finding."""

    place: Place
    text: str
    persona: Persona = Persona.REGULAR


@dataclass(frozen=True, kw_only=True)
class Sorted:
    """Findings after the comments of their files were heard."""

    findings: tuple[Finding, ...]
    allowed: tuple[tuple[Finding, str], ...]
    """With the reason that was given."""
    notices: tuple[Notice, ...]


def allowances(text: Text) -> tuple[Allowance, ...]:
    """The comments of a file that allow findings."""
    if _WORD not in text.raw:
        return ()
    found: list[Allowance] = []
    lines = text.lines
    for at, line in enumerate(lines, start=1):
        match = _COMMENT.search(line) if "agentprobe:" in line and len(line) < 2_000 else None
        if match is None:
            continue
        named = match["codes"] if match["codes"] is not None else match["names"] or ""
        found.append(
            Allowance(
                place=_next_code(text, at, lines) if match["alone"] is not None else text.place(at),
                rules=tuple(name.strip() for name in named.split(",") if name.strip()),
                reason=(match["reason"] or "").strip(),
                whole=match["whole"] is not None,
                below=match["alone"] is not None,
            )
        )
    return tuple(found)


def _next_code(text: Text, at: int, lines: list[str]) -> Place:
    """Where the last of several comment lines one beneath the other stands: they all mean what follows."""
    last = at
    while last < len(lines) and _COMMENT.match(lines[last]) is not None:
        last += 1
    return text.place(last)


def sorted_by(allowed_by: Sequence[Allowance], findings: Iterable[Finding], known: frozenset[str]) -> Sorted:
    """Take out what comments allow; `known` are the names and codes of all rules."""
    by_path: dict[str, list[Allowance]] = {}
    for one in allowed_by:
        by_path.setdefault(one.place.path, []).append(one)
    kept: list[Finding] = []
    allowed: list[tuple[Finding, str]] = []
    used: set[int] = set()
    for finding in findings:
        speaking = [one for one in by_path.get(finding.place.path, ()) if one.covers(finding)]
        used |= {id(one) for one in speaking}
        reason = next((one.reason for one in speaking if one.reason), "")
        if reason:
            allowed.append((finding, reason))
        else:
            kept.append(finding)
    notices = [notice for one in allowed_by for notice in _notices(one, id(one) in used, known)]
    return Sorted(findings=tuple(kept), allowed=tuple(allowed), notices=tuple(notices))


def _notices(one: Allowance, used: bool, known: frozenset[str]) -> Iterable[Notice]:
    unknown = [name for name in one.rules if name not in known]
    for name in unknown:
        near = did_you_mean(name, sorted(known))
        yield Notice(place=one.place, text=f"a comment allows '{name}', which is no rule{near}")
    if not one.rules:
        yield Notice(place=one.place, text="a comment allows nothing: name a rule after `allow`")
    elif not one.reason:
        yield Notice(
            place=one.place,
            text=f"a comment allows {', '.join(one.rules)} without a reason, so it does not: add `-- why`",
        )
    elif not used and not unknown:
        yield Notice(
            place=one.place,
            text=f"a comment allows {', '.join(one.rules)}, and nothing is found there",
            persona=Persona.PEDANTIC,
        )
