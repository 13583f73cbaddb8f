"""The words of a schedule: `FAULT(setting=value)@PATH/SITE[ABOUT]:CALLS~PROBABILITY`; where a mistake is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from agentprobe.chaos._settings import make_fault
from agentprobe.chaos.fault import FAULTS, Fault
from agentprobe.chaos.strike import ANY_TOOL, MODEL, PLAIN_ABOUT, PLAIN_NAME, STATE, Strike
from agentprobe.domain.call import Kind
from agentprobe.errors import ConfigError, did_you_mean

_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_VALUE = re.compile(r'[^\s,()"]+')
_CALLS = re.compile(r"(\d+)(?:-(\d+)|(\+)|(x))?(?=[\s,~]|\Z)")
_TIMES = re.compile(r"(\d+(?:\.\d+)?)s(?:-(\d+(?:\.\d+)?)s|\+)(?=[\s,~]|\Z)")
_PATH = re.compile(r'(?:[^\s:,~@()\[\]"/]+/)+(?=(?:model|tool|state)\b)')
_SPACE = re.compile(r"\s*")
_WORDS_OF_TRUTH = {"true": True, "false": False}
_SITES = (MODEL, ANY_TOOL, STATE)


@dataclass
class Reader:
    """Reads strikes out of a text, from left to right."""

    text: str
    where: str
    at: int = 0

    def strikes(self) -> tuple[Strike, ...]:
        """All strikes of the text, separated by commas."""
        if not self._more():
            return ()
        found = [self.strike()]
        while self._more():
            self._expect(",", "a comma and the next fault, or the end")
            found.append(self.strike())
        return tuple(found)

    def strike(self) -> Strike:
        """One fault and where it strikes."""
        self._skip()
        place = self._place(self.at)
        name = self._take(_WORD) or self._fail("a fault's name is missing")
        kind = FAULTS.get(name, place.removeprefix(" in "))
        fault = make_fault(kind, self._settings(), place)
        self._expect("@", f"@ and where {name} strikes, as in {name}@{_example(kind)}")
        return self.aim(fault)

    def aim(self, fault: Fault) -> Strike:
        """Where a fault strikes, at which calls, how likely."""
        self._skip()
        start = self.at
        path = (self._take(_PATH) or "").rstrip("/")
        site = self._site()
        _check_aim(fault, site, self._place(start))
        about = self._about()
        when = self._when()
        return Strike(fault=fault, site=site, path=path, about=about, probability=self._probability(), **when)

    def finish(self) -> None:
        """Raises ConfigError when something is left over."""
        if self._more():
            self._fail(f"'{self.text[self.at :]}' is too much")

    # -- the parts of a strike -------------------------------------------------------------------

    def _settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = {}
        if not self._given("("):
            return settings
        while not self._given(")"):
            if settings:
                self._expect(",", "a comma or ) behind a setting")
            name = self._take(_WORD) or self._fail("a setting is missing, as in (seconds=3)")
            if name in settings:
                self._fail(f"setting '{name}' is given twice")
            self._expect("=", f"= and the value of '{name}'")
            settings[name] = self._value(name)
        return settings

    def _value(self, name: str) -> Any:
        if (number := self._take(_NUMBER)) is not None:
            return int(number) if number.lstrip("+-").isdigit() else float(number)
        if (quoted := self._quoted()) is not None:
            return quoted
        word = self._take(_VALUE) or self._fail(f"the value of '{name}' is missing")
        return _WORDS_OF_TRUTH.get(word, word)

    def _quoted(self) -> str | None:
        self._skip()
        start, quoted = self.at, self._take(_QUOTED)
        if quoted is None and not self.text.startswith('"', start):
            return None
        try:
            text: str = json.loads(quoted or "", strict=False)
        except ValueError:
            self.at = start
            self._fail("here begins a text in quotes that JSON cannot read")
        return text

    def _site(self) -> str:
        start = self.at
        word = self._take(_WORD) or self._fail("the site is missing; write model, tool or tool:NAME")
        if word not in _SITES:
            hint = did_you_mean(word, _SITES)
            hint = hint if "did you mean" in hint else f"; write model, tool or tool:{word}"
            self.at = start
            self._fail(f"unknown site '{word}'", hint)
        if word == MODEL:
            return word
        name = self._tool_name()
        if not name and word == STATE:
            self._fail("what is the tool server asked? write state:tools/list")
        return f"{word}:{name}" if name else word

    def _about(self) -> str:
        start = self.at
        if not self._given("["):
            return ""
        about = self._quoted()
        if about is None:
            about = self._take(PLAIN_ABOUT)
        if not about:
            self.at = start
            self._fail("which text must the request hold? write it in the brackets, as in [A-17]")
        self._expect("]", "] behind the text that the request must hold")
        return about

    def _tool_name(self) -> str:
        start = self.at
        if not self._given(":"):
            return ""
        if (quoted := self._quoted()) is not None:
            return quoted
        if (name := self._take(PLAIN_NAME)) is not None:
            return name
        self.at = start
        return ""

    def _when(self) -> dict[str, Any]:
        """Which calls, as fields of a strike."""
        if not self._given(":"):
            return {}
        self._skip()
        start = self.at
        if (window := _TIMES.match(self.text, self.at)) is not None:
            return self._window(window)
        found = _CALLS.match(self.text, self.at)
        if found is None:
            self._fail("which calls? write 2, 2-4, 2+, 2x (of each request) or 5s-30s behind the colon")
        self.at = found.end()
        first = int(found[1])
        last = None if found[3] else int(found[2] or first)
        if first < 1 or (last is not None and last < first):
            self.at = start
            self._fail(f"'{found[0]}' names no calls; they count from 1 upward")
        return {"each": first} if found[4] else {"first": first, "last": last}

    def _window(self, found: re.Match[str]) -> dict[str, Any]:
        since, until = float(found[1]), float(found[2]) if found[2] else None
        if until is not None and until <= since:
            self._fail(f"'{found[0]}' is no time; it must end after it begins")
        self.at = found.end()
        return {"since": since, "until": until}

    def _probability(self) -> float:
        if not self._given("~"):
            return 1.0
        start = self.at
        number = self._take(_NUMBER)
        if number is None or not 0 < float(number) <= 1:
            self.at = start
            self._fail("a probability is above 0 and at most 1, as in ~0.25")
        return float(number)

    # -- the signs -------------------------------------------------------------------------------

    def _skip(self) -> None:
        space = _SPACE.match(self.text, self.at)
        self.at = space.end() if space else self.at

    def _more(self) -> bool:
        self._skip()
        return self.at < len(self.text)

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        self._skip()
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found[0]

    def _given(self, sign: str) -> bool:
        self._skip()
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True

    def _expect(self, sign: str, what: str) -> None:
        if not self._given(sign):
            self._fail(f"expected {what}")

    def _fail(self, message: str, hint: str = "") -> NoReturn:
        raise ConfigError(f"{message}{self._place(self.at)}{hint}")

    def _place(self, at: int) -> str:
        return f" in {self.where or 'the schedule'}, character {at + 1}"


def _example(kind: type[Fault]) -> str:
    if Kind.MODEL in kind.strikes:
        return MODEL
    return f"{ANY_TOOL}:NAME" if Kind.TOOL in kind.strikes else f"{STATE}:tools/list"


def _check_aim(fault: Fault, site: str, place: str) -> None:
    kind = Kind(site.partition(":")[0])
    if kind not in fault.strikes:
        there = " and ".join(f"{known.value} calls" for known in fault.strikes)
        example = f"{fault.name}@{_example(type(fault))}"
        raise ConfigError(
            f"{fault.name} cannot strike {kind.value} calls{place}; it strikes {there}: {example}"
        )
