"""Errors that came back to the agent and after which it went on as if nothing had been.

Every entry is evidence, not judgement: what came back, at which call, and what the run did next. An error
that was asked again, that was told to the model, or that ended the run with a failure is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from agentprobe.basis.canonical import canonical, digest
from agentprobe.domain.call import TOLD
from agentprobe.domain.model import Message
from agentprobe.trace.facts.conversations import Turn
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.tools import ToolUse
from agentprobe.trace.troubles import Came, Trouble, model_trouble, tool_trouble
from agentprobe.trace.view import Trace


@dataclass(frozen=True, kw_only=True)
class Swallowed:
    """One error after which the run went on."""

    trouble: Trouble
    number: int
    """The model call that brought it, or in whose answer the tool was asked for; 0 when there is none."""
    tool: str = ""
    """The tool that failed."""
    next_number: int | None = None
    """The model call that was made next; None when none was and the run ended well."""
    went_on: str
    """What the run did then."""
    dispatched: int = 0
    """Its place in the file."""


def swallowed(trace: Trace) -> tuple[Swallowed, ...]:
    """All errors that the run swallowed, in the order in which they came."""
    run = _Run(trace)
    return tuple(sorted([*run.at_models(), *run.at_tools()], key=lambda entry: entry.dispatched))


_NOTICED = re.compile(
    r"continu|cut off|cut short|truncat|incomplete|unfinished|too long|token limit|max_tokens|invalid|"
    r"not valid|malformed|could not be|failed|failure|error|exception|refus|empty|try again",
    re.IGNORECASE,
)
"""Words in which an agent tells a model that something was not what it should be."""
_CARRIED = 20
"""A text of so many letters that is found again was carried on; a shorter one may be there by chance."""


class _Run:
    """A trace under examination."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.turns = trace.turns
        self.after = _followers(trace.conversations)
        self.tells_all = not trace.header.run.get("imported")
        """Does the trace hold all that was said? Foreign spans often leave it out."""
        self.last_asked = {_asked(turn): turn.number for turn in self.turns}

    @cached_property
    def ended_well(self) -> str:
        """Where the run itself said that all was well: how. A recording that broke off says nothing."""
        ended = self.trace.ended
        if ended is None or ended.status not in ("", "ok") or ended.exit not in (None, 0):
            return ""
        return "the run ended well" + (f", exit code {ended.exit}" if ended.exit is not None else "")

    def at_models(self) -> Iterator[Swallowed]:
        """Errors in what a model, or its provider, sent back."""
        for turn in self.turns:
            trouble = model_trouble(turn.call)
            if trouble is None or (trouble.came is Came.EMPTY and not self.tells_all):
                continue
            if turn.call.last.left or self.last_asked[_asked(turn)] > turn.number:
                continue
            following, went_on = self._then(turn, trouble)
            if went_on:
                yield Swallowed(
                    trouble=trouble,
                    number=turn.number,
                    next_number=following,
                    went_on=went_on,
                    dispatched=turn.call.last.dispatched,
                )

    def at_tools(self) -> Iterator[Swallowed]:
        """Errors of tools that no later request told the model; where no model was seen, nobody can tell."""
        for use in self.trace.tool_calls if self.turns else ():
            trouble = tool_trouble(use)
            if trouble is None or _was_told(use) or self._worked_later(use):
                continue
            following, went_on = self._told_instead(use, trouble)
            if went_on:
                yield Swallowed(
                    trouble=trouble,
                    number=self._number(use.asked_by),
                    tool=use.name,
                    next_number=following,
                    went_on=went_on,
                    dispatched=use.dispatched,
                )

    def _then(self, turn: Turn, trouble: Trouble) -> tuple[int | None, str]:
        """After a bad answer, the next call and how it goes on; no words where somebody noticed."""
        following = self.after.get(turn.number) or self._carrier(turn)
        if following is None and trouble.came is Came.FAILED:
            following = next(self._later(turn.call.last), None)
        if following is None:
            more = " in this conversation" if next(self._later(turn.call.last), None) is not None else ""
            return None, self.ended_well and f"nothing more was asked{more}, and {self.ended_well}"
        added = _added(turn, following)
        if _shows(added, trouble):
            return None, ""
        return following.number, _went_on(turn, following, added)

    def _carrier(self, turn: Turn) -> Turn | None:
        """The later call of another conversation that tells on what this one answered."""
        text = turn.call.answer.text if turn.call.answer is not None else ""
        if len(text) < _CARRIED:
            return None
        later = self._later(turn.call.last)
        return next(
            (other for other in later if any(text in told for told in _texts(_messages(other)))), None
        )

    def _told_instead(self, use: ToolUse, trouble: Trouble) -> tuple[int | None, str]:
        """What the model was told of a tool that failed; no words where it was told so."""
        told = list(self._results(use.ref))
        if any(flag or _names(text, trouble) for _, text, flag in told):
            return None, ""
        if told:
            turn, text, _ = told[0]
            return turn.number, f"call {turn.number} told the model {_quoted(text)} in its place"
        later = list(self._later(use.call)) if use.call is not None else []
        if any(_names(text, trouble) for turn in later for text in _texts(_messages(turn))):
            return None, ""
        if later and use.asked_by is None:
            return later[0].number, f"call {later[0].number} was asked next and holds nothing of it"
        return None, self.ended_well and f"no request told the model, and {self.ended_well}"

    def _results(self, ref: str) -> Iterator[tuple[Turn, str, bool]]:
        """What requests told of the tool call with this id."""
        for turn in self.turns if ref else ():
            for message in _messages(turn):
                yield from ((turn, r.content, r.is_error) for r in message.results if r.call_id == ref)

    def _worked_later(self, use: ToolUse) -> bool:
        """Was the same tool called again in the same way, with a result?"""
        same = (other for other in self.trace.tool_calls if other.name == use.name and other.answered)
        again = (other for other in same if other.dispatched > use.dispatched and tool_trouble(other) is None)
        return any(canonical(other.arguments) == canonical(use.arguments) for other in again)

    def _later(self, call: TracedCall) -> Iterator[Turn]:
        """The model calls that were sent once this one was over."""
        over = call.completed
        return (turn for turn in self.turns if over is not None and turn.call.first.dispatched > over)

    def _number(self, call: TracedCall | None) -> int:
        return next((turn.number for turn in self.turns if call is not None and turn.call.last is call), 0)


def _was_told(use: ToolUse) -> bool:
    """Was it struck in the request itself? Then the model was told, and the agent never saw the error."""
    return use.call is not None and use.call.record.purpose == TOLD


def _followers(groups: Iterable[Sequence[Turn]]) -> dict[int, Turn]:
    """By a call's number, the next of its conversation that was sent once it was over."""
    found: dict[int, Turn] = {}
    for group in groups:
        for place, turn in enumerate(group):
            over = turn.call.last.completed
            later = (t for t in group[place + 1 :] if over is not None and t.call.first.dispatched > over)
            following = next(later, None)
            if following is not None:
                found[turn.number] = following
    return found


def _added(turn: Turn, following: Turn) -> list[Message]:
    """The messages that the next request has beyond those of this one."""
    before, after = _messages(turn), _messages(following)
    shared = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    return list(after[shared:])


def _shows(added: Sequence[Message], trouble: Trouble) -> bool:
    """Does what was added, apart from the model's own words, show that somebody noticed?"""
    said = [message for message in added if message.role != "assistant"]
    if any(result.is_error for message in said for result in message.results):
        return True
    return any(_names(text, trouble) for text in _texts(said))


def _names(text: str, trouble: Trouble) -> bool:
    """Does a text tell of an error, in its own words or in words that any error is told in?"""
    core = trouble.what.partition(": ")[2] or trouble.what
    return core[:80].lower() in text.lower() or _NOTICED.search(text) is not None


def _went_on(turn: Turn, following: Turn, added: Sequence[Message]) -> str:
    """What the next call did with a bad answer."""
    answer, call = turn.call.answer, f"call {following.number}"
    if answer is None:
        return f"{call} was asked next and shows no sign of it"
    asked_for = {tool.id: tool.name for tool in answer.tool_calls}
    ran = {asked_for[r.call_id] for m in added for r in m.results if r.call_id in asked_for}
    if ran:
        return f"{', '.join(sorted(ran))} ran on what it asked for, and {call} told the result"
    if answer.text and any(answer.text in text for text in _texts(added)):
        return f"{call} carries its text on as if it were whole"
    return f"{call} was asked next and shows no sign of it"


def _messages(turn: Turn) -> tuple[Message, ...]:
    return turn.request.messages if turn.request is not None else ()


def _texts(messages: Iterable[Message]) -> Iterator[str]:
    for message in messages:
        yield message.text
        yield from (result.content for result in message.results)


def _asked(turn: Turn) -> str:
    return digest(turn.call.first.request_bytes)


def _quoted(text: str) -> str:
    shown = " ".join(text.split())
    return f"“{shown[:60]}{'…' if len(shown) > 60 else ''}”" if shown else "nothing"
