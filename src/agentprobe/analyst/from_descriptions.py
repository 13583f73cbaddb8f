"""What people's own words about an agent suggest: read by patterns, hedged, each quote as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agentprobe.analyst.analysis import Evidence, Speaker
from agentprobe.analyst.description_cues import CUES, NEEDED, SAYS
from agentprobe.analyst.description_patterns import DENIED, HANDLED, PATTERNS
from agentprobe.analyst.material import Material
from agentprobe.analyst.sight import Sight, unseen
from agentprobe.scan.severity import Mode, Severity

LONGEST = 200_000
"""Letters of a description that are read."""
_QUOTED = 300
_SENTENCE = re.compile(r"[^\n.!?;]+(?:[.!?;](?!\s)[^\n.!?;]*)*[.!?;]?")
_ENVIRONMENT = r"(?:dev(?:elopment)?|prod(?:uction)?|staging|local(?:ly)?|tests?|ci)"
_DEGREES = re.compile(
    r"temperature(?:\s+(?:of|is|at|to|was|set|we|use|uses|used|in|be)\b|\s*[=:])*\s*(\d(?:\.\d+)?)(?![\d%k])"
    rf"|\b(\d(?:\.\d+)?)\s+(?:in|on|for)\s+{_ENVIRONMENT}\b"
    rf"|\b{_ENVIRONMENT}\s*(?:uses?|runs? at|is|at|has|=|:)\s*(\d(?:\.\d+)?)(?![\d%k])",
    re.IGNORECASE,
)
_CARRIED = re.compile(r"\b(?:sets?|uses?|has|gives?|overrides? (?:it )?(?:to|with))\s+(?:it to )?([01]\.\d+)")
"""A sentence after one of temperatures that goes on with them."""
_WINDOW = re.compile(
    r"\b(\d{1,4}(?:\.\d+)?)\s?k[ -](?:tokens?[ -])?(?:context|window)"
    r"|(?:context|window) (?:window )?of (\d{1,4}(?:\.\d+)?)\s?k",
    re.IGNORECASE,
)
_TOKENS = re.compile(r"\b(\d{1,4}(?:\.\d+)?)\s?k[ -]tokens?\b(?![ -](?:context|window))", re.IGNORECASE)
_SHARE = re.compile(
    r"\b(\d{2,3}(?:\.\d+)?)\s?(?:%|percent|per cent) of (?:its |the |a )?(?:model's )?context", re.IGNORECASE
)
_FULL = 75


def seen_in_descriptions(material: Material, mode: Mode) -> Sight:
    """What the two descriptions suggest of one way of failing; that they are silent says nothing."""
    texts = (("the architecture", material.architecture), ("the scenario", material.scenario))
    evidence: dict[str, Evidence] = {}
    for name, text in texts:
        for one in (*_matched(name, text[:LONGEST], mode), *_figures(name, text[:LONGEST], mode)):
            known = evidence.get(one.quote)
            if known is None or (one.shows, one.severity.rank) > (known.shows, known.severity.rank):
                evidence[one.quote] = one
    found = (*evidence.values(), *_two_temperatures(texts, mode), *_too_many_tokens(texts, mode))
    if not any(one.shows for one in found):
        found = (*found, *_together(texts, mode))
    if any(one.shows for one in found):
        return Sight(evidence=tuple(found))
    return unseen("the descriptions do not speak of it", *found)


def _matched(name: str, text: str, mode: Mode) -> Iterator[Evidence]:
    for sentence in _sentences(text):
        for one in PATTERNS:
            found = one.pattern.search(sentence) if one.mode is mode else None
            if found is None or (one.deniable and DENIED.search(sentence[: found.start()])):
                continue
            handled = one.deniable and HANDLED.search(sentence) is not None
            yield _quoting(name, sentence, one.suggests, one.severity, shows=not handled)


def _together(texts: tuple[tuple[str, str], ...], mode: Mode) -> list[Evidence]:
    """Words of two kinds that say little each alone; the sentences in which they stand.

    They must stand near one another: a long text has some of every kind somewhere. What is told in a few
    sentences is near to all.
    """
    told = [[(name, one) for one in _sentences(text[:LONGEST])] for name, text in texts]
    brief = [place for places in told if len(places) <= _FEW for place in places]
    best: dict[str, tuple[str, str]] = {}
    for places in told:
        for at in range(max(1, len(places) - _NEAR + 1)):
            near = places[at : at + _NEAR]
            found = _kinds(dict.fromkeys((*near, *brief)), mode)
            if len(found) > len(best):
                best = found
    needed = NEEDED.get(mode)
    if len(best) < _KINDS or (needed is not None and needed not in best):
        return []
    severity = Severity.HIGH if len(best) > _KINDS else Severity.MEDIUM
    return [_quoting(*place, SAYS[mode], severity) for place in dict.fromkeys(best.values())]


def _kinds(places: Iterable[tuple[str, str]], mode: Mode) -> dict[str, tuple[str, str]]:
    """The kinds of words in some sentences, each with the first sentence that has it."""
    found: dict[str, tuple[str, str]] = {}
    for name, sentence in places:
        if HANDLED.search(sentence) or _is_one_temperature(sentence):
            continue
        for cue in CUES:
            if cue.mode is mode and cue.kind not in found and cue.pattern.search(sentence):
                found[cue.kind] = (name, sentence)
    return found


_FEW = 8
_NEAR = 4


def _is_one_temperature(sentence: str) -> bool:
    """Does a sentence tell one temperature for several places?"""
    told = [float(next(filter(None, found.groups()))) for found in _DEGREES.finditer(sentence)]
    return len(told) > 1 and len(set(told)) == 1


_KINDS = 2


def _figures(name: str, text: str, mode: Mode) -> Iterator[Evidence]:
    for sentence in _sentences(text) if mode is Mode.CONTEXT_OVERFLOW else ():
        if any(float(share) >= _FULL for share in _SHARE.findall(sentence)):
            yield _quoting(name, sentence, f"{_FULL} % of the window may be passed", Severity.HIGH)


def _two_temperatures(texts: tuple[tuple[str, str], ...], mode: Mode) -> Iterator[Evidence]:
    """Different temperatures in what is said of the agent."""
    if mode is not Mode.TEMPERATURE_DRIFT:
        return
    told: dict[float, tuple[str, str]] = {}
    for name, text in texts:
        before = False
        for sentence in _sentences(text[:LONGEST]):
            named = "temperature" in sentence.lower()
            pattern = _DEGREES if named else _CARRIED
            for found in pattern.finditer(sentence) if named or before else ():
                told.setdefault(float(next(filter(None, found.groups()))), (name, sentence))
            before = named
    if len(told) > 1:
        values = " and ".join(f"{value:g}" for value in sorted(told))
        for name, sentence in dict.fromkeys(told.values()):
            yield _quoting(name, sentence, f"temperatures {values} may both be in use", Severity.HIGH)


def _too_many_tokens(texts: tuple[tuple[str, str], ...], mode: Mode) -> Iterator[Evidence]:
    """More thousand tokens than the window that is spoken of takes well."""
    if mode is not Mode.CONTEXT_OVERFLOW:
        return
    sentences = [(name, one) for name, text in texts for one in _sentences(text[:LONGEST])]
    windows = [float(found[1] or found[2]) for _, one in sentences for found in _WINDOW.finditer(one)]
    for name, sentence in sentences if windows else ():
        if any(float(told) >= _FULL / 100 * max(windows) for told in _TOKENS.findall(sentence)):
            says = f"more may be told than a window of {max(windows):g}k tokens takes well"
            yield _quoting(name, sentence, says, Severity.HIGH)


def _quoting(name: str, sentence: str, suggests: str, severity: Severity, *, shows: bool = True) -> Evidence:
    handled = "" if shows else ", and seems to be dealt with"
    return Evidence(
        says=Speaker.DESCRIPTION,
        text=f"its words suggest that {suggests}{handled}",
        severity=severity,
        where=name,
        quote=sentence[:_QUOTED],
        shows=shows,
    )


def _sentences(text: str) -> Iterator[str]:
    for line in text.splitlines():
        for found in _SENTENCE.finditer(line[:_LONGEST_LINE]):
            sentence = found[0].strip()
            if sentence:
                yield sentence[:_LONGEST_SENTENCE]


_LONGEST_LINE = 20_000
_LONGEST_SENTENCE = 1_000
