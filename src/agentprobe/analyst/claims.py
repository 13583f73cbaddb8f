"""A model's claims held against the material: what cites a call, tool, file or words not there goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from agentprobe.analyst.material import Material

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\[\"“A-Z])")
_CITED = re.compile(r"\[([^\[\]]{1,300})\]")
_CALLS = re.compile(
    r"\bcalls?\s+#?(\d{1,9})(?:\s*(?:-|–|to|and|,)\s*#?(\d{1,9}))?\b"
    r"(?!\s+(?:tools?|times|requests?|others?)\b)",
    re.IGNORECASE,
)
_ONE_CALL = re.compile(r"(?:(?P<run>.+?),\s*)?call\s+#?(?P<number>\d{1,9})", re.IGNORECASE)
_TOOL = re.compile(r"(?:.+,\s*)?tool:?\s+(?P<name>[^\s#,]+)(?:\s+#(?P<nth>\d+))?", re.IGNORECASE)
_FILE = re.compile(r"(?P<path>[^\s:\[\]]+\.[A-Za-z]{1,8})(?::(?P<line>\d{1,9})(?::\d{1,9})?)?")
_BARE_FILE = re.compile(r"(?<![\w/.])([\w./-]+\.(?:py|ipynb|ts|js|toml|ya?ml|json|md|txt)):(\d{1,9})\b")
_QUOTED = re.compile(r"[\"“]([^\"“”]{12,600})[\"”]")
_UNSAFE = re.compile(
    r"https?://|\b(?:curl|wget|sudo|rm\s+-|chmod|base64|eval|powershell|nc\s+-)\b|[|;&`]\s*(?:sh|bash)\b"
    r"|\$\(|\bpip3? install\b|\bnpm i",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What is left of a text, what was struck out of it, and what it rests on."""

    text: str
    struck: tuple[tuple[str, str], ...] = ()
    """Sentences with why they went."""
    cited: tuple[str, ...] = ()
    """Citations that hold."""


@dataclass(frozen=True)
class Witness:
    """What there is to be cited."""

    material: Material
    told: str
    """The material as the model was told it."""

    def checked(self, text: str) -> Checked:
        """A text without the sentences that cite what does not exist."""
        kept: list[str] = []
        struck: list[tuple[str, str]] = []
        cited: list[str] = []
        for sentence in _SENTENCE.split(text):
            references = list(self._references(sentence))
            wrong = next((why for _, why in references if why), "")
            if wrong:
                struck.append((sentence, wrong))
            else:
                kept.append(sentence)
                cited += [reference for reference, _ in references if self._supports(reference)]
        return Checked(text=" ".join(kept).strip(), struck=tuple(struck), cited=tuple(dict.fromkeys(cited)))

    def safe(self, step: str) -> str:
        """Why a step is not passed on; empty where it may be."""
        if _UNSAFE.search(step):
            return "it names an address, or a command that is not ours"
        return next((why for _, why in self._references(step) if why), "")

    def _supports(self, reference: str) -> bool:
        """Does a reference that holds support a claim? Words that stand in a recording do not by themselves:

        whoever wrote them into a tool's result may want to have them quoted.
        """
        if not reference.startswith("“") and not self._is_quote(reference):
            return True
        words = " ".join(reference.strip("“”").split())
        said = f"{self.material.architecture}\n{self.material.scenario}"
        return words in " ".join(said.split())

    def _is_quote(self, reference: str) -> bool:
        forms = (_ONE_CALL, _FILE, _TOOL)
        return not any(form.fullmatch(reference) for form in forms)

    # Every reference is told with why it is wrong; with nothing where it holds.

    def _references(self, sentence: str) -> Iterator[tuple[str, str]]:
        rest = sentence
        for found in _CITED.finditer(sentence):
            yield from self._bracketed(found[1].strip())
            rest = rest.replace(found[0], " ")
        for found in _CALLS.finditer(rest):
            for number in filter(None, found.groups()):
                yield f"call {number}", self._call("", int(number))
        for found in _BARE_FILE.finditer(rest):
            yield found[0], self._file(found[1], found[2])
        for found in _QUOTED.finditer(rest):
            yield f"“{found[1]}”", self._quote(found[1])

    def _bracketed(self, reference: str) -> Iterator[tuple[str, str]]:
        for one in reference.split("; "):
            yield one, self._wrong(one)

    def _wrong(self, reference: str) -> str:
        if found := _ONE_CALL.fullmatch(reference):
            return self._call(found["run"] or "", int(found["number"]))
        if found := _FILE.fullmatch(reference):
            return self._file(found["path"], found["line"])
        if found := _TOOL.fullmatch(reference):
            return "" if found["name"].strip("'\"`") in self._tools else f"there is no tool {found['name']}"
        if len(reference) >= 12:
            return self._quote(reference)
        return f"“{reference}” is no reference"

    def _call(self, run: str, number: int) -> str:
        runs = {one.name: one for one in self.material.runs}
        meant = [runs[run]] if run in runs else [] if run else list(runs.values())
        if any(1 <= number <= len(one.trace.logical_calls) for one in meant):
            return ""
        return f"there is no call {number}" + (f" in {run}" if run else "")

    def _file(self, path: str, line: str | None) -> str:
        place = f"{path}:{line}" if line else path
        return "" if place in self._places else f"the scan found nothing at {place}"

    def _quote(self, words: str) -> str:
        return "" if " ".join(words.split()) in self._words else "the words it quotes are not in the material"

    @cached_property
    def _tools(self) -> frozenset[str]:
        called = {use.name for run in self.material.runs for use in run.trace.tool_calls}
        turns = (turn for run in self.material.runs for turn in run.trace.turns if turn.request)
        offered = {tool.name for turn in turns if turn.request for tool in turn.request.tools}
        return frozenset(called | offered)

    @cached_property
    def _places(self) -> frozenset[str]:
        """Where the scan found something: files, and lines of them."""
        findings = self.material.scan.findings if self.material.scan is not None else ()
        places = [place for finding in findings for place in (finding.place, *finding.related)]
        return frozenset(told for place in places for told in (place.path, f"{place.path}:{place.line}"))

    @cached_property
    def _words(self) -> str:
        return " ".join(self.told.split())
