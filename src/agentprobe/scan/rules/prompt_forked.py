"""The same prompt stands in two places, and only one of them was edited."""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice

from agentprobe.scan.finding import Finding
from agentprobe.scan.project import Project
from agentprobe.scan.prompts.project_prompts import prompts_of
from agentprobe.scan.prompts.prompt import Prompt
from agentprobe.scan.purpose import is_shown
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Persona, Severity, Tier

_ALIKE = 0.9
_FEWEST_WORDS = 40
_MOST_WORDS = 4_000
_SKETCH = 12
_SHARED = 3
"""Two texts that are 90 % alike share so many of the sketch's shingles at least, but for bad luck."""
_MOST_PAIRS = 2_000
_CROWD = 20
"""A shingle in more prompts than this is boilerplate."""
_VARIANT = re.compile(
    r"(?:^|[_.\-/~#])(?:v\d+|old|new|legacy|deprecated|short|long|base|baseline|variant\w*|alt\w*|few_?shot|zero_?shot|"
    r"[ab]|[a-z]{2}(?:[-_][a-z]{2})?|\d+|cot|mini|lite|text_?based|xml|json|backticks|examples?)(?=$|[_.\-/~#])",
    re.IGNORECASE,
)
_DATA = re.compile(
    r"\.(?:jsonl?|csv|ipynb)(?:#|$)|(?:^|/)(?:evals?|data|datasets?|fixtures?|templates?)/", re.IGNORECASE
)


class PromptForked(Rule):
    """Two prompts of one project are almost the same text, and differ.

    Finds: prompts of 40 words and more that are more than 90 % alike and not equal, of one name in two files
    of code. Prompts of two names, and those of settings and texts, are hinted at.

    Breaks: somebody has mended one copy and did not know of the other. The agent behaves by the new rule on
    one path and by the old one on the other, and looks as if it had moods.

    Example:

        # desk/agent.py
        SYSTEM_PROMPT = '''You are the desk of a shop that sells lamps. Answer questions about orders. Look
        an order up before you speak of it. Never promise a day of delivery. Refunds of up to 50
        euros are yours to grant; for more, ask a person. Answer in two sentences.'''

        # desk/fallback.py
        SYSTEM_PROMPT = '''You are the desk of a shop that sells lamps. Answer questions about orders. Look
        an order up before you speak of it. Never promise a day of delivery. Refunds of up to 90
        euros are yours to grant; for more, ask a person. Answer in two sentences.'''

    Instead:

        # desk/agent.py
        SYSTEM_PROMPT = '''You are the desk of a shop that sells lamps. Answer questions about orders. Look
        an order up before you speak of it. Never promise a day of delivery. Refunds of up to 50
        euros are yours to grant; for more, ask a person. Answer in two sentences.'''

        # desk/fallback.py
        from desk.agent import SYSTEM_PROMPT

    False alarms: variants that their names tell apart (versions, languages, few-shot forms), settings of
    which one is chosen, data, examples.
    """

    code = "PRM002"
    severity = Severity.MEDIUM
    mode = Mode.PROMPT_DRIFT

    def in_project(self, project: Project) -> Iterable[Finding]:
        prompts = [one for one in prompts_of(project) if _counts(one)]
        for one, other in islice(_candidates(prompts), _MOST_PAIRS):
            share, differs = _alike(one.text, other.text)
            if share > _ALIKE and differs:
                yield self._told(one, other, share, differs)

    def _told(self, one: Prompt, other: Prompt, share: float, differs: str) -> Finding:
        same_name = _inner(one) == _inner(other) and one.place.path != other.place.path
        shown = is_shown(one.place.path) or is_shown(other.place.path)
        deliberate = shown or _marks(one) != _marks(other)
        in_code = one.place.path.endswith(".py") and other.place.path.endswith(".py")
        sure = same_name and in_code and not deliberate
        return self.found(
            other.place,
            f"'{_name(other)}' is {share:.0%} the same as '{_name(one)}' in {one.place.path}: {differs}",
            tier=Tier.INFERRED if sure else Tier.HINT,
            persona=Persona.REGULAR if sure else Persona.PEDANTIC,
            subject=f"{one.id} {other.id}",
            consequence="one copy was changed and the other not: the agent follows two rules, by path",
            advice="keep one text and import it, or make the part that differs a parameter",
            related=(one.place,),
        )


def _counts(prompt: Prompt) -> bool:
    return _FEWEST_WORDS <= len(prompt.text.split()) <= _MOST_WORDS and not _DATA.search(prompt.id)


def _inner(prompt: Prompt) -> str:
    """Its name within its file, with class and function; the file's own where it is the whole file."""
    return prompt.id.partition("#")[2].partition("~")[0] or prompt.place.path.rpartition("/")[2]


def _name(prompt: Prompt) -> str:
    inner = _inner(prompt)
    return inner if "/" in prompt.id and "#" not in prompt.id else inner.rpartition(".")[2]


def _marks(prompt: Prompt) -> frozenset[str]:
    return frozenset(found[0].lower() for found in _VARIANT.finditer(prompt.id.replace(".py", "")))


def _candidates(prompts: Sequence[Prompt]) -> Iterator[tuple[Prompt, Prompt]]:
    """Pairs that may be alike, found by the shingles that they share; equal texts are no pair."""
    by_shingle: dict[int, list[int]] = defaultdict(list)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for at, one in enumerate(prompts):
        for shingle in _sketch(one.text):
            by_shingle[shingle].append(at)
    for holders in by_shingle.values():
        if 1 < len(holders) <= _CROWD:
            for number, first in enumerate(holders):
                for second in holders[number + 1 :]:
                    shared[(first, second)] += 1
    for (first, second), times in sorted(shared.items()):
        if times >= _SHARED and prompts[first].digest != prompts[second].digest:
            yield prompts[first], prompts[second]


def _sketch(text: str) -> list[int]:
    """The smallest hashes of its runs of three words: alike texts have many of them in common."""
    words = text.lower().split()
    runs = {
        zlib.crc32(" ".join(words[at : at + 3]).encode("utf-8", "replace")) for at in range(len(words) - 2)
    }
    return sorted(runs)[:_SKETCH]


def _alike(one: str, other: str) -> tuple[float, str]:
    """How alike two texts are by their words, and the first words in which they differ."""
    left, right = one.split(), other.split()
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.real_quick_ratio() <= _ALIKE or matcher.quick_ratio() <= _ALIKE:
        return 0.0, ""
    parts = [
        f"'{_cut(left[a:b])}' and '{_cut(right[c:d])}'"
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    ]
    return matcher.ratio(), parts[0] if parts else ""


def _cut(words: Sequence[str]) -> str:
    text = " ".join(words[:6])
    return text if len(text) <= 40 else text[:39] + "…"
